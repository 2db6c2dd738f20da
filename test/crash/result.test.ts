import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweep } from './sweep.ts';
import type { Target } from './target.ts';
import { startTarget } from './target.ts';
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
  startDeployment,
  TINY,
} from './world.ts';

const CHECKLIST = TINY(`
  {id: other, title: Something else},
  {id: health, title: Health answers, check: {http: {url: "\${api-url}/\${deployment.version}"}, expect: {status: 200}}}`);

type Scene = { readonly title: string; readonly deploymentId: string };

const RERUN = { itemId: 'health', actionId: 'item.rerun' };

type Run = { readonly state: string; readonly outcome: string };

const runsOf = (world: World, { deploymentId }: Scene): Promise<Run[]> =>
  world.sql<Run>('select state, outcome from check_run where deployment_id = $1 order by queued_at', [
    deploymentId,
  ]);

const isGreen = (world: World, { title }: Scene): boolean => {
  const [card] = cardsWith(world.sandbox, title);
  return buttonOf(card!, RERUN) === undefined && card!.visibleText.includes('Waiting for: 1 by people');
};

describe('a result', () => {
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

  it('is settled once, wherever the process is killed between pick-up and card', async () => {
    const swept = await sweep<Scene>({
      makeWorld,
      from: 'add_job',
      prepare: async (world, name) => {
        const version = `2.0.${name}`;
        target.statuses.set(`/${version}`, 500);
        const scene = await startDeployment(world, version);
        await eventually('the red row', () => buttonOf(cardsWith(world.sandbox, scene.title)[0]!, RERUN));
        target.statuses.set(`/${version}`, 200);
        return scene;
      },
      act: async (world, { title }) => {
        await press(world, title, RERUN);
      },
      settled: (world, scene) => eventually('the green card', () => isGreen(world, scene)),
      verify: async (world, scene) => {
        await eventually('the green card after the restart', () => isGreen(world, scene));
        expect(await runsOf(world, scene)).toEqual([
          { state: 'settled', outcome: 'fail' },
          { state: 'settled', outcome: 'pass' },
        ]);
        const events = await auditOf(world, scene.deploymentId);
        const of = (type: string) => events.filter((event) => event.type === type);
        expect(of('checks_requested')).toHaveLength(2);
        expect(of('check_settled')).toHaveLength(2);
        expect(cardsWith(world.sandbox, scene.title)).toHaveLength(1);
        await converged(world);
      },
    });
    expect(swept.restarts).toBeGreaterThan(10);
  }, 900_000);
});
