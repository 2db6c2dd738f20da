import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/app.ts';
import type { E2e } from '../support/e2e.ts';
import { expectCleanConversation, startE2e } from '../support/e2e.ts';

describe('what one person types without a pause', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e();
    await e2e.asks('ana', 'start production small 1.1.0', 'has started');
  });
  afterAll(() => e2e.close());

  it('happens in the order it was typed, each with its answer', async () => {
    const versions = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((patch) => `1.2.${patch}`);
    const told = () => e2e.sandbox.ephemerals('#deploys', 'ana').map(({ visibleText }) => visibleText);
    const before = told().length;
    for (const version of versions) await e2e.types('ana', `version ${version}`);
    await eventually('nine answers', () => told().length >= before + versions.length);
    await e2e.asks('ana', 'status', 'small 1.2.9');
    await e2e.card('small 1.2.9');
    const named = told()
      .slice(before)
      .flatMap((text) => /1\.2\.\d/.exec(text)?.[0] ?? []);
    expect(new Set(named)).toEqual(new Set(versions));
    expectCleanConversation(e2e.app);
  });
});
