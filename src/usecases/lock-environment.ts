import { requireMember } from '../domain/actor.ts';
import { environmentChain } from '../domain/audit.ts';
import type { Refusal } from '../domain/refusal.ts';
import { refusal } from '../domain/refusal.ts';
import { nearest } from '../lib/nearest.ts';
import type { Result } from '../lib/result.ts';
import { err, ok } from '../lib/result.ts';
import type { Cause } from './act.ts';
import { finish } from './act.ts';
import { lockedRefusal } from './lock-place.ts';
import { environmentOf } from './situate.ts';
import type { Lock } from '../domain/lock.ts';
import type { Tx } from './stores.ts';
import { WHOLE_ENVIRONMENT } from '../domain/lock.ts';
import type { Loop, Person } from './world.ts';

export type LockInput = {
  readonly kind: 'lock' | 'unlock';
  readonly environment: string;
  /** Absent: the whole environment; for unlock, whatever is locked there. */
  readonly system?: string;
  readonly reason: string;
  readonly by: Person;
  readonly channel: string;
  readonly cause: Cause;
};

/** A person closes or opens a place by hand, with a reason, on the environment's audit chain. */
export const lockEnvironment = async (
  loop: Loop,
  input: LockInput,
): Promise<Result<readonly Lock[], Refusal>> => {
  const actor = await loop.people.actor(input.by, environmentOf(loop, input.environment), input.channel);
  return loop.transact(async (tx) => {
    const member = requireMember(actor);
    const result = member.ok ? await change(loop, tx, input) : member;
    await finish(loop, tx, {
      cause: input.cause,
      result,
      deploymentId: null,
      ...(result.ok ? { answered: wordsFor(input, result.value) } : {}),
    });
    return result;
  });
};

const wordsFor = ({ kind, environment, reason }: LockInput, locks: readonly Lock[]): string => {
  if (kind === 'lock')
    return `${environment} is locked: ${reason}. Free it with /deploy unlock ${environment} <reason>.`;
  const places = locks.map(({ system }) =>
    system === WHOLE_ENVIRONMENT ? environment : `${system} in ${environment}`,
  );
  return `Unlocked: ${places.join(', ')}.`;
};

const change = async (loop: Loop, tx: Tx, input: LockInput): Promise<Result<readonly Lock[], Refusal>> => {
  if (input.reason.trim() === '') {
    return err(refusal('reason_missing', `Say why: /deploy ${input.kind} ${input.environment} <reason>.`));
  }
  const files = loop.files();
  if (files.environments.size > 0 && !files.environments.has(input.environment)) {
    const names = [...files.environments.keys()];
    const near = nearest(input.environment, names);
    const hint =
      near.length === 0 ? `Environments: ${names.join(', ')}.` : `Did you mean ${near.join(' or ')}?`;
    return err(refusal('unknown_environment', `There is no environment ${input.environment}. ${hint}`));
  }
  return input.kind === 'lock' ? takeByHand(loop, tx, input) : freeByHand(loop, tx, input);
};

const takeByHand = async (
  loop: Loop,
  tx: Tx,
  input: LockInput,
): Promise<Result<readonly Lock[], Refusal>> => {
  const lock: Lock = {
    teamId: loop.teamId,
    environment: input.environment,
    system: input.system ?? WHOLE_ENVIRONMENT,
    deploymentId: null,
    heldBy: input.by.id,
    reason: input.reason,
    since: loop.now().getTime(),
  };
  const other = await tx.locks.take(lock);
  if (other !== undefined) return err(lockedRefusal(other));
  await tx.audit.append(
    environmentChain(loop.teamId, lock.environment),
    [{ type: 'lock_taken', ...lock }],
    lock.since,
  );
  return ok([lock]);
};

const freeByHand = async (
  loop: Loop,
  tx: Tx,
  input: LockInput,
): Promise<Result<readonly Lock[], Refusal>> => {
  const systems =
    input.system === undefined ? [...loop.files().checklists.keys(), WHOLE_ENVIRONMENT] : [input.system];
  const freed: Lock[] = [];
  for (const system of systems) {
    const lock = await tx.locks.release(loop.teamId, input.environment, system);
    if (lock !== undefined) freed.push(lock);
  }
  if (freed.length === 0) return err(refusal('not_locked', `${input.environment} is not locked.`));
  const now = loop.now().getTime();
  await redrawHolders(loop, tx, freed);
  const facts = freed.map((lock) => ({ type: 'lock_released', ...lock, by: input.by.id, why: input.reason }));
  await tx.audit.append(environmentChain(loop.teamId, input.environment), facts, now);
  return ok(freed);
};

/** The card of a deployment says since when it holds its place; it holds it no longer. */
const redrawHolders = async (loop: Loop, tx: Tx, freed: readonly Lock[]): Promise<void> => {
  for (const { deploymentId } of freed) {
    const deployment = deploymentId === null ? undefined : await tx.deployments.find(deploymentId);
    if (deployment === undefined) continue;
    const messageId = await tx.messages.want({
      id: loop.newId(),
      deploymentId: deployment.id,
      kind: 'card',
      ref: 'card',
      channel: deployment.channel,
      isAwaited: true,
    });
    await tx.outbox.add([{ queue: 'renders', payload: { messageId } }], loop.now().getTime());
  }
  await tx.wakeRelays();
};
