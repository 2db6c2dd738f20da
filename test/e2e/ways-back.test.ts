import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/app.ts';
import type { E2e } from '../support/e2e.ts';
import { bringTo, expectCleanConversation, startE2e } from '../support/e2e.ts';

describe('rolling back', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e();
    await e2e.types('ana', 'start production small 1.1.0');
    await bringTo(e2e, 'watching');
    e2e.service.answers['/health'] = 500;
    await e2e.types('ana', 'rerun health');
    await eventually('the alert', () =>
      e2e.sandbox.messages('#deploys').some(({ visibleText }) => visibleText.includes('Fails since')),
    );
  });
  afterAll(() => e2e.close());
  afterEach(() => expectCleanConversation(e2e.app));

  it('asks for plans, target and reason, and for the word RESTORE where data is lost', async () => {
    const view = await e2e.opens('omar', 'Roll back…', 'Fails since');
    expect(view.title).toBe('Roll back');
    expect(view.visibleText).toContain('Health fails for more than five minutes');
    expect(view.visibleText).toContain('May be left empty: then a second person confirms it.');
    expect(view.submit).toBe('Roll back');
    const boxes = { viewId: view.id, actionId: 'roll_back.plans' };
    await e2e.sandbox.as('omar').choose(boxes, ['app', 'database']);
    const losing = await eventually('the warning', () => {
      const drawn = e2e.sandbox.as('omar').view();
      return drawn?.submit === 'Roll back, lose data' ? drawn : undefined;
    });
    expect(losing.visibleText).toContain('Data will be lost:');
    await e2e.sandbox.as('omar').choose(boxes, ['app']);
    await eventually('no warning', () => e2e.sandbox.as('omar').view()?.submit === 'Roll back');
    const wrong = await e2e.submits('omar', {
      Plan: ['app', 'database'],
      Reason: 'health is gone',
      'Back to version': '1.0.0',
      'Type RESTORE to go on with it': 'restore',
    });
    expect(wrong.errors).toEqual({ restore_word: expect.stringContaining('Type the word RESTORE') });
    const needless = await e2e.submits('omar', {
      Plan: ['app'],
      'Type RESTORE to go on with it': 'RESTORE',
    });
    expect(needless.errors).toEqual({ restore_word: expect.stringContaining('app loses none') });
    await e2e.asks('omar', 'rollback RESTORE health is gone', 'app loses none', 'plan=database');
    await e2e.submits('omar', {
      Plan: ['app', 'database'],
      'Type RESTORE to go on with it': 'RESTORE',
    });
    await e2e.card('Rolling back', 'Back to 1.0.0', 'Application + Database', 'health is gone');
    await e2e.threadLine('Rolling back by <@U0OMAR>: health is gone');
  });

  it('cancels the ladder and answers the alert with the way back', async () => {
    const card = await e2e.card('Rolling back');
    expect(card.visibleText).not.toContain('+1h <');
    await eventually('the alert to say so', () =>
      e2e.sandbox
        .messages('#deploys')
        .some(({ visibleText }) => visibleText.includes('Being rolled back since')),
    );
    await e2e.asks('ana', 'rollback once more', 'It is already rolling back');
    await e2e.asks('ana', 'confirm health', 'which is over: this deployment was rolled back');
  });

  it('shows the steps of the chosen plans with the earlier version in their commands', async () => {
    await e2e.card('./deploy.sh 1.0.0', 'Previous version is running again');
    await e2e.asks('ben', 'skip rollback-health no time', 'can never be skipped');
    await e2e.asks('omar', 'confirm rollback-app', 'Confirmed: Previous version is running again.');
    await e2e.asks('omar', 'confirm rollback-restore', 'Confirmed: Backup restored.');
  });

  it('stays rolling back while its checks fail, and asks again', async () => {
    await e2e.card('Rolling back', 'Health answers again', 'got 500');
    e2e.clock.forward(10 * 60_000);
    await e2e.threadLine('The rollback is not done');
  });

  it('is rolled back when the checks hold, locked, with what is left to do', async () => {
    e2e.service.answers['/health'] = { status: 'healthy' };
    e2e.service.answers['/version'] = { version: '1.0.0' };
    // A look that was under way may still have met the version before: one more is due a minute after it.
    const isDone = async () => (await e2e.card('small')).visibleText.includes('*Rolled back*');
    await eventually('the looks that find it well', async () => {
      if (await isDone()) return true;
      e2e.clock.forward(5000);
      return false;
    });
    await e2e.card('Rolled back', 'stays locked', 'To do next', '*Cause is written down*', '[Confirm]');
    await e2e.asks('omar', 'mine', 'Cause is written down', 'item cause-found');
    await eventually('the report', () =>
      e2e.sandbox.files().some(({ name, content }) => name === 'report-small-1.md' && content !== ''),
    );
    const refused = await e2e.asks('ben', 'start production small 1.1.1', 'small in production is locked');
    expect(refused).toContain('It was rolled back, so its place stays locked until');
    expect(refused).not.toContain('Wait for it');
    await e2e.asks('ben', 'locks', 'it was rolled back: locked until it is unlocked');
    await e2e.asks('ben', 'history smal', 'There is no system `smal`. Did you mean small?');
    await e2e.clicks('omar', 'Confirm', 'Cause is written down');
    await e2e.card('~Cause is written down~ · confirmed by <@U0OMAR>', '1 of 1 done');
    await e2e.asks('omar', 'unlock production', 'Say why');
    await e2e.asks('omar', 'unlock production cause is known', 'Unlocked: small in production.');
    await e2e.card('Rolled back', 'Unlocked by <@U0OMAR>');
    await e2e.asks('omar', 'unlock production again', '`production` is not locked');
  });

  it('leaves the earlier version as the one that runs', async () => {
    await e2e.asks('ben', 'start production small 1.1.1', 'has started');
    await e2e.cardOf(2, 'replaces 1.0.0');
  });
});

describe('rolling back with data loss by two', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e();
    await e2e.types('ana', 'start production small 1.1.0');
    await bringTo(e2e, 'deploying');
  });
  afterAll(() => e2e.close());
  afterEach(() => expectCleanConversation(e2e.app));

  const told = (person: string, ...parts: readonly string[]) =>
    eventually(`${person} to be told ${parts.join(', ')}`, () =>
      e2e.sandbox
        .ephemerals('#deploys', person)
        .find(({ visibleText }) => parts.every((part) => visibleText.includes(part))),
    );

  it('is asked for where the word is left empty, which the card and the thread say', async () => {
    await e2e.opens('omar', 'Roll back…');
    await e2e.opens('ana', 'Roll back…');
    await e2e.submits('ana', { Plan: ['app', 'database'], Reason: 'users are gone' });
    await told(
      'ana',
      'Asked: rollback of small #1 with data loss (database, back to 1.0.0)',
      'second person',
      'RESTORE',
    );
    const card = await e2e.card('Rollback with data loss (database) asked by <@U0ANA>', 'users are gone');
    expect(card.visibleText).toContain('a second person confirms');
    await e2e.threadLine('Rollback with data loss asked by <@U0ANA>: users are gone');
  });

  it('is confirmed by no form that did not show it, and by no other version: those are new asks', async () => {
    await e2e.submits('omar', { Plan: ['database'], Reason: 'orders are double' });
    await told('omar', '<@U0ANA> had asked for database, back to 1.0.0: this is a new ask in place of that');
    await e2e.card('Deploying', 'asked by <@U0OMAR>', 'orders are double');
    const further = 'rollback #1 plan=database to=0.9.0 further back';
    await e2e.asks('ana', further, '<@U0OMAR> had asked for database, back to 1.0.0: this is a new ask');
    await e2e.card('Deploying', 'asked by <@U0ANA>', 'further back');
    await e2e.opens('omar', 'Roll back…', 'Rollback with data loss');
    await e2e.asks('ana', 'rollback #1 plan=database to=1.0.0 once more', 'Asked: rollback of small #1');
    await e2e.submits('omar');
    await told('omar', '<@U0ANA> had asked for database, back to 1.0.0: this is a new ask', 'to=0.9.0');
    await e2e.card('Deploying', 'asked by <@U0OMAR>', 'further back');
    await e2e.asks('ana', 'rollback #1 plan=database to=1.0.0 once more', 'this is a new ask');
    await e2e.card('Deploying', 'once more');
  });

  it('lapses when nobody confirms it, which its asker is told and the card says', async () => {
    e2e.clock.forward(30 * 60_000);
    await e2e.threadLine('<@U0ANA>: nobody confirmed', 'once more', 'It was not done');
    const card = await e2e.card('Deploying', 'asked by <@U0ANA>', 'nobody confirmed it until');
    expect(card.visibleText).not.toContain('a second person confirms');
    await e2e.asks('ana', 'rollback #1 plan=database to=1.0.0 once more', 'Asked: rollback of small #1');
    await e2e.card('Deploying', 'a second person confirms', 'once more');
  });

  it('is confirmed by somebody else, who finds filled in what was asked', async () => {
    const view = await e2e.opens('omar', 'Roll back…', 'Rollback with data loss');
    expect(view.visibleText).toContain('Asked by <@U0ANA>');
    expect(view.visibleText).not.toContain('Type RESTORE');
    await e2e.submits('omar');
    await e2e.card('Rolling back', 'Database', 'asked by <@U0ANA>, confirmed by <@U0OMAR>', 'once more');
    await e2e.threadLine('Rolling back by <@U0OMAR>, asked by <@U0ANA>: once more');
    await e2e.asks('ana', 'report #1', 'follows');
    const report = await eventually('the report', () =>
      e2e.sandbox.files().find(({ name, content }) => name === 'report-small-1.md' && content !== ''),
    );
    expect(report.content).toMatch(/Rollback to 1.0.0: asked by @?ana, confirmed .* by @?omar: once more/);
    expect(report.content).toContain('nobody confirmed the rollback in time: not done');
  });
});

describe('rolling back where nobody knows which version ran before', () => {
  it('asks for the version, and takes any but the one that goes out', async ({ onTestFinished }) => {
    const e2e = await startE2e();
    onTestFinished(() => e2e.close());
    e2e.service.answers['/version'] = 500;
    await e2e.types('ana', 'start production small 1.1.0');
    await bringTo(e2e, 'deploying');
    await e2e.asks('ana', 'rollback #1 it burns', 'Say which version: to=<version>');
    await e2e.asks('ana', 'rollback #1 to=1.1.0 it burns', 'no way back');
    await e2e.opens('ana', 'Roll back…');
    const empty = await e2e.submits('ana', { Reason: 'it burns' });
    expect(empty.errors).toEqual({ target_version: expect.stringContaining('Say which version') });
    const own = await e2e.submits('ana', { 'Back to version': '1.1.0' });
    expect(own.errors).toEqual({ target_version: expect.stringContaining('no way back') });
    await e2e.submits('ana', { 'Back to version': '1.0.0' });
    await e2e.card('Rolling back', 'Back to 1.0.0', './deploy.sh 1.0.0');
    expectCleanConversation(e2e.app);
  });
});

describe('aborting', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e();
    await e2e.types('ana', 'start production small 1.1.0');
    await e2e.card('Preparing');
    await e2e.asks('ana', 'confirm plan-read', 'Confirmed');
    await e2e.asks('ana', 'confirm signing-key it has 64 characters', 'Confirmed');
  });
  afterAll(() => e2e.close());
  afterEach(() => expectCleanConversation(e2e.app));

  it('ends a preparation with a reason and frees the place', async () => {
    await e2e.asks('ana', 'abort', 'A reason is needed');
    const view = await e2e.opens('ana', 'Abort…');
    expect(view.title).toBe('Abort');
    await e2e.submits('ana', { Reason: 'wrong branch' });
    const card = await e2e.cardOf(1, 'Aborted', 'by <@U0ANA>', 'wrong branch');
    expect(card.visibleText).not.toContain('[Go]');
    await e2e.asks('ana', 'go #1', 'past its gate');
    await e2e.asks('ana', 'confirm cost-alerts #1', 'This deployment has ended');
  });

  it('offers the confirmations of the attempt to the next start; who and when stay', async () => {
    await e2e.types('ben', '');
    const view = await eventually('the dialog', () => e2e.sandbox.as('ben').view());
    expect(view.visibleText).toContain('The last attempt was aborted by <@U0ANA>');
    expect(view.visibleText).toContain('Carry over 2 confirmations');
    await e2e.submits('ben', { Version: '1.1.1', 'Last attempt': ['small-1'] });
    await e2e.cardOf(2, 'small 1.1.1 → production', 'by <@U0BEN>', 'First things ████░░░░ 3/5');
    await e2e.asks('ben', 'confirm plan-read #2', 'was already confirmed by <@U0ANA>');
    await e2e.asks('ben', 'undo plan-read #2', 'Only your own click can be undone without a reason');
  });

  it('leaves a roll-out as it is, locked, or rolls back instead', async () => {
    await e2e.asks('ben', 'confirm cost-alerts #2', 'Confirmed');
    await e2e.cardOf(2, 'Awaiting Go');
    await e2e.asks('eva', 'go #2', 'Go is given');
    await e2e.cardOf(2, 'Deploying');
    const view = await e2e.opens('ben', 'Abort…', '#2');
    expect(view.visibleText).toContain('the environment stays locked');
    expect(view.visibleText).toContain('[Roll back…]');
    await e2e.submits('ben', { Reason: 'the power is out' });
    await e2e.cardOf(2, 'Aborted', 'Left as it is', '/deploy unlock production');
    await e2e.asks('ana', 'start production small 1.1.2', 'small in production is locked');
    await e2e.asks('omar', 'unlock production the power is back', 'Unlocked: small in production.');
    const card = await e2e.cardOf(2, 'Aborted', 'Left as it is. Unlocked by <@U0OMAR>');
    expect(card.visibleText).not.toContain('stays locked');
  });
});
