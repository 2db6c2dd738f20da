import type { Deployment } from '../domain/deployment.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Transition } from '../domain/transition.ts';
import type { Result } from '../lib/result.ts';
import { err } from '../lib/result.ts';
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
  readonly act: Act;
  readonly cause?: Cause;
};

/** A person does something to a deployment. */
export const performAct = async (
  loop: Loop,
  { deployment, by, act, cause }: ActRequest,
): Promise<Result<Transition, Refusal>> => {
  const actor = await actorFor(loop, deployment, by);
  return actOn(loop, {
    deploymentId: deployment.id,
    ...stated({ cause }),
    decide: (situation) => decide(situation, actor, act),
    answer: (situation, { events }) =>
      answerTo(situation, {
        events,
        isTyped: cause?.isTyped === true,
        leftOut: act.kind === 'confirm_group' ? (act.leftOut ?? []) : [],
      }),
  });
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
