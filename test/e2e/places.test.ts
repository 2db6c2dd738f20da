import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/app.ts';
import type { E2e } from '../support/e2e.ts';
import { bringTo, expectCleanConversation, startE2e } from '../support/e2e.ts';
import { SMALL, smallProduction } from '../support/small-system.ts';

describe('locks by hand', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e();
  });
  afterAll(() => e2e.close());
  afterEach(() => expectCleanConversation(e2e.app));

  it('close a whole environment with a reason, stand in the list, and are freed with a reason', async () => {
    await e2e.asks('omar', 'locks', 'Nothing is locked');
    await e2e.asks('omar', 'lock production', 'Say why: /deploy lock production <reason>');
    await e2e.asks('omar', 'lock production disks are being changed', 'production is locked');
    await e2e.asks('ana', 'locks', 'production', '<@U0OMAR>', 'disks are being changed');
    await e2e.asks('ana', 'lock production me too', 'production is locked by <@U0OMAR>');
    await e2e.asks('ana', 'start production small 1.1.0', 'production is locked by <@U0OMAR>');
    await e2e.asks('guy', 'unlock production please', 'Guests cannot act');
    await e2e.asks('omar', 'unlock production disks are changed', 'Unlocked: production.');
    await e2e.asks('ana', 'start production small 1.1.0', 'has started');
  });

  it('free a place under a running deployment, whose card no longer claims it', async () => {
    await e2e.card('lock since');
    await e2e.asks('omar', 'unlock production emergency', 'Unlocked: small in production.');
    await eventually('the card without a lock', async () => {
      const card = await e2e.card('Preparing');
      return !card.visibleText.includes('lock since');
    });
  });
});

describe('two deployments of one place, locked from Go on', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e({
      files: (url) => ({
        'small.yaml': SMALL,
        'environments/production.yaml': smallProduction(url, '    lock_from: go\n'),
      }),
    });
    await e2e.types('ana', 'start production small 1.1.0');
    await e2e.card('#1');
    await e2e.types('omar', 'start production small 1.2.0');
    await e2e.card('#2');
  });
  afterAll(() => e2e.close());
  afterEach(() => expectCleanConversation(e2e.app));

  it('prepare side by side; the second Go is refused while the first deploys', async () => {
    await bringTo(e2e, 'gate', { number: 2 });
    await bringTo(e2e, 'verifying', { number: 1 });
    await e2e.cardOf(1, 'Verifying', 'lock since');
    // Its check runs again first: until then another refusal is as true.
    await e2e.cardOf(2, 'Awaiting Go', '1 measured', 'replaces 1.1.0');
    await e2e.asks('ben', 'go #2', 'small in production is locked by small #1, started by <@U0ANA>');
    await e2e.cardOf(2, 'Awaiting Go');
  });

  it('tell the other that production has changed; what was measured is measured again', async () => {
    await e2e.threadLine('small-1 changed production', 'measured before is measured again');
    const card = await e2e.cardOf(2, 'Awaiting Go', '1 measured', '3 by people', 'replaces 1.1.0');
    expect(card.visibleText).not.toContain('lock since');
  });

  it('end the watch of the older one at the T-0 of the newer one, not before', async () => {
    await e2e.asks('ana', 'rerun create-user #1', 'Running');
    await e2e.cardOf(1, 'Watching', '+5m');
    await e2e.asks('ben', 'go #2', 'Go is given');
    await e2e.cardOf(2, 'Deploying', 'lock since');
    await e2e.cardOf(1, 'Watching', '+5m <');
    await e2e.asks('ana', 'confirm roll-out #2', 'Confirmed');
    e2e.service.answers['/version'] = { version: '1.2.0' };
    await e2e.asks('omar', 'deployed #2', 'is being verified');
    await eventually('the older watch to end', async () => {
      const card = await e2e.cardOf(1, 'Watching');
      return !card.visibleText.includes('+5m <');
    });
  });
});
