import type { Deployment } from '../domain/deployment.ts';
import type { Refusal } from '../domain/refusal.ts';
import { refusal } from '../domain/refusal.ts';
import type { Actor } from '../domain/situation.ts';
import type { Decision, Transition } from '../domain/transition.ts';
import { transition } from '../domain/transition.ts';
import type { Result } from '../lib/result.ts';
import { err } from '../lib/result.ts';
import { Refused } from './lock-place.ts';
import type { Reply } from './notices.ts';
import { noticeRow, tell } from './notices.ts';
import { persist } from './persist.ts';
import { environmentOf, situate } from './situate.ts';
import type { Tx } from './stores.ts';
import type { Loop, Person } from './world.ts';

/** What a person asked for came in as this envelope; it is marked handled in the transaction that acts on it. */
export type Cause = {
  readonly inboxId: string;
  /** Where a refusal goes; absent: the caller shows it itself, in the dialog that was submitted. */
  readonly reply?: Reply;
};

/** Two processes handled the same envelope; this one was the second and must leave no trace. */
export class AlreadyHandled extends Error {
  override readonly name = 'AlreadyHandled';
}

/** One input to one deployment: lock, decide, write, all or nothing. A refusal is written down and told as well. */
export const act = async (
  loop: Loop,
  { deploymentId, cause, decide }: { deploymentId: string; cause?: Cause; decide: Decision },
): Promise<Result<Transition, Refusal>> => {
  try {
    return await loop.transact(async (tx) => {
      const moved = await decideOn(loop, tx, { deploymentId, decide });
      await finish(loop, tx, { cause, result: moved, deploymentId });
      return moved;
    });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const refused = err(error.refusal);
    await loop.transact((tx) => finish(loop, tx, { cause, result: refused, deploymentId }));
    return refused;
  }
};

const decideOn = async (
  loop: Loop,
  tx: Tx,
  { deploymentId, decide }: { deploymentId: string; decide: Decision },
): Promise<Result<Transition, Refusal>> => {
  const deployment = await tx.deployments.lock(deploymentId);
  if (deployment === undefined)
    return err(refusal('unknown_deployment', `There is no deployment ${deploymentId}.`));
  const checklist = await tx.checklists.get(deployment.checklistHash);
  const situation = situate(loop, { deployment, checklist, now: loop.now().getTime() });
  const moved = transition(situation, decide);
  if (moved.ok) await persist(loop, tx, { situation, change: moved.value });
  return moved;
};

/** Marks the envelope handled, exactly once, and tells a refusal to the person it belongs to. */
export const finish = async (
  loop: Loop,
  tx: Tx,
  {
    cause,
    result,
    deploymentId,
  }: { cause: Cause | undefined; result: Result<unknown, Refusal>; deploymentId: string | null },
): Promise<void> => {
  if (cause === undefined) return;
  const now = loop.now().getTime();
  const outcome = result.ok ? 'done' : `refused:${result.error.code}`;
  if (!(await tx.inbox.finish(cause.inboxId, { outcome, now }))) throw new AlreadyHandled(cause.inboxId);
  if (result.ok || cause.reply === undefined) return;
  const id = `refusal:${cause.inboxId}`;
  await tell(
    tx,
    noticeRow(id, deploymentId, { kind: 'refused', reply: cause.reply, refusal: result.error }),
    now,
  );
};

/** Who acts, as the rules of the deployment's environment see them. */
export const actorFor = (
  loop: Loop,
  deployment: Pick<Deployment, 'environment' | 'channel'>,
  by: Person,
): Promise<Actor> => loop.people.actor(by, environmentOf(loop, deployment.environment), deployment.channel);
