import type { Result } from '../lib/result.ts';
import { ok } from '../lib/result.ts';
import type { Deployment } from './deployment.ts';
import type { DomainEvent } from './events.ts';
import { evolveAll } from './evolve/evolve.ts';
import { consequences } from './follow.ts';
import type { Refusal } from './refusal.ts';
import type { Situation } from './situation.ts';

/** What one input made of a deployment: every event in order, and the state after them. */
export type Transition = {
  readonly before: Deployment;
  readonly after: Deployment;
  readonly events: readonly DomainEvent[];
};

export type Decision = (situation: Situation) => Result<readonly DomainEvent[], Refusal>;

/** More rounds than this mean that two rules undo each other: a bug that must be seen, not looped over. */
const MOST_ROUNDS = 50;

/** Decides, then lets everything follow that follows by itself, until nothing moves any more. */
export const transition = (situation: Situation, decide: Decision): Result<Transition, Refusal> => {
  const decided = decide(situation);
  if (!decided.ok) return decided;
  const before = situation.deployment;
  const events: DomainEvent[] = [...decided.value];
  let after = evolveAll(before, decided.value, situation.now);
  for (let round = 0; ; round += 1) {
    const next = consequences({ ...situation, deployment: after });
    if (next.length === 0) break;
    if (round === MOST_ROUNDS) {
      throw new Error(
        `Deployment ${before.id} does not come to rest: ${next.map(({ type }) => type).join(', ')}`,
      );
    }
    events.push(...next);
    after = evolveAll(after, next, situation.now);
  }
  const moved = events.length > 0;
  return ok({ before, events, after: moved ? { ...after, revision: before.revision + 1 } : before });
};
