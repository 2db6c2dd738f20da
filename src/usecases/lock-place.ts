import { environmentChain } from '../domain/audit.ts';
import type { Deployment } from '../domain/deployment.ts';
import { refusal } from '../domain/refusal.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Transition } from '../domain/transition.ts';
import type { Instant } from '../lib/time.ts';
import type { Lock } from '../domain/lock.ts';
import { lockFromOf, WHOLE_ENVIRONMENT } from '../domain/lock.ts';
import type { Tx } from './stores.ts';
import type { Loop } from './world.ts';

/** A refusal found in the middle of a transaction: everything written so far is undone, then the person is told. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly refusal: Refusal;

  constructor(refused: Refusal) {
    super(refused.message);
    this.refusal = refused;
  }
}

/** Whether a deployment holds its place in this state. Released when it leaves verifying; kept after a rollback. */
export const holdsPlace = ({ state }: Deployment, lockFrom: 'start' | 'go'): boolean => {
  switch (state.kind) {
    case 'preparing':
    case 'awaiting_go':
    case 'held':
      return lockFrom === 'start';
    case 'deploying':
    case 'verifying':
    case 'rolling_back':
    case 'rolled_back':
      return true;
    case 'aborted':
      return state.locked;
    case 'watching':
    case 'completed':
      return false;
  }
};

/** States that change the place: a lock freed by hand while it was held is taken again, or another has it by now. */
const CHANGES_PLACE: ReadonlySet<Deployment['state']['kind']> = new Set(['deploying', 'rolling_back']);

/** Takes or frees the place when the state moved. A place held by another stops everything but a rollback. */
export const syncLock = async (loop: Loop, tx: Tx, { before, after, events }: Transition): Promise<void> => {
  const isNew = events.some(({ type }) => type === 'deployment_started');
  if (!isNew && before.state.kind === after.state.kind) return;
  const lockFrom = lockFromOf(await tx.checklists.get(after.checklistHash), after.anchors);
  const held = !isNew && holdsPlace(before, lockFrom);
  const wanted = holdsPlace(after, lockFrom);
  const now = loop.now().getTime();
  if (wanted && (!held || CHANGES_PLACE.has(after.state.kind))) await takePlace(tx, lockOf(after, now));
  if (!wanted && held) await freePlace(tx, { deployment: after, now });
};

const lockOf = (deployment: Deployment, since: Instant): Lock => ({
  teamId: deployment.teamId,
  environment: deployment.environment,
  system: deployment.system,
  deploymentId: deployment.id,
  heldBy: deployment.startedBy,
  reason: `${deployment.system} #${deployment.number}`,
  since,
});

/** Without effect when the deployment holds it already: the chain has one fact for each time it was taken. */
const takePlace = async (tx: Tx, lock: Lock): Promise<void> => {
  const known = await tx.locks.find(lock.teamId, lock.environment, lock.system);
  if (known !== undefined && known.deploymentId === lock.deploymentId) return;
  const other = await tx.locks.take(lock);
  const isRollback =
    other !== undefined && lock.deploymentId !== null && (await isRollingBack(tx, lock.deploymentId));
  if (other !== undefined && !isRollback) throw new Refused(await lockedRefusal(tx, other));
  if (other === undefined) {
    const fact = { type: 'lock_taken', ...lock };
    await tx.audit.append(environmentChain(lock.teamId, lock.environment), [fact], lock.since);
  }
};

const isRollingBack = async (tx: Tx, deploymentId: string): Promise<boolean> =>
  (await tx.deployments.find(deploymentId))?.state.kind === 'rolling_back';

const freePlace = async (
  tx: Tx,
  { deployment, now }: { deployment: Deployment; now: Instant },
): Promise<void> => {
  const { teamId, environment, system } = deployment;
  const lock = await tx.locks.find(teamId, environment, system);
  if (lock?.deploymentId !== deployment.id) return;
  await tx.locks.release(teamId, environment, system);
  const fact = { type: 'lock_released', environment, system, deploymentId: deployment.id };
  await tx.audit.append(environmentChain(teamId, environment), [fact], now);
};

/** What stands in the way, and what to do about it: nobody waits for a deployment that has ended and left its place closed. */
export const lockedRefusal = async (tx: Pick<Tx, 'deployments'>, lock: Lock): Promise<Refusal> => {
  const isWhole = lock.system === WHOLE_ENVIRONMENT;
  const what = isWhole ? lock.environment : `${lock.system} in ${lock.environment}`;
  const who =
    lock.deploymentId === null
      ? `<@${lock.heldBy}> ("${lock.reason}")`
      : `${lock.reason}, started by <@${lock.heldBy}>`;
  const left = await leftLocked(tx, lock);
  const way =
    left === undefined
      ? `Wait for it, or free it with /deploy unlock ${lock.environment} <reason>.`
      : `It ${left}, so its place stays locked until somebody has looked at it and types /deploy unlock ${lock.environment} <reason>.`;
  return refusal('environment_locked', `${what} is locked by ${who}. ${way}`);
};

/** How the deployment ended that still holds a place; undefined: it goes on, or a person holds it. */
export const leftLocked = async (
  tx: Pick<Tx, 'deployments'>,
  { deploymentId }: Lock,
): Promise<'was rolled back' | 'was aborted and left as it is' | undefined> => {
  const holder = deploymentId === null ? undefined : await tx.deployments.find(deploymentId);
  if (holder?.state.kind === 'rolled_back') return 'was rolled back';
  return holder?.state.kind === 'aborted' ? 'was aborted and left as it is' : undefined;
};
