import { elapse, nextDueAt } from '../../src/domain/elapse.ts';
import type { DomainEvent } from '../../src/domain/events.ts';
import { settleChecks } from '../../src/domain/settle/settle-check.ts';
import type { Situation } from '../../src/domain/situation.ts';
import type { Decision } from '../../src/domain/transition.ts';
import { transition } from '../../src/domain/transition.ts';
import { ok } from '../../src/lib/result.ts';
import type { Instant } from '../../src/lib/time.ts';
import { SECOND } from '../../src/lib/time.ts';
import type { Answer } from './situation.ts';
import { resultOf } from './situation.ts';

/** What the world answers when an item is measured at a moment. */
export type World = (itemId: string, at: Instant) => Answer;

export type Logged = { readonly at: Instant; readonly event: DomainEvent };

/** How long a check takes here. */
const ANSWER_TIME = SECOND;

/**
 * A bot whose clock is ours: it acts when something is due or a run is answered, one second after it was asked for, and
 * sleeps in between. Everything that happens is logged.
 */
export const virtualBot = (begun: Situation, world: World) => {
  let current = begun;
  const log: Logged[] = [];

  const act = (decide: Decision): void => {
    const moved = transition(current, decide);
    if (!moved.ok) throw new Error(`refused: ${moved.error.message}`);
    log.push(...moved.value.events.map((event) => ({ at: current.now, event })));
    current = { ...current, deployment: moved.value.after };
  };

  const runs = () =>
    Object.entries(current.deployment.items).flatMap(([itemId, { running }]) =>
      running === undefined
        ? []
        : [{ itemId, runId: running.runId, answeredAt: running.since + ANSWER_TIME }],
    );

  const settle = (): void => {
    const ended = runs().filter(({ answeredAt }) => answeredAt <= current.now);
    if (ended.length === 0) return;
    const results = ended.map(({ itemId, runId }) => ({
      itemId,
      runId,
      result: resultOf(world(itemId, current.now)),
    }));
    act((now) => ok(settleChecks(now, results)));
  };

  /** Lets time pass until a moment. */
  const until = (moment: Instant): void => {
    for (let count = 0; count < 100_000; count += 1) {
      const next = Math.min(nextDueAt(current) ?? Infinity, ...runs().map(({ answeredAt }) => answeredAt));
      if (next > moment) {
        current = { ...current, now: moment };
        return;
      }
      current = { ...current, now: Math.max(next, current.now) };
      settle();
      act((now) => ok(elapse(now)));
    }
    throw new Error('time does not pass: something is due again and again');
  };

  return {
    act,
    until,
    /** The process is gone until a moment; then it finds what waited for it. */
    down: (moment: Instant): void => {
      current = { ...current, now: moment };
      settle();
      act((now) => ok(elapse(now)));
    },
    /** The world around the deployment is another from now on: a worker left, or came back. */
    change: (to: (situation: Situation) => Situation): void => {
      current = to(current);
    },
    get now(): Situation {
      return current;
    },
    /** Everything that happened, in order. */
    log: log as readonly Logged[],
    /** Moments at which an event of this type happened. */
    times: (type: DomainEvent['type']): readonly Instant[] =>
      log.filter(({ event }) => event.type === type).map(({ at }) => at),
  };
};
