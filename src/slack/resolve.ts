import { itemIdByNumber } from '../blocks/item/number.ts';
import { groupLines, whyAlone } from '../blocks/modals/confirm-group.ts';
import type { Scene } from '../blocks/scene.ts';
import { sceneOf } from '../blocks/scene.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { Refusal } from '../domain/refusal.ts';
import { quoted, refusal } from '../domain/refusal.ts';
import type { Board } from '../domain/standing.ts';
import { nameIn } from '../lib/name-in.ts';
import { nearest } from '../lib/nearest.ts';
import type { Result } from '../lib/result.ts';
import { err, ok } from '../lib/result.ts';
import type { Act } from '../usecases/acts.ts';
import { situate } from '../usecases/situate.ts';
import type { Loop } from '../usecases/world.ts';
import type { Target, TypedAct } from './intent.ts';

type Meaning = {
  /** Where nothing runs any more the newest one is meant, however it ended. Else only one that left work to do. */
  readonly orEnded?: boolean;
};

/** The deployment somebody means. */
export const findTarget = async (
  loop: Loop,
  target: Target,
  { orEnded = false }: Meaning = {},
): Promise<Result<Deployment, Refusal>> => {
  if ('deploymentId' in target) {
    const found = await loop.transact((tx) => tx.deployments.find(target.deploymentId));
    return found === undefined ? err(unknown(target.deploymentId)) : ok(found);
  }
  if ('number' in target) {
    const found = await loop.transact((tx) => tx.deployments.findByNumber(loop.teamId, target.number));
    return found === undefined ? err(unknown(`#${target.number}`)) : ok(found);
  }
  const live = await loop.transact((tx) => tx.deployments.listLive(loop.teamId, target.channel));
  const [first, ...others] = live;
  if (first === undefined) {
    const [last] = await loop.transact((tx) =>
      tx.deployments.listRecent(loop.teamId, { channel: target.channel, limit: 1 }),
    );
    return last !== undefined && (orEnded || last.state.kind === 'rolled_back')
      ? ok(last)
      : err(NOTHING_RUNS);
  }
  if (others.length === 0) return ok(first);
  const names = live
    .map(({ number, system, environment }) => `#${number} ${system} → ${environment}`)
    .join(', ');
  return err(
    refusal(
      'several_deployments_here',
      `Several deployments run in this channel: ${names}. Add the number, e.g. #${first.number}.`,
    ),
  );
};

const NOTHING_RUNS = refusal(
  'no_deployment_here',
  'No deployment is running in this channel. Name one with #n, or type /deploy list.',
);

const unknown = (name: string): Refusal =>
  refusal('unknown_deployment', `There is no deployment ${name}. Type /deploy list for those that run.`);

/** The act with its item found: by id, by the number it has on the card, or by a beginning that only one item has. */
export const resolveAct = async (
  loop: Loop,
  deployment: Deployment,
  act: Act | TypedAct,
): Promise<Result<Act, Refusal>> => {
  if (!('make' in act)) return ok(act);
  const checklist = await loop.transact((tx) => tx.checklists.get(deployment.checklistHash));
  const situation = situate(loop, { deployment, checklist, now: loop.now().getTime() });
  const scene = sceneOf(situation);
  const phase = phaseCalled(scene, act);
  if (phase !== undefined) return ok(phase);
  const item = findItemByName(scene.board, act);
  return item.ok ? ok(act.make(item.value)) : item;
};

/** What is meant when a phase is named, and no item is called the same. */
const phaseCalled = (scene: Scene, { item, forPhase }: TypedAct): Act | undefined => {
  const { plan } = scene.board;
  if (forPhase === undefined || nameIn(item, plan.byId.keys()) !== undefined) return undefined;
  const phaseId = nameIn(
    item,
    plan.items.map((entry) => entry.phaseId),
  );
  if (phaseId === undefined) return undefined;
  const { byClick, withLine, alone } = groupLines(scene, phaseId);
  return forPhase(phaseId, {
    byClick: byClick.map((entry) => entry.item.id),
    withLine: withLine.map(({ item: { id, title } }) => ({ id, why: `${title} (asks what you saw)` })),
    alone: alone.map((entry) => `${entry.item.title} (${whyAlone(entry)})`),
  });
};

const findItemByName = (board: Board, { item: typed, forPhase }: TypedAct): Result<string, Refusal> => {
  const ids = board.plan.items.map(({ item }) => item.id);
  const named = nameIn(typed, ids);
  if (named !== undefined) return ok(named);
  const name = typed.toLowerCase();
  const numbered = /^\d{1,4}$/.test(name) ? itemIdByNumber(board, Number(name)) : undefined;
  if (numbered !== undefined) return ok(numbered);
  const starting = ids.filter((id) => id.startsWith(name));
  const [only, ...more] = starting;
  if (only !== undefined && more.length === 0) return ok(only);
  if (more.length > 0) {
    return err(
      refusal(
        'ambiguous_item',
        `${quoted(typed)} could be ${starting.slice(0, 5).join(', ')}. Type more of it.`,
      ),
    );
  }
  const phases = forPhase === undefined ? [] : board.plan.items.map(({ phaseId }) => phaseId);
  const near = nearest(name, [...new Set([...ids, ...phases])]);
  const hint =
    near.length === 0
      ? 'Open phase shows the ids; the numbers stand on the card too.'
      : `Did you mean ${near.join(' or ')}?`;
  const what = forPhase === undefined ? 'item' : 'item or phase';
  return err(refusal('unknown_item', `There is no ${what} ${quoted(typed)}. ${hint}`));
};
