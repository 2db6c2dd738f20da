import { requireMember } from '../domain/actor.ts';
import { environmentChain } from '../domain/audit.ts';
import type { Refusal } from '../domain/refusal.ts';
import { refusal } from '../domain/refusal.ts';
import type { Result } from '../lib/result.ts';
import { err, ok } from '../lib/result.ts';
import type { Cause } from './act.ts';
import { finish } from './act.ts';
import { lockedRefusal } from './lock-place.ts';
import { environmentOf } from './situate.ts';
import type { Lock, Tx } from './stores.ts';
import { WHOLE_ENVIRONMENT } from './stores.ts';
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
    await finish(loop, tx, { cause: input.cause, result, deploymentId: null });
    return result;
  });
};

const change = async (loop: Loop, tx: Tx, input: LockInput): Promise<Result<readonly Lock[], Refusal>> => {
  if (input.reason.trim() === '') {
    return err(refusal('reason_missing', `Say why: /deploy ${input.kind} ${input.environment} <reason>.`));
  }
  const files = loop.files();
  if (files.environments.size > 0 && !files.environments.has(input.environment)) {
    const names = [...files.environments.keys()].join(', ');
    return err(
      refusal('unknown_environment', `There is no environment ${input.environment}. Environments: ${names}.`),
    );
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
  const facts = freed.map((lock) => ({ type: 'lock_released', ...lock, by: input.by.id, why: input.reason }));
  await tx.audit.append(environmentChain(loop.teamId, input.environment), facts, now);
  return ok(freed);
};
