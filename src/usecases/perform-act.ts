import type { Deployment } from '../domain/deployment.ts';
import { progressOf } from '../domain/deployment.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Situation } from '../domain/situation.ts';
import type { Transition } from '../domain/transition.ts';
import type { Result } from '../lib/result.ts';
import { err, ok } from '../lib/result.ts';
import { stated } from '../lib/stated.ts';
import type { Act } from './acts.ts';
import { decide } from './acts.ts';
import type { Cause } from './act.ts';
import { act as actOn, actorFor, finish } from './act.ts';
import { answerTo } from './answer-act.ts';
import type { Loop, Person } from './world.ts';

export type ActRequest = {
  /** Found by the caller. What is taken from it never changes; the rest is read again under the lock. */
  readonly deployment: Pick<Deployment, 'id' | 'environment' | 'channel'>;
  readonly by: Person;
  /** Channel that the payload proves the person to be in; undefined: none. */
  readonly from: string | undefined;
  readonly act: Act;
  readonly cause?: Cause;
};

/** A person does something to a deployment. */
export const performAct = async (
  loop: Loop,
  { deployment, by, from, act, cause }: ActRequest,
): Promise<Result<Transition, Refusal>> => {
  const actor = await actorFor(loop, deployment, { by, from });
  return actOn(loop, {
    deploymentId: deployment.id,
    ...stated({ cause }),
    decide: (situation) =>
      cause?.isTyped !== true && isDoubleClick(situation, by.id, act)
        ? ok([])
        : decide(situation, actor, act),
    answer: (situation, { events }) =>
      answerTo(situation, {
        events,
        isTyped: cause?.isTyped === true,
        leftOut: act.kind === 'confirm_group' ? (act.leftOut ?? []) : [],
      }),
  });
};

/** Confirm pressed again before the button was gone: what was wanted is so. Typed again, it is answered. */
const isDoubleClick = ({ deployment, now, rules }: Situation, by: string, act: Act): boolean => {
  if (act.kind !== 'confirm' || act.seen !== undefined) return false;
  const { settled } = progressOf(deployment, act.itemId);
  return settled?.kind === 'confirmed' && settled.by === by && now - settled.at <= rules.undoFree;
};

/** Answers an envelope that leads to no deployment. */
export const refuse = async (
  loop: Loop,
  cause: Cause | undefined,
  refused: Refusal,
): Promise<Result<never, Refusal>> => {
  const result = err(refused);
  if (cause !== undefined)
    await loop.transact((tx) => finish(loop, tx, { cause, result, deploymentId: null }));
  return result;
};
