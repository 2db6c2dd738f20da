import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/app.ts';
import type { E2e } from '../support/e2e.ts';
import { bringTo, expectCleanConversation, startE2e } from '../support/e2e.ts';

const MINUTE = 60_000;

/** `13:40` as a clock in Berlin shows it, which the environment names. */
const berlin = (at: number): string =>
  new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/Berlin',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(at);

describe('deploying and verifying', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e();
    await e2e.types('ana', 'start production small 1.1.0');
    await bringTo(e2e, 'deploying');
  });
  afterAll(() => e2e.close());
  afterEach(() => expectCleanConversation(e2e.app));

  it('shows the steps in order with their commands to copy', async () => {
    const card = await e2e.card('./deploy.sh 1.1.0', 'never run by the bot', 'Published by script');
    expect(card.visibleText.indexOf('Deploy script was run')).toBeLessThan(
      card.visibleText.indexOf('Published by script'),
    );
    await e2e.asks('ana', 'rerun run-deploy', 'has no check to run');
    await e2e.asks('ana', 'abort it hangs', '/deploy abort #1 leave-as-is <reason>');
    await e2e.asks('ana', 'confirm health', 'belongs to the verification, which has not begun yet');
  });

  it('asks for a forgotten Deployed after 30 and 60 minutes', async () => {
    e2e.clock.forward(30 * MINUTE);
    await e2e.threadLine('is the new version out?', '[Deployed…]');
    e2e.clock.forward(30 * MINUTE);
    await eventually('the second time', async () => {
      const { ts } = await e2e.card('Deploying');
      const asked = e2e.sandbox
        .thread('#deploys', ts)
        .filter(({ visibleText }) => visibleText.includes('is the new version out?'));
      return asked.length === 2;
    });
  });

  it('refuses Deployed over open steps with their list, in the dialog as in words', async () => {
    await e2e.asks(
      'ana',
      'deployed',
      'Not deployed yet. Open: Deploy script was run and Published by script',
    );
    const view = await e2e.opens('ana', 'Deployed…', '2 required steps open');
    expect(view.title).toBe('Deployed');
    expect(view.visibleText).toContain('Deploy script was run');
    await e2e.asks('ana', 'confirm run-deploy', 'Confirmed');
    await e2e.sandbox.as('ana').close();
  });

  it('refuses a time before Go, and takes one since as the clock of the environment shows it', async () => {
    const now = e2e.clock.now().getTime();
    await e2e.asks('ana', `deployed ${berlin(now - 120 * MINUTE)} late`, 'lies between Go and now');
    await e2e.asks(
      'ana',
      `deployed done at ${berlin(now - 10 * MINUTE)} the script hung`,
      'is being verified',
    );
    await e2e.card('Verifying', 'deployed over open items (debt)');
    const post = await e2e.threadLine('Deployed by <@U0ANA>');
    expect(post.broadcast).toBe(true);
  });

  it('no longer takes Deployed back once a look of the ladder has run', async () => {
    await e2e.card('Verifying', '+5m', 'late');
    await e2e.asks('ana', 'undo deployed', 'A rung of the ladder has already run; Deployed stands.');
  });
});

describe('Deployed said too early', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e();
    await e2e.types('ana', 'start production small 1.1.0');
    await bringTo(e2e, 'deploying');
    await e2e.asks('ana', 'confirm roll-out', 'Confirmed: Deploy script was run, Published by script.');
  });
  afterAll(() => e2e.close());
  afterEach(() => expectCleanConversation(e2e.app));

  it('is taken back from the menu, as if it had not been said', async () => {
    await e2e.opens('ana', 'Deployed…');
    await e2e.submits('ana', {});
    await e2e.card('Verifying', 'Waiting for: the new version to answer');
    await e2e.clicks('ana', 'Undo Deployed');
    await e2e.card('Deploying');
    await e2e.asks('ana', 'undo deployed', 'Deployed was not said here');
  });

  it('judges nothing while the old version answers', async () => {
    await e2e.asks('ana', 'deployed', 'is being verified');
    const card = await e2e.card('the old version still answers', '1 wait for the new version');
    expect(card.visibleText).not.toContain('red');
    await e2e.asks('ben', 'skip version-live we know', 'can never be skipped');
    await e2e.asks('ben', 'accept version-live we know', 'can never be skipped');
    await e2e.asks('ben', 'na version-live we know', 'can never be skipped');
  });

  it('measures again by itself once the new version answers', async () => {
    e2e.service.answers['/version'] = { version: '1.1.0' };
    e2e.service.answers['/health'] = 500;
    e2e.clock.forward(11_000);
    await e2e.card('Health answers', 'status: expected 200, got 500', '1 red');
  });

  it('keeps a red verification open for Re-run, Accept by an approver, or Roll back', async () => {
    const card = await e2e.card('[Re-run] [Accept…] [Roll back…] [Details]');
    expect(card.visibleText).toContain('Verifying');
    await e2e.asks(
      'ana',
      'accept health known',
      'You deployed this: accepting Health answers needs a second person',
    );
    await e2e.asks('omar', 'accept health known', 'is accepted by an approver');
    await e2e.opens('ben', 'Accept…', 'Health answers');
    await e2e.submits('ben', { Reason: 'the probe is wrong' });
    await e2e.card('accepted by <@U0BEN>: the probe is wrong', '1 accepted red (debts)');
  });

  it('runs what writes by click only, after a confirmation, and goes on to watch', async () => {
    expect(e2e.service.requests).not.toContain('POST /users');
    await e2e.clicks('ana', 'Run check', 'A user can be created');
    await e2e.card('Watching', 'Sign-off');
    expect(e2e.service.requests.filter((request) => request === 'POST /users')).toHaveLength(1);
    await e2e.asks('ana', 'deployed', 'Deployed ends the deploy steps. <@U0ANA> said so already.');
  });
});
