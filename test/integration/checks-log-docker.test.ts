import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findKind } from '../../src/checks/registry.ts';
import type { CheckResult } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { run } from '../support/checks.ts';
import { frame, startEngine, type FakeEngine } from '../support/docker-engine.ts';

let engine: FakeEngine;

beforeAll(async () => {
  engine = await startEngine();
  engine.containers = [
    { name: 'shop', log: Buffer.concat([frame(1, 'INFO a\n'), frame(2, 'ERROR b\n'), frame(1, 'INFO c\n')]) },
    { name: 'quiet', log: Buffer.alloc(0) },
  ];
});
afterAll(() => engine.close());

const check = (given: Readonly<Record<string, Json>> = {}, docker = engine.socketUrl): Promise<CheckResult> =>
  run({
    kind: 'log',
    params: { docker, container: 'shop', ...given },
    connections: { values: { docker: engine.socketUrl } },
  });

describe('the log of a container', () => {
  it('is counted over both streams, of a time or of its last lines', async () => {
    expect(await check({ since: '10m' })).toMatchObject({
      outcome: 'fail',
      observation: { count: 1, lines: 3 },
    });
    const asked = engine.asked.findLast(({ url }) => url.includes('/logs'))?.url;
    expect(asked).toContain('tail=all');
    await check({ lines: 20 });
    expect(engine.asked.findLast(({ url }) => url.includes('/logs'))?.url).toContain('tail=20');
  });

  it('is inconclusive when it is empty, or the container is not there', async () => {
    expect(await check({ container: 'quiet' })).toMatchObject({ outcome: 'inconclusive' });
    expect(await check({ container: 'gone' })).toMatchObject({
      outcome: 'inconclusive',
      line: 'there is no container gone: nothing to read',
    });
  });

  it('is only read through the socket that the environment file names', async () => {
    expect(await check({}, 'unix:///run/other.sock')).toMatchObject({ outcome: 'error', observation: {} });
    const { problems } = findKind('log')!;
    for (const container of ['../x', 'a b', '-a', ''])
      expect(problems({ docker: 'x', container })).toHaveLength(1);
    expect(problems({ docker: 'x' })).toHaveLength(1);
    expect(problems({ file: '/a', container: 'x' })).toHaveLength(1);
  });
});
