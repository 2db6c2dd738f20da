import { afterEach, describe, expect, it } from 'vitest';
import type { SandboxMessage, SandboxOptions } from '../../src/sandbox/sandbox.ts';
import type { World } from './world.ts';
import {
  auditOf,
  buttonOf,
  cardsWith,
  converged,
  createWorld,
  ENVIRONMENT,
  eventually,
  press,
  TINY,
} from './world.ts';

const CHECKLIST = TINY(
  '{id: plan-read, title: Everyone has read the plan}, {id: other, title: Something else}',
);
const TITLE = 'tiny 7.0.0 → production';
const CONFIRM = { itemId: 'plan-read', actionId: 'item.confirm' };

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

const setUp = async (sandbox: Partial<SandboxOptions> = {}): Promise<World> => {
  const world = await createWorld({
    files: { 'tiny.yaml': CHECKLIST, 'environments/production.yaml': ENVIRONMENT() },
    sandbox,
  });
  worlds.push(world);
  await world.startBot();
  return world;
};

const start = ({ sandbox }: World) => sandbox.as('ana').command('/deploy start production 7.0.0', '#deploys');

const cardOf = (world: World): Promise<SandboxMessage> =>
  eventually('the card', () => cardsWith(world.sandbox, TITLE)[0], 60_000);

const confirm = async (world: World) => {
  await cardOf(world);
  return press(world, TITLE, CONFIRM);
};

const confirmedCard = (world: World): Promise<SandboxMessage> =>
  eventually(
    'the confirmed row',
    () => cardsWith(world.sandbox, TITLE).find((card) => buttonOf(card, CONFIRM) === undefined),
    60_000,
  );

const callsOf = ({ sandbox }: World, method: string) =>
  sandbox.calls().filter((call) => call.method === method);

const events = async (world: World, type: string) =>
  (await auditOf(world, 'tiny-1')).filter((event) => event.type === type);

describe('posting the card', () => {
  it('is not repeated when the answer was lost: the card is found by its key', async () => {
    const world = await setUp();
    world.sandbox.fault({ method: 'chat.postMessage', kind: 'lose_answer' });
    await start(world);
    await cardOf(world);
    await converged(world);
    expect(cardsWith(world.sandbox, TITLE)).toHaveLength(1);
    expect(await confirm(world)).toMatchObject({ ok: true });
    await confirmedCard(world);
  }, 120_000);

  it('comes in the end when Slack hangs, fails and asks to slow down, one after the other', async () => {
    const world = await setUp();
    world.sandbox.fault({ method: 'chat.postMessage', kind: 'hang' });
    world.sandbox.fault({ method: 'chat.postMessage', kind: 'status', status: 500, times: 2 });
    world.sandbox.fault({ method: 'chat.postMessage', kind: 'ratelimited', retryAfter: 3 });
    await start(world);
    await cardOf(world);
    await converged(world);
    expect(cardsWith(world.sandbox, TITLE)).toHaveLength(1);
  }, 120_000);
});

describe('drawing the card', () => {
  it.each([
    ['its answer is lost', { kind: 'lose_answer' }],
    ['Slack hangs', { kind: 'hang' }],
    ['Slack fails three times', { kind: 'status', status: 500, times: 3 }],
  ] as const)(
    'shows the last state when %s',
    async (_case, fault) => {
      const world = await setUp();
      await start(world);
      await cardOf(world);
      await converged(world);
      world.sandbox.fault({ method: 'chat.update', ...fault });
      expect(await confirm(world)).toMatchObject({ ok: true });
      await confirmedCard(world);
      await converged(world);
      expect(cardsWith(world.sandbox, TITLE)).toHaveLength(1);
      expect(await events(world, 'item_confirmed')).toHaveLength(1);
    },
    120_000,
  );

  it('waits as long as Slack asked, and asks once', async () => {
    const world = await setUp();
    await start(world);
    await cardOf(world);
    await converged(world);
    const before = callsOf(world, 'chat.update').length;
    world.sandbox.fault({ method: 'chat.update', kind: 'ratelimited', retryAfter: 6 });
    await confirm(world);
    await confirmedCard(world);
    const [refused, next] = callsOf(world, 'chat.update').slice(before);
    expect(refused!.status).toBe(429);
    expect(next!.at.getTime() - refused!.at.getTime()).toBeGreaterThanOrEqual(6000);
    await converged(world);
    expect(callsOf(world, 'chat.update').filter(({ status }) => status === 429)).toHaveLength(1);
  }, 120_000);
});

describe('opening a dialog', () => {
  it('tells the person when its answer was lost, and what is sent in it counts once', async () => {
    const world = await setUp();
    await start(world);
    await cardOf(world);
    await converged(world);
    world.sandbox.fault({ method: 'views.open', kind: 'lose_answer' });
    const ana = world.sandbox.as('ana');
    await press(world, TITLE, { itemId: 'plan-read', actionId: 'item.skip' });
    await eventually('the person is told', () =>
      world.sandbox.ephemerals('#deploys', 'ana').some(({ visibleText }) => visibleText.includes('dialog')),
    );
    expect(ana.view()?.title).toBe('Skip item');
    const reason = ana.view()!.blocks.find(({ type }) => type === 'input') as { block_id?: string };
    expect(await ana.submit({ [reason.block_id ?? '']: 'no access' })).toMatchObject({ ok: true });
    await world.sandbox.redeliver();
    await eventually('the skipped row', () => cardsWith(world.sandbox, 'no access')[0]);
    await converged(world);
    expect(await events(world, 'item_skipped')).toHaveLength(1);
  }, 120_000);
});

describe('a payload that comes twice', () => {
  it('counts once, whatever its kind', async () => {
    const world = await setUp();
    await start(world);
    await world.sandbox.redeliver();
    await cardOf(world);
    await confirm(world);
    await world.sandbox.redeliver();
    await confirmedCard(world);
    await world.sandbox.as('ana').openHome();
    await world.sandbox.redeliver();
    await converged(world);
    expect(await world.sql('select 1 from deployment')).toHaveLength(1);
    expect(cardsWith(world.sandbox, TITLE)).toHaveLength(1);
    expect(await events(world, 'item_confirmed')).toHaveLength(1);
    expect(world.sandbox.deliveries().every(({ ok }) => ok)).toBe(true);
    const refusals = world.sandbox
      .ephemerals('#deploys', 'ana')
      .filter(({ visibleText }) => /already|locked/.test(visibleText));
    expect(refusals, 'nobody is told off for a repeated delivery').toEqual([]);
  }, 120_000);
});
