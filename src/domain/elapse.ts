import type { Instant } from '../lib/time.ts';
import { criteriaDues } from './watch/criteria.ts';
import { gateDues, nagDues, rollbackDues, signOffDues } from './watch/reminders.ts';
import { alertDues, suspectDues } from './watch/alerts.ts';
import { followUpDues } from './watch/follow-ups.ts';
import { lostRunDues, pollDues, timerDues } from './watch/waits.ts';
import { dueItemDues, stageItemDues } from './watch/due-items.ts';
import type { Due, DueSource } from './due.ts';
import type { DomainEvent } from './events.ts';
import { evolveAll } from './evolve/evolve.ts';
import { isEnded } from './deployment.ts';
import type { Situation } from './situation.ts';
import { boardOf } from './standing.ts';

const SOURCES: readonly DueSource[] = [
  lostRunDues,
  timerDues,
  pollDues,
  followUpDues,
  suspectDues,
  alertDues,
  criteriaDues,
  dueItemDues,
  stageItemDues,
  gateDues,
  nagDues,
  rollbackDues,
  signOffDues,
];

const duesOf = (situation: Situation): readonly Due[] => {
  const { state } = situation.deployment;
  if (isEnded(state) && state.kind !== 'rolled_back') return [];
  const board = boardOf(situation);
  return SOURCES.flatMap((source) => source(situation, board));
};

/** More than this many dues at one moment mean a due that does not end itself: a bug that must be seen. */
const MOST_DUES = 500;

/** Time has passed: everything that was due until now, one due after the other, each seeing what the last one did. */
export const elapse = (situation: Situation): readonly DomainEvent[] => {
  const events: DomainEvent[] = [];
  let current = situation;
  for (let count = 0; count < MOST_DUES; count += 1) {
    const next = firstDue(current);
    if (next === undefined) return events;
    events.push(...next);
    current = { ...current, deployment: evolveAll(current.deployment, next, current.now) };
  }
  throw new Error(`Deployment ${situation.deployment.id} has dues that never end`);
};

const firstDue = (situation: Situation): readonly DomainEvent[] | undefined =>
  duesOf(situation)
    .filter(({ at }) => at <= situation.now)
    .sort((a, b) => a.at - b.at)
    .map(({ fire }) => fire())
    .find((events) => events.length > 0);

/** When the clock has to look at this deployment again; undefined: never by itself. */
export const nextDueAt = (situation: Situation): Instant | undefined => {
  const times = duesOf(situation).map(({ at }) => at);
  return times.length === 0 ? undefined : Math.min(...times);
};
