import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../src/sandbox/sandbox.ts';
import { sweep } from './sweep.ts';
import type { World } from './world.ts';
import {
  auditOf,
  buttonOf,
  cardsWith,
  createWorld,
  ENVIRONMENT,
  eventually,
  press,
  startDeployment,
  TINY,
} from './world.ts';

const CHECKLIST = TINY(
  '{id: plan-read, title: Everyone has read the plan}, {id: other, title: Something else}',
);
type Scene = {
  readonly title: string;
  readonly deploymentId: string;
  readonly clicksBefore: number;
  delivery?: Delivery;
};

const makeWorld = () =>
  createWorld({
    files: { 'tiny.yaml': CHECKLIST, 'environments/production.yaml': ENVIRONMENT() },
    sandbox: { limits: { rate: 'off' } },
  });

const rows = (world: World) =>
  world.sql<{ id: string; outcome: string | null }>(`select id, outcome from inbox`);

const prepare = async (world: World, name: string): Promise<Scene> => {
  const { title, deploymentId } = await startDeployment(world, `1.0.${name}`);
  return { title, deploymentId, clicksBefore: (await rows(world)).length };
};

const CONFIRM = { itemId: 'plan-read', actionId: 'item.confirm' };

const isConfirmed = (world: World, { title }: Scene): boolean =>
  buttonOf(cardsWith(world.sandbox, title)[0]!, CONFIRM) === undefined;

describe('a click', () => {
  it('is done once or was refused to the person, wherever the process is killed', async () => {
    const swept = await sweep<Scene>({
      makeWorld,
      prepare,
      act: async (world, scene) => {
        scene.delivery = await press(world, scene.title, CONFIRM);
      },
      settled: (world, scene) => eventually('the confirmed row', () => isConfirmed(world, scene)),
      verify: async (world, scene) => {
        const stored = (await rows(world)).length > scene.clicksBefore;
        if (scene.delivery?.ok === true) expect(stored, 'what was acknowledged is stored').toBe(true);
        if (!stored) {
          expect(isConfirmed(world, scene)).toBe(false);
          expect(await press(world, scene.title, CONFIRM)).toMatchObject({ ok: true });
        }
        await eventually('the confirmed row after the restart', () => isConfirmed(world, scene));
        const confirmed = (await auditOf(world, scene.deploymentId)).filter(
          ({ type }) => type === 'item_confirmed',
        );
        expect(confirmed).toHaveLength(1);
        expect(cardsWith(world.sandbox, scene.title)).toHaveLength(1);
        expect((await rows(world)).slice(scene.clicksBefore).map(({ outcome }) => outcome)).toEqual(['done']);
      },
    });
    expect(swept.restarts).toBeGreaterThan(10);
  }, 900_000);
});
