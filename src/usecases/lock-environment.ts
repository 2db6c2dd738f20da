import { requireMember } from '../domain/actor.ts';
import { environmentChain } from '../domain/audit.ts';
import type { Deployment } from '../domain/deployment.ts';
import { isEnded } from '../domain/deployment.ts';
import type { Refusal } from '../domain/refusal.ts';
import { quoted, refusal } from '../domain/refusal.ts';
import { transition } from '../domain/transition.ts';
import { nameIn } from '../lib/name-in.ts';
import { nearest } from '../lib/nearest.ts';
import type { Result } from '../lib/result.ts';
import { err, ok } from '../lib/result.ts';
import type { Cause } from './act.ts';
import { finish } from './act.ts';
import { environmentCalled, hasEnvironmentFiles, systemCalled } from './files.ts';
import { lockedRefusal } from './lock-place.ts';
import { persist } from './persist.ts';
import { environmentOf, situate } from './situate.ts';
import type { Lock } from '../domain/lock.ts';
import type { Tx } from './stores.ts';
import { WHOLE_ENVIRONMENT } from '../domain/lock.ts';
import type { Loop, Person } from './world.ts';

export type LockInput = {
  readonly kind: 'lock' | 'unlock';
  readonly environment: string;
  /** Begins with the system whose place is meant, where it is not the whole environment. */
  readonly reason: string;
  readonly by: Person;
  /** Where it was typed; the environment file may name another, whose members may do it. */
  readonly channel: string;
  readonly cause: Cause;
};

type Changed = { readonly locks: readonly Lock[]; readonly answer: string };

/** A person closes or opens a place by hand, with a reason, on the environment's audit chain. */
export const lockEnvironment = async (
  loop: Loop,
  typed: LockInput,
): Promise<Result<readonly Lock[], Refusal>> => {
  const input = { ...typed, environment: environmentCalled(loop.files(), typed.environment) };
  const environment = environmentOf(loop, input.environment);
  const own =
    environment.channel === undefined ? undefined : await loop.people.channelId(environment.channel);
  const place = { channel: own ?? input.channel, from: input.channel };
  const actor = await loop.people.actor(input.by, environment, place);
  return loop.transact(async (tx) => {
    const member = requireMember(actor);
    const result = member.ok ? await change(loop, tx, input) : member;
    await finish(loop, tx, {
      cause: input.cause,
      result,
      deploymentId: null,
      ...(result.ok ? { answered: result.value.answer } : {}),
    });
    return result.ok ? ok(result.value.locks) : result;
  });
};

const change = async (loop: Loop, tx: Tx, input: LockInput): Promise<Result<Changed, Refusal>> => {
  if (input.reason.trim() === '') return err(reasonMissing(input));
  return input.kind === 'lock' ? takeByHand(loop, tx, input) : freeByHand(loop, tx, input);
};

const reasonMissing = ({ kind, environment }: LockInput, system = ''): Refusal => {
  const place = system === '' ? environment : `${environment} ${system}`;
  return refusal('reason_missing', `Say why: /deploy ${kind} ${place} <reason>.`);
};

/** Nothing is said against an environment whose file is broken: it can be closed. */
const unknownEnvironment = (loop: Loop, { environment }: LockInput): Refusal | undefined => {
  const files = loop.files();
  const { environments, broken } = files;
  if (
    environments.has(environment) ||
    broken.has(`environments/${environment}`) ||
    !hasEnvironmentFiles(files)
  )
    return undefined;
  const names = [...environments.keys()];
  const near = nearest(environment, names);
  const hint =
    near.length === 0
      ? `Environments: ${names.join(', ') || 'none is loaded'}.`
      : `Did you mean ${near.join(' or ')}?`;
  return refusal('unknown_environment', `There is no environment ${quoted(environment)}. ${hint}`);
};

const takeByHand = async (loop: Loop, tx: Tx, input: LockInput): Promise<Result<Changed, Refusal>> => {
  const { environment } = input;
  const unknown = unknownEnvironment(loop, input);
  if (unknown !== undefined) return err(unknown);
  const [first = '', ...rest] = input.reason.trim().split(/\s+/);
  const system = systemCalled(loop.files(), first);
  const reason = system === undefined ? input.reason : rest.join(' ');
  if (reason === '') return err(reasonMissing(input, first));
  const lock: Lock = {
    teamId: loop.teamId,
    environment,
    system: system ?? WHOLE_ENVIRONMENT,
    deploymentId: null,
    heldBy: input.by.id,
    reason,
    since: loop.now().getTime(),
  };
  const other = await tx.locks.take(lock);
  if (other !== undefined) return err(await lockedRefusal(tx, other));
  await tx.audit.append(
    environmentChain(loop.teamId, environment),
    [{ type: 'lock_taken', ...lock }],
    lock.since,
  );
  const typed = system === undefined ? environment : `${environment} ${system}`;
  return ok({
    locks: [lock],
    answer: `${placeOf(lock)} is locked: ${reason}. Free it with /deploy unlock ${typed} <reason>.`,
  });
};

/** Frees one place. What is locked is known from the locks themselves: the files may be broken or gone. */
const freeByHand = async (loop: Loop, tx: Tx, input: LockInput): Promise<Result<Changed, Refusal>> => {
  const all = await tx.locks.list(loop.teamId);
  const name = nameIn(
    input.environment,
    all.map(({ environment }) => environment),
  );
  const held = all.filter(({ environment }) => environment === name);
  const chosen = chooseLock(loop, input, held);
  if (!chosen.ok) return chosen;
  const { lock, reason } = chosen.value;
  // Before the lock, as every act on it does: two that wait for each other would both be undone.
  const holder = lock.deploymentId === null ? undefined : await tx.deployments.lock(lock.deploymentId);
  const freed = await tx.locks.release(loop.teamId, lock.environment, lock.system);
  if (freed === undefined) return err(refusal('not_locked', `${placeOf(lock)} is not locked.`));
  const fact = { type: 'lock_released', ...freed, by: input.by.id, why: reason };
  await tx.audit.append(environmentChain(loop.teamId, lock.environment), [fact], loop.now().getTime());
  if (holder !== undefined && holder.id === freed.deploymentId)
    await tellHolder(loop, tx, { holder, by: input.by.id, reason });
  return ok({ locks: [freed], answer: `Unlocked: ${placeOf(freed)}.${underWay(holder)}` });
};

const placeOf = ({ system, environment }: Pick<Lock, 'system' | 'environment'>): string =>
  system === WHOLE_ENVIRONMENT ? environment : `${system} in ${environment}`;

type Chosen = { readonly lock: Lock; readonly reason: string };

/** The lock that is meant: by its system, which stands before the reason, else the only one there is. */
const chooseLock = (loop: Loop, input: LockInput, held: readonly Lock[]): Result<Chosen, Refusal> => {
  const { environment } = input;
  const [first = '', ...rest] = input.reason.trim().split(/\s+/);
  const name = nameIn(
    first,
    held.map(({ system }) => system),
  );
  const named = held.find(({ system }) => system === name);
  if (named !== undefined) {
    const reason = rest.join(' ');
    return reason === '' ? err(reasonMissing(input, first)) : ok({ lock: named, reason });
  }
  const [only, ...others] = held;
  if (only === undefined)
    return err(
      unknownEnvironment(loop, input) ?? refusal('not_locked', `${quoted(environment)} is not locked.`),
    );
  const system = systemCalled(loop.files(), first);
  if (system !== undefined) {
    const message = `${placeOf({ system, environment })} is not locked by itself. Locked there: ${namesOf(held)}.`;
    const whole = held.some(({ system }) => system === WHOLE_ENVIRONMENT)
      ? ` To free all of it: /deploy unlock ${environment} <reason>, with a reason that does not begin with a system.`
      : '';
    return err(refusal('not_locked', `${message}${whole}`));
  }
  if (others.length === 0) return ok({ lock: only, reason: input.reason });
  return err(
    refusal(
      'several_locked',
      `Several places are locked in ${environment}: ${namesOf(held)}. Say which: /deploy unlock ${environment} <system> <reason>.`,
    ),
  );
};

const namesOf = (locks: readonly Lock[]): string =>
  locks
    .map(({ system, heldBy, reason }) =>
      system === WHOLE_ENVIRONMENT
        ? `the whole environment, by <@${heldBy}> (${reason})`
        : `${system} (${reason})`,
    )
    .join(', ');

/** Freeing a place stops nobody: whoever frees it under a deployment has to know that. */
const underWay = (holder: Deployment | undefined): string =>
  holder === undefined || isEnded(holder.state)
    ? ''
    : ` ${holder.system} #${holder.number} is under way (${holder.state.kind.replaceAll('_', ' ')}) and does not hold its place any more: another deployment can start there.`;

/** The deployment that held the place knows of it from then on: its card says so. */
const tellHolder = async (
  loop: Loop,
  tx: Tx,
  { holder, by, reason }: { holder: Deployment; by: string; reason: string },
): Promise<void> => {
  const checklist = await tx.checklists.get(holder.checklistHash);
  const situation = situate(loop, { deployment: holder, checklist, now: loop.now().getTime() });
  const change = transition(situation, () => ok([{ type: 'unlocked', by, reason }]));
  if (change.ok) await persist(loop, tx, { situation, change: change.value });
};
