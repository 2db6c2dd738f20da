import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { E2e } from '../support/e2e.ts';
import { expectCleanConversation, startE2e } from '../support/e2e.ts';
import { SMALL, smallProduction } from '../support/small-system.ts';
import { eventually } from '../support/app.ts';

const OTHER = SMALL.replace('system: small', 'system: other').replace(
  'title: Small service',
  'title: Other service',
);

const EVERYBODY = ['U0ANA', 'U0BEN', 'U0EVA', 'U0OMAR', 'U0GUY'];
const CHANNELS = [
  { id: 'C0DEPLOYS', name: 'deploys', members: EVERYBODY },
  { id: 'C0GENERAL', name: 'general', members: EVERYBODY },
];

describe('starting a deployment', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e({
      sandbox: { channels: CHANNELS },
      files: (url) => ({
        'small.yaml': SMALL,
        'other.yaml': OTHER,
        'broken.yaml': 'system: broken\ntitle: 5\nstages: nothing\n',
        'environments/production.yaml': smallProduction(url),
        'environments/staging.yaml': `environment: staging\nsystems:\n  other:\n    channel: "#general"\n    values: {api-url: "${url}"}\n`,
        'environments/lonely.yaml': `environment: lonely\nfour_eyes: true\npeople: {approver: ["@ana"]}\n`,
      }),
    });
  });
  afterAll(() => e2e.close());
  afterEach(() => expectCleanConversation(e2e.app));

  it.each([
    ['start prodution small', 'There is no environment `prodution`. Did you mean production?'],
    ['start production smal 1.0.0', 'There is no system `smal`. Did you mean small?'],
    ['strat production', 'There is no `/deploy strat`. Did you mean start?'],
    ['start production small 1.0.0 now please', 'start <environment> [system] [version]'],
    ['start production small -1', 'A version starts with a letter or digit'],
    ['start production other small', '`small` is a system too, where the version is read'],
    ['start production broken', 'broken.yaml:2'],
    ['start production warehouse', 'There is no system `warehouse`. Loaded: '],
    ['go', 'No deployment is running in this channel'],
    ['skip cost-alerts #99 why', 'There is no deployment #99'],
    ['skip', '/deploy skip <item> [#n]'],
    ['lock prodction now', 'Did you mean production?'],
  ])('/deploy %s is answered with what to type instead', async (typed, answer) => {
    await e2e.asks('ana', typed, answer);
  });

  it('says every blocker at once, with its remedy, before anything begins', async () => {
    await e2e.asks('eva', 'lock lonely the disks are being changed', 'lonely is locked');
    const answer = await e2e.asks('ana', 'start lonely small 1.0.0', 'It cannot start');
    expect(answer).toContain('locked by <@U0EVA> ("the disks are being changed")');
    expect(answer).toContain('/deploy unlock lonely');
    expect(answer).toContain('Go needs a second person');
    expect(e2e.sandbox.messages('#deploys')).toEqual([]);
  });

  it('refuses guests, and tells them whom to ask', async () => {
    await e2e.asks('guy', 'start production small 1.0.0', 'Guests cannot act on a deployment');
    await e2e.asks('guy', '', 'Guests cannot act on a deployment');
    expect(e2e.sandbox.as('guy').view()).toBeUndefined();
  });

  it('opens a dialog without words, begins what it says, and answers with what will happen', async () => {
    await e2e.types('ana', '');
    const view = await eventually('the start dialog', () => e2e.sandbox.as('ana').view());
    expect(view.title).toBe('Start deployment');
    await e2e.sandbox.as('ana').choose({ viewId: view.id, actionId: 'start.environment' }, 'production');
    await e2e.sandbox.as('ana').choose({ viewId: view.id, actionId: 'start.system' }, 'small');
    await eventually('what the system asks', () =>
      e2e.sandbox.as('ana').view()?.visibleText.includes('How it is published'),
    );
    const sent = await e2e.submits('ana', {
      Version: '1.1.0',
      'How it is published': 'vendor',
      'Applies this time': ['scale-out'],
    });
    expect(sent).toMatchObject({ ok: true });
    const card = await e2e.card('small 1.1.0 → production · #1', 'Preparing', 'by <@U0ANA>', 'lock since');
    await eventually('the card to be pinned', () => e2e.sandbox.pins('#deploys').includes(card.ts));
    const told = await eventually('an answer to the dialog', () =>
      e2e.sandbox
        .ephemerals('#deploys', 'ana')
        .find(({ visibleText }) => visibleText.includes('has started')),
    );
    expect(told.visibleText).toContain('3 checks run by themselves');
    expect(told.visibleText).toContain('1 not connected');
    expect(told.visibleText).toContain('1 by click');
    // Both answers of the dialog hold: the vendor publishes, and a second instance is to come.
    await e2e.asks('ana', 'confirm publish-vendor', 'has not begun yet');
    await e2e.asks('ana', 'confirm second-instance', 'has not begun yet');
    await e2e.asks('ana', 'confirm publish-script', 'does not apply');
  });

  it('refuses a planned Go that is over, beside its field', async () => {
    await e2e.types('ben', '');
    const { id } = await eventually('the start dialog', () => e2e.sandbox.as('ben').view());
    await e2e.sandbox.as('ben').choose({ viewId: id, actionId: 'start.environment' }, 'staging');
    await e2e.sandbox.as('ben').choose({ viewId: id, actionId: 'start.system' }, 'small');
    await eventually('what the system asks', () =>
      e2e.sandbox.as('ben').view()?.visibleText.includes('How it is published'),
    );
    const minute = Math.floor(e2e.clock.now().getTime() / 60_000) * 60;
    const late = await e2e.submits('ben', { 'Planned Go': minute - 60 });
    expect(late.errors).toEqual({ planned_go: expect.stringContaining('The planned Go is over already') });
    await e2e.sandbox.as('ben').close();
    expect(e2e.sandbox.messages('#deploys').some(({ visibleText }) => visibleText.includes('#2'))).toBe(
      false,
    );
  });

  it('refuses a second start of the same place, with the holder and the way out', async () => {
    const answer = await e2e.asks('ben', 'start production small 1.2.0', 'small in production is locked');
    expect(answer).toContain('small #1, started by <@U0ANA>');
    expect(answer).toContain('/deploy unlock production <reason>');
  });

  it('takes the second word as the version when the channel is bound to a system', async () => {
    await e2e.types('ana', 'start staging 2.0.0', '#general');
    await eventually('the card where the environment file says', () =>
      e2e.sandbox
        .messages('#general')
        .find(({ visibleText }) => visibleText.includes('other 2.0.0 → staging · #2')),
    );
  });

  it('names the deployments of a channel when several run there, and takes #n', async () => {
    await e2e.types('ana', 'start production other');
    await e2e.cardOf(3, 'other version not set → production');
    const answer = await e2e.asks('ana', 'confirm plan-read', 'Several deployments run in this channel');
    expect(answer).toContain('#3 other → production');
    expect(answer).toContain('#1 small → production');
    await e2e.asks('ana', 'confirm plan-read #3', 'Confirmed: Everyone has read the plan.');
    await e2e.cardOf(3, 'confirmed by <@U0ANA>');
    await e2e.asks('ana', 'confirm plan-raed #1', 'Did you mean plan-read?');
    await e2e.asks('ana', 'confirm r #1', '`r` could be ready, run-deploy, rollback-app');
    await e2e.asks('ana', 'skip #1 cost no budget yet', 'Skipped: Cost alerts are set. It stays a debt');
    await e2e.cardOf(1, 'skipped by <@U0ANA>: no budget yet');
  });
});
