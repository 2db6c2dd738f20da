import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HOUR } from '../../src/lib/time.ts';
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

  it('are said once to whoever holds one for more than four hours', async () => {
    const told = () =>
      e2e.sandbox.messages('@omar').filter(({ text }) => text.includes('the lock on production'));
    await e2e.asks('omar', 'lock production <!channel> forgotten', 'production is locked');
    expect(told()).toEqual([]);
    e2e.clock.forward(4 * HOUR);
    await eventually('the nag', () => told().at(0));
    e2e.clock.forward(HOUR);
    await new Promise((resolve) => setTimeout(resolve, 6000));
    expect(told().map(({ visibleText }) => visibleText)).toEqual([
      'You hold the lock on production for more than 4 h, and nobody else can deploy there. If it is not needed any more: /deploy unlock production &lt;reason&gt;',
    ]);
    await e2e.asks('omar', 'unlock production done', 'Unlocked: production.');
  });

  it('close one system where its name stands before the reason', async () => {
    await e2e.asks('omar', 'lock production small', 'Say why: /deploy lock production small <reason>');
    await e2e.asks('omar', 'lock production small maintenance', 'small in production is locked: maintenance');
    await e2e.asks('omar', 'unlock production small done', 'Unlocked: small in production.');
  });

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
    await e2e.asks(
      'omar',
      'unlock production emergency',
      'Unlocked: small in production.',
      'small #1 is under way (preparing) and does not hold its place any more',
    );
    await eventually('the card without a lock', async () => {
      const card = await e2e.card('Preparing');
      return !card.visibleText.includes('lock since');
    });
  });
});

describe('several places locked in one environment', () => {
  let e2e: E2e;
  const second = SMALL.replace('system: small', 'system: other').replace('Small service', 'Other service');
  beforeAll(async () => {
    e2e = await startE2e({
      files: (url) => ({
        'small.yaml': SMALL,
        'other.yaml': second,
        'environments/production.yaml': smallProduction(url),
      }),
    });
    await e2e.asks('ana', 'start production small 1.1.0', 'has started');
    await e2e.asks('ana', 'start production other 1.1.0', 'has started');
  });
  afterAll(() => e2e.close());
  afterEach(() => expectCleanConversation(e2e.app));

  it('are freed one by one, by name; nothing is freed while it is not said which', async () => {
    const which = await e2e.asks('omar', 'unlock production emergency', 'Several places are locked');
    expect(which).toContain('small (small #1');
    expect(which).toContain('other (other #2');
    expect(which).toContain('/deploy unlock production <system> <reason>');
    await e2e.asks('ana', 'locks', 'small', 'other');
    await e2e.asks('ana', 'status PRODUCTION', 'other 1.1.0');
    await e2e.asks('ana', 'history Other', 'other 1.1.0');
    await e2e.asks('omar', 'unlock production other', 'Say why');
    await e2e.asks('omar', 'unlock Production OTHER it hangs', 'Unlocked: other in production.');
    await e2e.asks('omar', 'unlock production other it hangs', 'other in production is not locked');
    await e2e.asks('omar', 'unlock production it hangs too', 'Unlocked: small in production.');
    await e2e.asks('omar', 'unlock production again', '`production` is not locked');
  });
});

describe('a whole environment that somebody locked', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e();
  });
  afterAll(() => e2e.close());

  it('is not freed by who names one system of it, with a reason or without', async () => {
    await e2e.asks('omar', 'lock production the database is being moved', 'production is locked');
    await e2e.asks(
      'ben',
      'unlock production small my own is done',
      'small in production is not locked by itself',
    );
    await e2e.asks('ben', 'unlock production small', 'the whole environment, by');
    await e2e.asks('ben', 'locks', 'the database is being moved');
    await e2e.asks('omar', 'unlock production it is moved', 'Unlocked: production.');
  });
});

describe('a place that was unlocked under a deployment', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e();
    await e2e.types('ana', 'start production small 1.1.0');
    await bringTo(e2e, 'gate', { number: 1 });
    await e2e.asks('omar', 'unlock production #1 waits too long', 'Unlocked: small in production.');
  });
  afterAll(() => e2e.close());
  afterEach(() => expectCleanConversation(e2e.app));

  it('is told of in the thread, once, and to whoever started it', async () => {
    const { ts } = await e2e.cardOf(1, 'small');
    const told = await eventually('the line in the thread', () =>
      e2e.sandbox
        .thread('#deploys', ts)
        .find(({ visibleText }) => visibleText.includes('freed the place of this deployment')),
    );
    expect(told.visibleText).toContain('<@U0ANA>: <@U0OMAR> freed');
    expect(told.visibleText).toContain('#1 waits too long');
  });

  it('is not deployed to by both: Go takes it again, or is refused while another holds it', async () => {
    await e2e.asks('omar', 'start production small 1.2.0', 'has started');
    await e2e.asks('ben', 'go #1', 'small in production is locked by small #2, started by <@U0OMAR>');
    await e2e.cardOf(1, 'Awaiting Go');
    await e2e.asks('omar', 'abort #2 the other one goes first', 'is aborted');
    await e2e.asks('ben', 'go #1', 'Go is given');
    await e2e.cardOf(1, 'Deploying', 'lock since');
    await e2e.asks('omar', 'start production small 1.2.0', 'small in production is locked by small #1');
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
    await e2e.threadLine('#1 changed production', 'measured before is measured again');
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
