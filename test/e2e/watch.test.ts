import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxMessage } from '../../src/sandbox/sandbox.ts';
import { eventually } from '../support/app.ts';
import type { E2e } from '../support/e2e.ts';
import { bringTo, expectCleanConversation, startE2e } from '../support/e2e.ts';

const MINUTE = 60_000;

/** The newest message of an alert, once it shows every text. */
const alert = (e2e: E2e, ...texts: readonly string[]): Promise<SandboxMessage> =>
  eventually(`an alert with ${texts.join(', ')}`, () => {
    const found = e2e.sandbox
      .messages('#deploys')
      .findLast(({ threadTs, blocks }) => threadTs !== undefined && blocks[0]?.block_id === 'alert');
    return found !== undefined && texts.every((text) => found.visibleText.includes(text)) ? found : undefined;
  });

const repeats = (e2e: E2e): number =>
  e2e.sandbox
    .messages('#deploys')
    .filter(({ visibleText }) => visibleText.includes('Nobody has answered for')).length;

describe('the watch', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e();
    await e2e.types('ana', 'start production small 1.1.0');
    await bringTo(e2e, 'watching');
  });
  afterAll(() => e2e.close());
  afterEach(() => expectCleanConversation(e2e.app));

  it('is small while green: at most twelve blocks, with what comes next', async () => {
    const card = await e2e.card('Watching', '+5m', '+1h', 'the next look (+5m', 'T+');
    await eventually('the card to come to rest', async () => {
      const now = await e2e.card('Watching');
      if (now.blocks.length > 12) e2e.clock.forward(MINUTE / 4);
      return now.blocks.length <= 12;
    });
    expect(card.blocks.length).toBeLessThanOrEqual(35);
  });

  it('measures again at its rungs, only what is watched', async () => {
    const before = e2e.service.requests.length;
    e2e.clock.forward(5 * MINUTE);
    await e2e.card('+5m ✓');
    expect(new Set(e2e.service.requests.slice(before))).toEqual(new Set(['GET /health']));
  });

  it('does not alert on one bad look that the second does not confirm', async () => {
    e2e.service.answers['/health'] = 500;
    const asked = e2e.service.requests.length;
    await e2e.types('ana', 'rerun health');
    await eventually('the first look', () => e2e.service.requests.length > asked);
    e2e.service.answers['/health'] = { status: 'healthy' };
    await eventually('the second look', () => e2e.service.requests.length > asked + 1);
    await e2e.card('Watching');
    expect(e2e.sandbox.messages('#deploys').some(({ visibleText }) => visibleText.includes('Alert'))).toBe(
      false,
    );
  });

  it('alerts when a bad look is confirmed: who, what, since when, what it was, what can be done', async () => {
    e2e.service.answers['/health'] = 500;
    await e2e.types('ana', 'rerun health');
    const message = await alert(e2e, 'Health answers', 'status: expected 200, got 500');
    expect(message.broadcast).toBe(true);
    expect(message.visibleText).toContain('<@U0ANA> and <@U0OMAR>');
    expect(message.visibleText).toContain('was: ');
    expect(message.visibleText).toContain('No other deployment changed the environment lately.');
    expect(message.visibleText).toContain('[Roll back…] [Take over] [Acknowledge] [Re-run failed] [Details]');
    await e2e.card('Alert', 'Health answers', '1 red');
  });

  it('says it again after 10 minutes of silence and asks the backup after 20', async () => {
    e2e.clock.forward(10 * MINUTE);
    await eventually('the first repeat', () => repeats(e2e) === 1);
    e2e.clock.forward(10 * MINUTE);
    await eventually('the backup', () => repeats(e2e) === 2);
    const last = e2e.sandbox.messages('#deploys').at(-1);
    expect(last?.visibleText).toContain('<@U0BEN>');
  });

  it('is quiet once somebody acknowledged or took over; both stand on the alert', async () => {
    await e2e.clicks('omar', 'Acknowledge');
    await alert(e2e, 'Acknowledged by <@U0OMAR>');
    await e2e.asks('ana', 'acknowledge', '<@U0OMAR> acknowledged this alert already');
    await e2e.asks('ana', 'take-over', 'You have taken the alert over.');
    await alert(e2e, '<@U0ANA>');
    await e2e.card('<@U0ANA> works on it');
    e2e.clock.forward(30 * MINUTE);
    await e2e.asks('ana', 'take-over', 'You took this alert over already.');
    expect(repeats(e2e)).toBe(2);
  });

  it('shows on the alert that somebody looked again, also when it still fails', async () => {
    const looked = /got 500 · <!date\^(\d+)\^[^|]*\{time_secs\}/;
    const lookedAt = ({ visibleText }: SandboxMessage) => looked.exec(visibleText)?.[1];
    const before = await alert(e2e, 'Health answers');
    await e2e.clicks('ana', 'Re-run failed');
    await eventually('a newer look on the alert', async () => {
      const now = await alert(e2e, 'Health answers');
      return now.ts === before.ts && now.revision > before.revision && lookedAt(now) !== lookedAt(before);
    });
  });

  it('edits the same message when it recovers', async () => {
    const before = e2e.sandbox.messages('#deploys').length;
    e2e.service.answers['/health'] = { status: 'healthy' };
    await e2e.clicks('ana', 'Re-run failed');
    const message = await alert(e2e, 'It works again since');
    expect(message.revision).toBeGreaterThan(1);
    expect(e2e.sandbox.messages('#deploys')).toHaveLength(before);
    await e2e.asks('ana', 'acknowledge', 'No alert is open');
  });
});

describe('a watch with the bot away', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e();
    await e2e.types('ana', 'start production small 1.1.0');
    await bringTo(e2e, 'watching');
  });
  afterAll(() => e2e.close());
  afterEach(() => expectCleanConversation(e2e.app));

  it('runs only the newest rung after downtime, marked late, and says when it was down', async () => {
    await e2e.app.restart(() => e2e.clock.forward(130 * MINUTE));
    await e2e.card('+5m', 'missed', '+1h ✓ late');
    await e2e.threadLine('I was down');
  });
});
