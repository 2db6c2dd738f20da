import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Delivery } from '../../src/sandbox/sandbox.ts';
import { sweep } from './sweep.ts';
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
  startDeployment,
  TINY,
} from './world.ts';

const CHECKLIST = TINY(`
  {id: other, title: Something else},
  {id: health, title: Health answers, check: {http: {url: "\${api-url}/health"}, expect: {status: 200}}},
  {id: create-user, title: A user can be made, effect: write,
   check: {http: {url: "\${api-url}/users", method: POST, json: {name: smoke}}, expect: {status: 200}}}`);

let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target.close());

const makeWorld = () =>
  createWorld({
    files: {
      'tiny.yaml': CHECKLIST,
      'environments/production.yaml': ENVIRONMENT(`api-url: "${target.url}"`),
    },
    sandbox: { limits: { rate: 'off' } },
  });

type Scene = { readonly version: string; readonly title: string; delivery?: Delivery };

const deploymentsOf = (world: World, { version }: Scene) =>
  world.sql<{ id: string }>('select id from deployment where version = $1', [version]);

const start = async (world: World, scene: Scene): Promise<Delivery> =>
  world.sandbox.as('ana').command(`/deploy start production ${scene.version}`, '#deploys');

/** The check that runs by itself is measured; what is left is for people. */
const isMeasured = (world: World, { title }: Scene): boolean =>
  cardsWith(world.sandbox, title)[0]?.visibleText.includes('Waiting for: 2 by people') === true;

describe('a start', () => {
  it('makes one deployment with one card, wherever the process is killed', async () => {
    const swept = await sweep<Scene>({
      makeWorld,
      prepare: (_world, name) => {
        const version = `3.0.${name}`;
        return Promise.resolve({ version, title: `tiny ${version} → production` });
      },
      act: async (world, scene) => {
        scene.delivery = await start(world, scene);
      },
      settled: (world, scene) => eventually('the measured card', () => isMeasured(world, scene)),
      verify: async (world, scene) => {
        const made = await deploymentsOf(world, scene);
        if (scene.delivery?.ok === true) expect(made, 'what was acknowledged is done').toHaveLength(1);
        if (made.length === 0) expect(await start(world, scene)).toMatchObject({ ok: true });
        await eventually('the measured card after the restart', () => isMeasured(world, scene));
        await converged(world);
        const [deployment, ...others] = await deploymentsOf(world, scene);
        expect(others).toEqual([]);
        expect(cardsWith(world.sandbox, scene.title)).toHaveLength(1);
        const [card] = cardsWith(world.sandbox, scene.title);
        expect(card!.pinned, 'the card is pinned').toBe(true);
        const events = await auditOf(world, deployment!.id);
        const types = events.map(({ type }) => type).filter((type) => type.startsWith('deployment_'));
        expect(types).toEqual(['deployment_started']);
        expect(events.filter(({ type }) => type === 'check_settled')).toHaveLength(1);
      },
    });
    expect(swept.restarts).toBeGreaterThan(15);
  }, 900_000);
});

describe('a check that writes', () => {
  it('is not run again by itself when the process died in the middle of it: it may have run', async () => {
    const world = await makeWorld();
    try {
      const bot = await world.startBot();
      const { title, deploymentId } = await startDeployment(world, '4.0.0');
      await converged(world);
      const before = target.hits.length;
      const release = target.hold();
      await world.sandbox.as('ana').command('/deploy rerun create-user', '#deploys');
      await eventually('the request', () => target.hits.length > before);
      await bot.kill('SIGKILL');
      release();
      await world.startBot();
      const shown = await eventually('what is known of it', () =>
        cardsWith(world.sandbox, title).find(({ visibleText }) => visibleText.includes('may have run')),
      );
      expect(shown.visibleText).toContain('A user can be made');
      await converged(world);
      expect(target.hits.slice(before)).toEqual(['/users']);
      const settled = (await auditOf(world, deploymentId)).filter(
        ({ type, itemId }) => type === 'check_settled' && itemId === 'create-user',
      );
      expect(settled).toHaveLength(1);
    } finally {
      await world.close();
    }
  }, 120_000);
});
