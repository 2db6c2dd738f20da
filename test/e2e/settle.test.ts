import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/app.ts';
import type { E2e } from '../support/e2e.ts';
import { expectCleanConversation, startE2e } from '../support/e2e.ts';
import { SMALL, smallProduction } from '../support/small-system.ts';

/** More lines than the card has rows, so that a phase stands as one of them. */
const MANY = `
    - id: papers
      title: Papers
      owner: product-owner
      items:
        - {id: paper-one, title: Paper one is signed}
        - {id: paper-two, title: Paper two is signed}
        - {id: paper-three, title: Paper three is signed}
        - {id: paper-four, title: Paper four is signed}
    - id: decisions
      title: Decisions
      items:
        - {id: marketing, title: Marketing agrees, approval: {role: product-owner}}
`;

describe('settling an item', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e({
      files: (url) => ({
        'small.yaml': SMALL,
        'environments/production.yaml': smallProduction(url),
      }),
    });
    e2e.service.answers['/ready'] = 503;
    await e2e.types('ana', 'start production small 1.1.0');
    await e2e.card('Preparing', 'The machine is ready');
  });
  afterAll(() => e2e.close());
  afterEach(() => expectCleanConversation(e2e.app));

  it('confirms with one click, stamped, struck out where it stood', async () => {
    await e2e.clicks('ana', 'Confirm', 'Everyone has read the plan');
    await e2e.card('~Everyone has read the plan~ · confirmed by <@U0ANA>');
  });

  it('tells the second of two who clicked the same, kindly, and changes nothing', async () => {
    const card = await e2e.card('Cost alerts are set');
    const click = { actionId: 'item.confirm', value: 'd=small-1&i=cost-alerts', ts: card.ts };
    await Promise.all([e2e.sandbox.as('ana').click(click), e2e.sandbox.as('ben').click(click)]);
    await e2e.card('~Cost alerts are set~');
    const answers = () =>
      ['ana', 'ben'].flatMap((name) =>
        e2e.sandbox
          .ephemerals('#deploys', name)
          .filter(({ visibleText }) => visibleText.includes('Cost alerts are set was already confirmed by')),
      );
    await eventually('one of them to be told', () => answers().length === 1);
  });

  it('counts a click once, however often Slack delivers it', async () => {
    await e2e.asks('ana', 'undo cost-alerts once more', 'Undone');
    await e2e.card('☐ 2. *Cost alerts are set*');
    const last = e2e.sandbox.deliveries().at(-1);
    await e2e.clicks('ana', 'Confirm', 'Cost alerts are set');
    await e2e.card('~Cost alerts are set~');
    await e2e.sandbox.redeliver(last?.envelopeId);
    await e2e.asks('ana', 'confirm cost-alerts', 'was already confirmed by <@U0ANA>');
  });

  it('takes a second click of the same person for the same one: nothing is refused', async () => {
    const told = () =>
      e2e.sandbox
        .ephemerals('#deploys', 'ana')
        .filter(({ visibleText }) => visibleText.includes('was already confirmed by')).length;
    await e2e.asks('ana', 'undo cost-alerts once again', 'Undone');
    const card = await e2e.card('☐ 2. *Cost alerts are set*');
    const before = told();
    const click = { actionId: 'item.confirm', value: 'd=small-1&i=cost-alerts', ts: card.ts };
    await Promise.all([e2e.sandbox.as('ana').click(click), e2e.sandbox.as('ana').click(click)]);
    await e2e.card('~Cost alerts are set~');
    await e2e.asks('ana', 'note cost-alerts clicked twice', 'Noted at Cost alerts are set');
    expect(told()).toBe(before);
  });

  it('asks one line of what was seen for a critical check that is not connected', async () => {
    await e2e.card('Signing key is strong', 'by hand');
    await e2e.opens('ana', 'Confirm', 'Signing key is strong');
    const refused = await e2e.submits('ana', {});
    expect(refused.errors).toBeDefined();
    await e2e.submits('ana', { 'What did you see?': 'It has 64 characters' });
    await e2e.card('~Signing key is strong~ · confirmed by <@U0ANA>', 'It has 64 characters');
    await e2e.asks('ana', 'undo signing-key', 'Undone: Signing key is strong.');
    await e2e.asks('ana', 'confirm signing-key', 'say in one line what you saw');
    await e2e.asks('ana', 'confirm 4 it has 64 characters', 'Confirmed: Signing key is strong.');
  });

  it('asks for the figure an item wants; one out of bounds fails the item', async () => {
    await e2e.asks('ana', 'confirm load-figures', 'asks for a number in ms');
    await e2e.asks('ana', 'confirm load-figures quick', '`quick` is none');
    await e2e.asks('ana', 'confirm load-figures 240', 'Failed: Peak load was measured');
    await e2e.card('Peak load was measured', 'failed by <@U0ANA>', '240');
    await e2e.asks('ana', 'undo load-figures', 'Undone');
    await e2e.asks('ana', 'confirm load-figures 140 ms', 'Confirmed: Peak load was measured.');
  });

  it('refuses to confirm over a red check, and takes the override of an approver only', async () => {
    await e2e.card('The machine is ready', 'not yet', 'got 503');
    await e2e.asks('ben', 'confirm ready', 'is red', 'cannot be confirmed');
    await e2e.asks('omar', 'skip ready we look later', 'Skipping The machine is ready is given by');
    await e2e.asks('ana', 'skip ready we look later', 'needs a second person');
    await e2e.opens('ben', 'Skip…', 'The machine is ready');
    const view = e2e.sandbox.as('ben').view();
    expect(view?.title).toBe('Skip item');
    expect(view?.visibleText).toContain('An approver decides this');
    await e2e.submits('ben', { Reason: 'the machine is new' });
    await e2e.card('skipped by <@U0BEN>: the machine is new', '1 skipped (debts)');
  });

  it('re-runs a check, whose new result counts', async () => {
    await e2e.asks('ben', 'undo ready', 'Undone: The machine is ready.');
    e2e.service.answers['/ready'] = 200;
    await e2e.card('◌ 5. *The machine is ready*');
    await e2e.clicks('ana', 'Re-run', 'The machine is ready');
    await e2e.asks('ana', 'rerun plan-read', 'has no check to run');
    await e2e.asks('ana', 'rerun failed', 'Nothing is red');
    await e2e.asks('ana', 'rerun Roll-Out', 'Roll-out has no automatic item');
    await e2e.asks('ana', 'rerun smoek', 'There is no item or phase `smoek`. Did you mean smoke?');
    await eventually('the new result', async () => {
      await e2e.types('ben', 'confirm ready');
      return e2e.sandbox
        .ephemerals('#deploys', 'ben')
        .some(({ visibleText }) => visibleText.includes('The machine is ready was already measured'));
    });
  });
});

describe('settling many items', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e({
      files: (url) => ({
        'small.yaml': SMALL.replace('  deploy:\n', `${MANY.slice(1)}  deploy:\n`),
        'environments/production.yaml': smallProduction(url),
      }),
    });
    await e2e.types('ana', 'start production small 1.1.0');
    await e2e.card('Preparing', 'Papers: 4 lines', 'First things: 4 lines');
    await e2e.asks(
      'ben',
      'confirm first',
      'Confirmed: Everyone has read the plan, Cost alerts are set.',
      'Left open: Signing key is strong (asks what you saw), Peak load was measured (asks for a number in ms).',
    );
    await e2e.asks('ben', 'confirm first', 'Left open: Signing key is strong');
    await e2e.asks(
      'ana',
      'confirm first 64 characters',
      'Confirmed: Signing key is strong.',
      'Left open: Peak',
    );
    await e2e.asks('ana', 'undo signing-key', 'Undone');
  });
  afterAll(() => e2e.close());
  afterEach(() => expectCleanConversation(e2e.app));

  it('confirms a group after naming each line, without those whose tick was taken away', async () => {
    const view = await e2e.opens('eva', 'Confirm group…', 'Papers');
    expect(view.visibleText).toContain('Paper two is signed');
    await e2e.submits('eva', { Lines: ['paper-one', 'paper-two', 'paper-three'] });
    await e2e.card('Papers: 1 line');
    await e2e.asks('eva', 'confirm papers', 'Confirmed: Paper four is signed.');
  });

  it('asks once what was seen for the lines of a group that want it', async () => {
    const { ts } = await e2e.card('Papers');
    const ben = e2e.sandbox.as('ben');
    await e2e.asks('ben', 'undo cost-alerts', 'Undone');
    await ben.choose({ actionId: 'phase.open', blockId: 'menu@small-1', ts }, 'first');
    await eventually('the phase', () => ben.view()?.title === 'First things');
    await ben.clickInView('Confirm group…');
    await eventually('the group', () => ben.view()?.title === 'Confirm group');
    const lines = { Lines: ['cost-alerts', 'signing-key'] };
    const refused = await e2e.submits('ben', lines);
    expect(refused.errors).toEqual({ seen: expect.stringContaining('say in one line what you saw') });
    await e2e.submits('ben', { ...lines, 'What did you see?': 'Looked up in the console' });
    await eventually('the phase to show it', () => ben.view()?.visibleText.includes('Showing Open: 1 of'));
    await ben.clickInView('All');
    await eventually(
      'what was seen',
      () =>
        ben.view()?.visibleText.includes('confirmed by <@U0BEN>') === true &&
        ben.view()?.visibleText.includes('Looked up in the console'),
    );
    await ben.close();
  });

  it('shows in the phase what was done there: by one click, by a dialog upon it, and by Details upon it', async () => {
    const { ts } = await e2e.card('Papers');
    const ben = e2e.sandbox.as('ben');
    await ben.choose({ actionId: 'phase.open', blockId: 'menu@small-1', ts }, 'first');
    const shows = (title: string, ...texts: readonly string[]) =>
      eventually(`${title} with ${texts.join(', ')}`, () => {
        const view = ben.view();
        return view?.title === title && texts.every((text) => view.visibleText.includes(text));
      });
    await shows('First things', 'Showing Open');
    await ben.clickInView('All');
    await shows('First things', 'Showing All');
    await ben.clickInView('Undo', 'Cost alerts are set');
    await shows('First things', '☐ 2. *Cost alerts are set*');
    await ben.clickInView('Confirm', 'Cost alerts are set');
    await shows('First things', '~Cost alerts are set~', 'confirmed by <@U0BEN>');
    await ben.clickInView('Open');
    await shows('First things', 'Showing Open');
    await ben.clickInView('Skip…', 'Peak load was measured');
    await shows('Skip item');
    await e2e.submits('ben', { Reason: 'we know the figure' });
    await shows('First things', 'Showing Open: 0 of');
    await ben.clickInView('All');
    await shows('First things', 'skipped by <@U0BEN>: we know the figure');
    await ben.clickInView('Details', 'Peak load was measured');
    await shows('Details');
    await ben.clickInView('Undo');
    await shows('Details', '*Open*');
    await ben.close();
    await shows('First things', '☐ 3. *Peak load was measured*');
    await ben.close();
  });

  it('marks n/a with a reason and without a debt, and fails with a reason', async () => {
    await e2e.asks('ana', 'undo paper-one', 'Give a reason to undo Paper one is signed');
    await e2e.asks('ana', 'undo paper-one it was another paper', 'Undone: Paper one is signed.');
    await e2e.asks('ana', 'na paper-one', 'A reason is needed');
    await e2e.asks('ana', 'na paper-one it is a small release', 'Not applicable: Paper one is signed.');
    await e2e.asks('ana', 'undo 6 wrong one', 'Undone: Paper one is signed.');
    const { ts } = await e2e.card('Papers');
    await e2e.sandbox.as('ana').choose({ actionId: 'phase.open', blockId: 'menu@small-1', ts }, 'papers');
    await eventually('the phase', () => e2e.sandbox.as('ana').view()?.title === 'Papers');
    await e2e.sandbox.as('ana').clickInView('Fail…', 'Paper one is signed');
    await eventually('the dialog', () => e2e.sandbox.as('ana').view()?.title === 'Fail item');
    await e2e.submits('ana', { Reason: 'nobody signed' });
    await eventually('the phase to show it', () =>
      e2e.sandbox.as('ana').view()?.visibleText.includes('failed by <@U0ANA>: nobody signed'),
    );
    await e2e.sandbox.as('ana').close();
    await e2e.card('Paper one is signed', 'failed by <@U0ANA>: nobody signed');
    await e2e.asks('ana', 'confirm paper-one', 'was already failed by <@U0ANA>');
    await e2e.asks('ana', 'skip paper-one it can wait', 'needs a second person');
    await e2e.asks('ben', 'skip paper-one it can wait', 'Skipped: Paper one is signed. It stays a debt');
  });

  it('takes an approval from its role only, and never from the starter', async () => {
    await e2e.asks('ana', 'confirm marketing', 'needs a second person');
    await e2e.asks('ben', 'confirm marketing', 'Marketing agrees is given by <@U0EVA>');
    await e2e.asks('eva', 'confirm marketing', 'Confirmed: Marketing agrees.');
    await e2e.card('Awaiting Go');
  });

  it('asks for a reason in a dialog when an own click is older than five minutes', async () => {
    const card = await e2e.card('~Marketing agrees~');
    const undo = { actionId: 'item.undo', value: 'd=small-1&i=marketing', ts: card.ts };
    e2e.clock.forward(6 * 60_000);
    const before = e2e.sandbox.ephemerals('#deploys', 'eva').length;
    await e2e.sandbox.as('eva').click(undo);
    const view = await eventually('the dialog', () => e2e.sandbox.as('eva').view());
    expect(view.title).toBe('Undo');
    await e2e.submits('eva', { Reason: 'they changed their mind' });
    await e2e.card('Preparing', 'Marketing agrees');
    expect(e2e.sandbox.ephemerals('#deploys', 'eva')).toHaveLength(before);
  });

  it('keeps notes, and shows everything in Details', async () => {
    await e2e.asks('omar', 'note marketing they answer tomorrow', 'Noted at Marketing agrees.');
    const menu = (await e2e.card('Marketing agrees')).ts;
    await e2e.sandbox
      .as('ana')
      .choose({ actionId: 'phase.open', blockId: 'menu@small-1', ts: menu }, 'decisions');
    const phase = await eventually('the phase', () => e2e.sandbox.as('ana').view());
    expect(phase.title).toBe('Decisions');
    await e2e.sandbox.as('ana').clickInView('Details', 'Marketing agrees');
    const details = await eventually('the details', () => {
      const view = e2e.sandbox.as('ana').view();
      return view?.title === 'Details' ? view : undefined;
    });
    expect(details.visibleText).toContain('they answer tomorrow');
  });

  it('refuses guests on buttons too', async () => {
    await e2e.clicks('guy', 'Confirm', 'Marketing agrees');
    await eventually('the guest to be told', () =>
      e2e.sandbox
        .ephemerals('#deploys', 'guy')
        .some(({ visibleText }) => visibleText.includes('Guests cannot act')),
    );
  });

  it('explains a button of a card that is not drawn any more, and of nothing we know', async () => {
    await e2e.asks('eva', 'confirm marketing', 'Confirmed: Marketing agrees.');
    await e2e.asks('ana', 'no-go the weather', 'small #1 is on hold.');
    await e2e.card('Held', 'the weather');
    await e2e.asks('eva', 'go', 'On hold: the weather. Resume first.');
    await e2e.clicks('ana', 'Resume');
    await e2e.card('Preparing', 'Marketing agrees');
  });
});
