import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/app.ts';
import type { E2e } from '../support/e2e.ts';
import { expectCleanConversation, startE2e } from '../support/e2e.ts';
import { SMALL } from '../support/small-system.ts';

/** Nothing but what a checklist needs: no phase has an owner, nothing says how to read the version. */
const THIN = `
system: thin
title: Thin service
stages:
  prepare:
    - id: first
      title: First things
      items:
        - {id: told, title: Everybody was told}
        - {id: users, title: Users were counted, check: {sql: {connection: "\${database-url}", query: "select 1 as ok"}}}
        - {id: pods, title: Pods are ready, check: {s3: {bucket: thin}, expect: {ready: 3}}}
        - {id: local, title: The local port answers, check: {http: {url: "http://127.0.0.1:9/"}, expect: {status: 200}}}
parameters:
  database-url: {describe: Read-only, secret: true}
`;

describe('a first day without environment files', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e({ files: () => ({ 'thin.yaml': THIN }) });
  });
  afterAll(() => e2e.close());
  afterEach(() => expectCleanConversation(e2e.app));

  it('says what it can do for whom it does not know yet', async () => {
    await e2e.asks('ana', 'help', '/deploy start <environment> [system] [version]');
    await e2e.asks('ana', 'whoami', '<@U0ANA>');
    await e2e.asks('ana', 'checklists', 'thin', 'database-url');
    await e2e.asks('ana', 'list', 'Nothing');
    await e2e.asks('ana', 'mine', 'Nothing');
    await e2e.asks('ana', 'status', 'Nothing');
  });

  it('starts where the command was typed, with every check honestly by hand, nothing queued, nothing red', async () => {
    await e2e.asks(
      'ana',
      'start staging 1.0.0',
      'has started',
      '0 checks run by themselves',
      '3 not connected',
    );
    const card = await e2e.card('thin 1.0.0 → staging', 'by hand: database-url', '3 by hand, not connected');
    expect(card.visibleText).not.toContain('red');
    expect(card.visibleText).not.toContain('not yet');
    expect(card.visibleText).toContain('kind s3');
    expect(e2e.app.log.lines.some(({ event }) => event === 'check_finished')).toBe(false);
    await e2e.asks('ana', 'rerun users', 'is not connected (database-url', 'Check it by hand');
  });

  it('lets any full member do what is to be done, the starter included where four eyes are off', async () => {
    await e2e.asks('omar', 'confirm first', 'Confirmed: Everybody was told');
    await e2e.card('Awaiting Go', 'anyone here may decide');
    await e2e.asks('guy', 'go', 'Guests cannot act');
    await e2e.asks('ana', 'go', 'Go is given');
    await e2e.asks('ana', 'deployed', 'is being verified');
    await e2e.card('Watching');
  });

  it('has a way back even without a plan', async () => {
    await e2e.opens('ana', 'Roll back…');
    await e2e.submits('ana', { Reason: 'it was too early', 'Back to version': '0.9.0' });
    await e2e.card('Rolling back', 'Back to 0.9.0', 'The previous version is running again');
    await e2e.asks('ana', 'skip previous-version-runs later', 'can never be skipped');
    await e2e.asks('ana', 'confirm previous-version-runs', 'Confirmed');
    await e2e.card('Rolled back');
  });

  it('asks four eyes in production even without a file', async () => {
    await e2e.types('ana', 'start production thin 1.0.0');
    await e2e.cardOf(2, 'thin 1.0.0 → production');
    await e2e.asks('ana', 'confirm first #2', 'Confirmed');
    await e2e.cardOf(2, 'Awaiting Go', 'anyone here but <@U0ANA>');
    await e2e.asks('ana', 'go #2', 'needs a second person. Ask any other full member of this channel');
    await e2e.asks('omar', 'go #2', 'Go is given');
  });

  it('shows on the home tab what waits for somebody', async () => {
    await e2e.sandbox.as('ana').openHome();
    const home = await eventually('the home tab', () => e2e.sandbox.as('ana').home());
    expect(home.visibleText).toContain('thin 1.0.0 → production');
  });
});

describe('a channel the bot is not in', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e({
      files: (url) => ({
        'small.yaml': SMALL,
        'environments/staging.yaml': `environment: staging\nchannel: "#general"\nsystems: {small: {values: {api-url: "${url}"}}}\n`,
      }),
    });
  });
  afterAll(() => e2e.close());

  it('is told to the starter, with what to do about it', async () => {
    await e2e.types('ana', 'start staging 1.1.0');
    const told = await eventually('a direct message', () => e2e.sandbox.messages('@ana').at(-1));
    expect(told.visibleText).toContain('cannot be posted in <#C0GENERAL>');
    expect(told.visibleText).toContain('/invite');
    // A person can open the place again: that is no error to wake anybody for.
    expect(e2e.app.log.lines.some(({ event }) => event === 'place_closed')).toBe(true);
    expect(e2e.app.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
