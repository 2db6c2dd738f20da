import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/app.ts';
import type { E2e } from '../support/e2e.ts';
import { bringTo, expectCleanConversation, startE2e } from '../support/e2e.ts';

describe('the version that answers at the start', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e();
  });
  afterAll(() => e2e.close());
  afterEach(() => expectCleanConversation(e2e.app));

  it('is what the first deployment of a place replaces, and none of the checks that people see', async () => {
    await e2e.asks('ana', 'start production small 1.1.0', 'has started', '3 checks run by themselves');
    await e2e.cardOf(1, 'replaces 1.0.0', 'First things █░░░░░░░ 1/5');
  });

  it('is where a rollback leads by itself, and what has to answer then', async () => {
    await bringTo(e2e, 'verifying');
    e2e.service.answers['/version'] = { version: '1.0.0' };
    await e2e.asks('ana', 'rollback #1 it answers too slowly', 'is rolling back');
    await e2e.cardOf(1, 'Rolling back', 'Back to 1.0.0', './deploy.sh 1.0.0');
    await e2e.asks('ana', 'confirm rollback-app #1', 'Confirmed');
    await e2e.cardOf(1, 'Rolled back');
    await e2e.asks('ana', 'unlock production cause is known', 'Unlocked');
  });

  it('wins over the records when something was deployed past the bot, and the report says both', async () => {
    e2e.service.answers['/version'] = { version: '1.0.7' };
    await e2e.types('ben', 'start production small 1.1.0');
    await e2e.cardOf(2, 'replaces 1.0.7');
    await e2e.asks('ben', 'report #2', 'follows');
    const report = await eventually('the report', () =>
      e2e.sandbox.files().find(({ name, content }) => name === 'report-small-2.md' && content !== ''),
    );
    expect(report.content).toContain('replaces 1.0.7, which answered at the start; 1.0.0 by the records');
    await e2e.asks('ben', 'abort #2 something else runs there', 'is aborted');
  });

  it('that goes out itself is said to be there already', async () => {
    e2e.service.answers['/version'] = { version: '1.1.0' };
    await e2e.types('ben', 'start production small 1.1.0');
    const card = await e2e.cardOf(3, '1.1.0 was there already');
    expect(card.visibleText).not.toContain('replaces');
    await e2e.asks('ben', 'abort #3 nothing to do', 'is aborted');
  });

  it('changes nothing and alarms nobody when it cannot be read', async () => {
    e2e.service.answers['/version'] = 500;
    await e2e.types('ben', 'start production small 1.1.0');
    const card = await e2e.cardOf(4, 'replaces 1.0.0', '1/5');
    expect(card.visibleText).not.toMatch(/\d red|✖/);
  });
});
