import type { Deployment } from '../domain/deployment.ts';
import { numberOf } from '../domain/deployment.ts';
import type { Refusal } from '../domain/refusal.ts';
import { refusal } from '../domain/refusal.ts';
import type { Actor, Situation } from '../domain/situation.ts';
import type { Decision, Transition } from '../domain/transition.ts';
import { transition } from '../domain/transition.ts';
import type { Result } from '../lib/result.ts';
import { err } from '../lib/result.ts';
import { stated } from '../lib/stated.ts';
import { Refused } from './lock-place.ts';
import type { Notice, Reply } from './notices.ts';
import { noticeRow, tell } from './notices.ts';
import { persist } from './persist.ts';
import { environmentFor, situate } from './situate.ts';
import type { Tx } from './stores.ts';
import type { Loop, Person } from './world.ts';

/** What a person asked for came in as this envelope; it is marked handled in the transaction that acts on it. */
export type Cause = {
  readonly inboxId: string;
  /** Where an answer goes; absent: the caller shows it itself, in the dialog that was submitted. */
  readonly reply?: Reply;
  /** Typed, so that success is answered too. A click is answered by the card. */
  readonly isTyped?: boolean;
  /** True for a refusal the caller answers itself, by opening the dialog that asks for what was missing. */
  readonly answersItself?: (refusal: Refusal) => boolean;
  /** With that answer the caller also marks it handled: until then a crash leaves it to the sweeper, so that somebody answers. */
  readonly isHandledByCaller?: true;
};

/** What is told to the one who asked, when it went well. Undefined: what they look at says it already. */
type Answer = (situation: Situation, moved: Transition) => string | undefined;

/** Two processes handled the same envelope; this one was the second and must leave no trace. */
export class AlreadyHandled extends Error {
  override readonly name = 'AlreadyHandled';
}

type Input = {
  readonly deploymentId: string;
  /** Decides by the rules; may look at other deployments in the same transaction first. */
  readonly decide: (situation: Situation, tx: Tx) => ReturnType<Decision> | Promise<ReturnType<Decision>>;
  readonly cause?: Cause;
  readonly answer?: Answer;
};

/** One input to one deployment: lock, decide, write, all or nothing. A refusal is written down and told as well. */
export const act = async (loop: Loop, input: Input): Promise<Result<Transition, Refusal>> => {
  const { deploymentId, cause } = input;
  try {
    const moved = await loop.transact((tx) => decideOn(loop, tx, input));
    if (moved.ok) logTransition(loop, moved.value);
    return moved;
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
  { deploymentId, decide, cause, answer }: Input,
): Promise<Result<Transition, Refusal>> => {
  const deployment = await tx.deployments.lock(deploymentId);
  if (deployment === undefined) {
    const result = err(refusal('unknown_deployment', `There is no deployment ${numberOf(deploymentId)}.`));
    await finish(loop, tx, { cause, result, deploymentId: null });
    return result;
  }
  const checklist = await tx.checklists.get(deployment.checklistHash);
  const situation = situate(loop, { deployment, checklist, now: loop.now().getTime() });
  const decided = await decide(situation, tx);
  const moved = decided.ok ? transition(situation, () => decided) : decided;
  if (moved.ok) await persist(loop, tx, { situation, change: moved.value });
  const answered = moved.ok ? answer?.(situation, moved.value) : undefined;
  await finish(loop, tx, { cause, result: moved, deploymentId, ...stated({ answered }) });
  return moved;
};

/** One line per transition: which deployment, who, what. */
export const logTransition = (loop: Loop, { after, events }: Transition): void => {
  if (events.length === 0) return;
  const by = events.flatMap((event) => ('by' in event ? [event.by] : []))[0] ?? null;
  loop.log.info({ deploymentId: after.id, by, events: events.map(({ type }) => type) }, 'transition');
};

type Ending = {
  readonly cause: Cause | undefined;
  readonly result: Result<unknown, Refusal>;
  readonly deploymentId: string | null;
  /** What is told when it went well; absent: nothing. */
  readonly answered?: string;
};

/** Marks the envelope handled, exactly once, and answers the person it belongs to. */
export const finish = async (loop: Loop, tx: Tx, ending: Ending): Promise<void> => {
  const { cause, result, deploymentId } = ending;
  if (cause === undefined) return;
  const now = loop.now().getTime();
  const outcome = result.ok ? 'done' : `refused:${result.error.code}`;
  const isAnswered = !result.ok && cause.answersItself?.(result.error) === true;
  const isOurs =
    isAnswered && cause.isHandledByCaller === true
      ? await tx.inbox.leaveOpen(cause.inboxId, outcome)
      : await tx.inbox.finish(cause.inboxId, { outcome, now });
  if (!isOurs) throw new AlreadyHandled(cause.inboxId);
  if (isAnswered) return;
  const notice = answerNotice(cause, ending);
  if (notice !== undefined) await tell(tx, noticeRow(`answer:${cause.inboxId}`, deploymentId, notice), now);
};

const answerNotice = ({ reply }: Cause, { result, answered }: Ending): Notice | undefined => {
  if (reply === undefined) return undefined;
  if (!result.ok) return { kind: 'refused', reply, refusal: result.error };
  return answered === undefined ? undefined : { kind: 'told', reply, text: answered };
};

/** Who acts, as the rules of the deployment see them. `from`: the channel they were seen to be in. */
export const actorFor = (
  loop: Loop,
  deployment: Pick<Deployment, 'environment' | 'channel' | 'named'>,
  { by, from }: { readonly by: Person; readonly from: string | undefined },
): Promise<Actor> =>
  loop.people.actor(by, environmentFor(loop, deployment), { channel: deployment.channel, from });
