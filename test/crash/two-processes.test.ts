import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Target } from './target.ts';
import { startTarget } from './target.ts';
import type { World } from './world.ts';
import {
  auditOf,
  cardsWith,
  converged,
  createWorld,
  ENVIRONMENT,
  eventually,
  press,
  startDeployment,
  TINY,
} from './world.ts';

const ITEMS = ['a', 'b', 'c', 'd'];
const CHECKLIST = TINY(
  [
    ...ITEMS.map((id) => `{id: manual-${id}, title: By hand ${id}}`),
    ...ITEMS.map(
      (id) =>
        `{id: check-${id}, title: Check ${id}, check: {http: {url: "\${api-url}/${id}"}, expect: {status: 200}}}`,
    ),
  ].join(', '),
);

describe('two processes on one database', () => {
  let target: Target;
  let world: World;
  beforeAll(async () => {
    target = await startTarget();
    world = await createWorld({
      files: {
        'tiny.yaml': CHECKLIST,
        'environments/production.yaml': ENVIRONMENT(`api-url: "${target.url}"`),
      },
    });
  });
  afterAll(async () => {
    await world.close();
    await target.close();
  });

  /** Starts a deployment, confirms everything, and proves that each thing happened once. */
  const everythingOnce = async (version: string): Promise<void> => {
    const { title, deploymentId } = await startDeployment(world, version);
    const [card] = cardsWith(world.sandbox, title);
    for (const id of ITEMS)
      expect(await press(world, title, { itemId: `manual-${id}`, actionId: 'item.confirm' })).toMatchObject({
        ok: true,
      });
    await eventually(
      'the open gate',
      () => cardsWith(world.sandbox, title).find(({ visibleText }) => visibleText.includes('Awaiting Go')),
      30_000,
    );
    await converged(world);
    expect(cardsWith(world.sandbox, title)).toHaveLength(1);
    const events = await auditOf(world, deploymentId);
    const items = (type: string) =>
      events.flatMap((event) => (event.type === type ? [event.itemId] : [])).sort();
    expect(items('item_confirmed')).toEqual(ITEMS.map((id) => `manual-${id}`));
    expect(items('check_settled')).toEqual(ITEMS.map((id) => `check-${id}`));
    expect(events.filter(({ type }) => type === 'gate_opened')).toHaveLength(1);
    const asked = world.sandbox
      .thread('#deploys', card!.ts)
      .filter(({ visibleText, ts }) => ts !== card!.ts && visibleText.includes('Go'));
    expect(asked, 'one post asks for Go').toHaveLength(1);
  };

  it('do everything once when both do everything', async () => {
    const bots = await Promise.all([world.startBot(), world.startBot()]);
    await everythingOnce('5.0.1');
    await Promise.all(bots.map((bot) => bot.kill('SIGTERM')));
  }, 120_000);

  it('do everything once when the roles are split', async () => {
    const bots = await Promise.all(
      ['bot', 'worker', 'scheduler'].map((role) => world.startBot({ ROLES: role })),
    );
    await everythingOnce('5.0.2');
    await Promise.all(bots.map((bot) => bot.kill('SIGTERM')));
  }, 120_000);

  it('lose nothing when one of them is killed: the other takes over what it held', async () => {
    const [survivor, victim] = await Promise.all([world.startBot(), world.startBot()]);
    const release = target.hold();
    const before = target.hits.length;
    const { title, deploymentId } = await startDeployment(world, '5.0.3');
    await eventually('checks under way', () => target.hits.length >= before + ITEMS.length);
    await victim.kill('SIGKILL');
    release();
    await eventually(
      'every result',
      () =>
        cardsWith(world.sandbox, title).find(({ visibleText }) =>
          visibleText.includes('Waiting for: 4 by people'),
        ),
      30_000,
    );
    await converged(world);
    const settled = (await auditOf(world, deploymentId)).filter(({ type }) => type === 'check_settled');
    expect(settled).toHaveLength(ITEMS.length);
    expect(cardsWith(world.sandbox, title)).toHaveLength(1);
    await survivor.kill('SIGTERM');
  }, 120_000);
});
