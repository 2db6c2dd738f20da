import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxView } from '../../src/sandbox/sandbox.ts';
import { eventually } from '../support/app.ts';
import type { E2e } from '../support/e2e.ts';
import { expectCleanConversation, startE2e } from '../support/e2e.ts';
import { SMALL, smallProduction } from '../support/small-system.ts';

const OTHER = SMALL.replace('system: small', 'system: other').replace(
  'title: Small service',
  'title: Other service',
);

const startDialog = (e2e: E2e, person: string): Promise<SandboxView> =>
  eventually('the start dialog', () => {
    const view = e2e.sandbox.as(person).view();
    return view?.title === 'Start deployment' ? view : undefined;
  });

const valueOf = ({ values }: SandboxView, block: string): unknown =>
  Object.values(values[block] ?? {}).map((entry) => entry as Record<string, unknown>)[0];

describe('a start whose system nothing tells', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e({
      files: (url) => ({
        'small.yaml': SMALL,
        'other.yaml': OTHER,
        'environments/production.yaml': smallProduction(url),
        'environments/staging.yaml': 'environment: staging\n',
      }),
    });
  });
  afterAll(() => e2e.close());
  afterEach(async () => {
    expectCleanConversation(e2e.app, ({ error }) => error === 'expired_trigger_id');
    if (e2e.sandbox.as('ana').view() !== undefined) await e2e.sandbox.as('ana').close();
  });

  it('opens the dialog with what was typed, which stays when the system is chosen', async () => {
    await e2e.types('ana', 'start Staging 3.0');
    const view = await startDialog(e2e, 'ana');
    expect(valueOf(view, 'environment')).toMatchObject({ selected_option: { value: 'staging' } });
    expect(valueOf(view, 'system')).toMatchObject({ selected_option: null });
    expect(valueOf(view, 'version')).toMatchObject({ value: '3.0' });
    await e2e.sandbox.as('ana').choose({ viewId: view.id, actionId: 'start.system' }, 'small');
    const asked = await eventually('what the system asks', () => {
      const drawn = e2e.sandbox.as('ana').view();
      return drawn?.visibleText.includes('How it is published') === true ? drawn : undefined;
    });
    expect(valueOf(asked, 'environment')).toMatchObject({ selected_option: { value: 'staging' } });
    expect(valueOf(asked, 'version')).toMatchObject({ value: '3.0' });
    // Drawn as part of the dialog, not only kept by Slack: what depends on it is about the right place.
    expect(JSON.stringify(asked.blocks)).toContain('"initial_value":"3.0"');
    expect(JSON.stringify(asked.blocks)).toMatch(/"initial_option":\{"text":[^}]*"text":"staging"/);
  });

  it('opens it without a version too', async () => {
    await e2e.types('ana', 'start production');
    const view = await startDialog(e2e, 'ana');
    expect(valueOf(view, 'environment')).toMatchObject({ selected_option: { value: 'production' } });
    expect(valueOf(view, 'version')).toMatchObject({ value: null });
  });

  it('answers a near miss of a name with the name, and opens nothing', async () => {
    await e2e.asks('ana', 'start production smal', 'There is no system `smal`. Did you mean small?');
    expect(e2e.sandbox.as('ana').view()).toBeUndefined();
  });

  it('says what to type when the dialog cannot be opened any more', async () => {
    e2e.sandbox.fault({ method: 'views.open', kind: 'error', error: 'expired_trigger_id' });
    await e2e.asks('ana', 'start production 3.0', '/deploy start production <system> 3.0', 'other, small');
    expect(e2e.sandbox.as('ana').view()).toBeUndefined();
  });

  it('takes the command once: given again it opens nothing more', async () => {
    await e2e.types('ana', 'start production 3.1');
    await startDialog(e2e, 'ana');
    const opened = () => e2e.sandbox.calls().filter(({ method }) => method === 'views.open').length;
    const before = opened();
    await e2e.sandbox.redeliver();
    await e2e.asks('ana', 'start prodution', 'There is no environment `prodution`');
    expect(opened()).toBe(before);
  });
});

/** Nobody approves by name, Ben leads; Eva is not in the channel, Guy is a guest. */
const CHANNELS = [{ id: 'C0DEPLOYS', name: 'deploys', members: ['U0ANA', 'U0BEN', 'U0OMAR', 'U0GUY'] }];
const shared = (url: string) => `
environment: shared
channel: "#deploys"
four_eyes: true
work_hours: {days: mon-sun, from: "00:00", to: "23:59"}
people: {on_call: ["@omar"]}
systems: {small: {values: {api-url: "${url}"}}}
`;

/** The first fact of the audit chain of deployment `#1`, as it was hashed. */
const startedEvent = async (databaseUrl: string): Promise<unknown> => {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ text: string }>(
    "select text from audit_event where chain = 'deployment:small-1' order by seq limit 1",
  );
  await client.end();
  return (JSON.parse(rows[0]?.text ?? '{}') as { event?: unknown }).event;
};

describe('people named for roles at the start', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e({
      sandbox: { channels: CHANNELS },
      files: (url) => ({
        'small.yaml': SMALL,
        'environments/production.yaml': smallProduction(url),
        'environments/shared.yaml': shared(url),
      }),
    });
  });
  afterAll(() => e2e.close());
  afterEach(() => expectCleanConversation(e2e.app));

  const ana = () => e2e.sandbox.as('ana');
  const drawn = (...blocks: readonly string[]): Promise<SandboxView> =>
    eventually(`a dialog with ${blocks.join(', ')}`, () => {
      const view = ana().view();
      const ids = view?.blocks.map(({ block_id }) => block_id) ?? [];
      return view !== undefined && blocks.every((id) => ids.includes(id)) ? view : undefined;
    });
  const openFor = async (environment: string): Promise<SandboxView> => {
    await e2e.types('ana', '');
    const { id } = await startDialog(e2e, 'ana');
    await ana().choose({ viewId: id, actionId: 'start.environment' }, environment);
    return drawn('roles');
  };
  const rolesAsked = ({ blocks }: SandboxView): readonly string[] =>
    blocks.flatMap(({ block_id }) => (block_id.startsWith('named.') ? [block_id] : []));

  it('are asked only for roles that the environment file leaves open, and what was chosen stays', async () => {
    const production = await openFor('production');
    expect(rolesAsked(production)).toEqual([]);
    expect(production.visibleText).toContain('approver <@U0BEN> or <@U0EVA>');
    await ana().choose({ viewId: production.id, actionId: 'start.environment' }, 'shared');
    const view = await drawn('named.approver');
    expect(rolesAsked(view)).toEqual(['named.approver', 'named.release-manager', 'named.product-owner']);
    ana().fill({ approver: ['U0BEN'] });
    await ana().choose({ viewId: view.id, actionId: 'start.system' }, 'small');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const again = await drawn('named.approver');
    expect(valueOf(again, 'named.approver')).toMatchObject({ selected_users: ['U0BEN'] });
    await ana().close();
  });

  it('are refused beside the role when they could not act, and when only the starter could give Go', async () => {
    await openFor('shared');
    const refused = await e2e.submits('ana', {
      approver: ['U0GUY', 'U0BEN'],
      'release-manager': ['U0BEN'],
      'product-owner': ['U0EVA'],
    });
    expect(refused.errors).toEqual({
      'named.approver':
        '@guy is a guest, a bot or not active any more, and cannot act. Name a full member of the channel.',
      'named.product-owner':
        '@eva is not in the channel of the deployment. Invite them first, or name somebody who is there.',
    });
    const alone = await e2e.submits('ana', { approver: ['U0ANA'], 'product-owner': [] });
    expect(Object.values(alone.errors ?? {}).join()).toContain('Nobody but you could give Go');
    await ana().close();
    expect(e2e.sandbox.messages('#deploys')).toEqual([]);
  });

  it('hold the role for this deployment: shown, asked, nobody else, and after a restart too', async () => {
    await openFor('shared');
    const sent = await e2e.submits('ana', { Version: '1.1.0', approver: ['U0BEN'] });
    expect(sent).toMatchObject({ ok: true });
    await e2e.cardOf(1, 'Preparing');
    await e2e.asks('ana', 'confirm first', 'Confirmed: Everyone has read the plan');
    await e2e.asks('ana', 'confirm signing-key it has 64 characters', 'Confirmed');
    await e2e.cardOf(1, 'Awaiting Go', 'Go by <@U0BEN>');
    await e2e.asks('omar', 'go', 'Go is given by <@U0BEN>');
    await e2e.app.restart();
    await e2e.asks('omar', 'go', 'Go is given by <@U0BEN>');
    await e2e.asks('ben', 'go', 'Go is given');
    await e2e.cardOf(1, 'Deploying');
    await e2e.types('ana', 'report');
    const file = await eventually('the report', () =>
      e2e.sandbox.files().find(({ content }) => content.includes('Named at the start')),
    );
    expect(file.content).toContain('- Named at the start: approver @ben');
    expect(await startedEvent(e2e.app.databaseUrl)).toMatchObject({ named: { approver: ['U0BEN'] } });
  });

  it('are offered again for the next start of the place', async () => {
    await e2e.types('ana', 'abort leave-as-is a try');
    await e2e.cardOf(1, 'Aborted');
    const view = await openFor('shared');
    expect(valueOf(view, 'named.approver')).toMatchObject({ selected_users: ['U0BEN'] });
    expect(valueOf(view, 'named.release-manager')).toMatchObject({ selected_users: [] });
    await ana().close();
  });
});
