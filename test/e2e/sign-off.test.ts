import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/app.ts';
import type { E2e } from '../support/e2e.ts';
import { bringTo, expectCleanConversation, isCard, startE2e } from '../support/e2e.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

describe('signing off', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e();
    await e2e.types('ana', 'start production small 1.1.0');
    await e2e.card('Preparing');
    await e2e.asks('ana', 'skip cost-alerts no budget yet', 'It stays a debt');
    await e2e.asks('ana', 'confirm plan-read', 'Confirmed');
    await e2e.asks('ana', 'confirm signing-key it has 64 characters', 'Confirmed');
    await e2e.card('Awaiting Go', 'skipped: Cost alerts are set "no budget yet" <@U0ANA>');
    await e2e.asks('ben', 'go', 'Go is given');
    await e2e.asks('ana', 'confirm roll-out', 'Confirmed');
    e2e.service.answers['/version'] = { version: '1.1.0' };
    await e2e.asks('ana', 'deployed', 'is being verified');
    await e2e.card('Verifying');
  });
  afterAll(() => e2e.close());
  afterEach(() => expectCleanConversation(e2e.app));

  it('is not open before verification is done', async () => {
    await e2e.asks('eva', 'sign-off', 'Sign-off opens when verification is done');
    await e2e.asks('ana', 'rerun create-user', 'Running');
    await e2e.card('Watching', '[Sign off]');
    await e2e.threadLine('Sign-off please: release-manager', 'product-owner', '1 debt to accept');
  });

  it('shows whoever types what is owed before it is accepted', async () => {
    await e2e.asks(
      'ana',
      'sign-off release-manager',
      'Debts have to be accepted before signing: Cost alerts are set ("no budget yet")',
      '/deploy sign-off release-manager #1 accept-debts',
    );
  });

  it('refuses at the button who stands in none of the roles', async () => {
    await e2e.clicks('omar', 'Sign off', 'release-manager');
    await eventually('omar to be told', () =>
      e2e.sandbox
        .ephemerals('#deploys', 'omar')
        .some(({ visibleText }) => visibleText.includes('You stand in none of the roles')),
    );
    expect(e2e.sandbox.as('omar').view()).toBeUndefined();
  });

  it('shows each debt with a box, and refuses a signature without all of them', async () => {
    const view = await e2e.opens('ana', 'Sign off', 'release-manager');
    expect(view.title).toBe('Sign off');
    expect(view.visibleText).toContain('Cost alerts are set');
    const boxes = view.blocks.find(({ block_id }) => block_id === 'debts.0') as unknown as {
      element: { options: { value: string; description: { text: string } }[] };
    };
    expect(boxes.element.options.map(({ description }) => description.text)).toEqual(['no budget yet']);
    const refused = await e2e.submits('ana', {});
    expect(JSON.stringify(refused.errors)).toContain('Debts have to be accepted before signing');
    await e2e.submits('ana', { 'debts.0': boxes.element.options.map(({ value }) => value) });
    await e2e.card('release-manager signed by <@U0ANA>');
  });

  it('takes one signature per role and person', async () => {
    await e2e.asks('ben', 'sign-off release-manager', 'release-manager has already signed');
    await e2e.asks('omar', 'sign-off', 'You stand in none of the roles');
    await e2e.asks('ana', 'sign-off product-owner', 'needs another person');
    await e2e.asks('ana', 'undo deployed', 'It is signed; Deployed stands');
    await e2e.asks('eva', 'sign-off product-owner', 'Signed for small #1 as product-owner.');
    await e2e.card('Watching', 'product-owner signed by <@U0EVA>');
    await e2e.asks('eva', 'sign-off', 'Every role has signed');
  });

  it('is completed when the ladder has ended and all have signed, with a report', async () => {
    e2e.clock.forward(5 * MINUTE);
    await e2e.card('+5m ✓');
    e2e.clock.forward(60 * MINUTE);
    await e2e.card('Completed: healthy');
    const file = await eventually('the report', () =>
      e2e.sandbox
        .files()
        .find(({ name, threadTs }) => name === 'report-small-1.md' && threadTs !== undefined),
    );
    expect(file.threadTs).toBe((await e2e.card('Completed')).ts);
    for (const text of [
      'small',
      '1.1.0',
      'Cost alerts are set',
      'no budget yet',
      'product-owner',
      'Head hash',
      '1. Signing key is strong: no source for env',
      '| Everyone has read the plan | confirmed | @ana | 2026-11-23',
    ]) {
      expect(file.content).toContain(text);
    }
    expect(file.content).not.toContain('no check');
    expect(file.content).not.toContain('U0ANA');
    await e2e.threadLine('Completed', 'healthy');
    const unpinned = await eventually('the card to be unpinned', () =>
      e2e.sandbox.calls().find(({ method }) => method === 'pins.remove'),
    );
    expect(unpinned.ok).toBe(true);
  });

  it('took at most four posts to the channel besides the card', () => {
    const posts = e2e.sandbox.messages('#deploys').filter((message) => !isCard(message));
    expect(posts.map(({ visibleText }) => visibleText.split('\n').slice(0, 2))).toHaveLength(4);
  });

  it('can be looked up afterwards', async () => {
    await e2e.asks('omar', 'history small', '#1', 'Completed: healthy');
    await e2e.asks('omar', 'report #1', 'Completed');
    await e2e.asks('omar', 'status production', 'Nothing');
    await e2e.asks('omar', 'locks', 'Nothing is locked');
  });
});

describe('signatures that never come', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e();
    await e2e.types('ana', 'start production small 1.1.0');
    await bringTo(e2e, 'watching');
  });
  afterAll(() => e2e.close());
  afterEach(() => expectCleanConversation(e2e.app));

  it('end the deployment three working days later, degraded at best, and are never given by themselves', async () => {
    await e2e.threadLine('Sign-off please');
    const answer = await e2e.asks('omar', 'report', 'follows in');
    expect(answer).not.toContain('measured');
    await e2e.threadLine('Watching', 'chain verified');
    e2e.clock.forward(61 * MINUTE);
    await e2e.card('+1h ✓');
    e2e.clock.forward(2 * DAY);
    await e2e.card('Watching');
    e2e.clock.forward(2 * DAY);
    await e2e.card('Completed, unsigned: release-manager and product-owner · degraded');
  });
});
