import type { Instant } from '../lib/time.ts';
import { criteriaDues } from './watch/criteria.ts';
import { gateDues, nagDues, rollbackDues, signOffDues } from './watch/reminders.ts';
import { alertDues, suspectDues } from './watch/alerts.ts';
import { followUpDues } from './watch/follow-ups.ts';
import { lostRunDues, pollDues, timerDues } from './watch/waits.ts';
import { dueItemDues, stageItemDues } from './watch/due-items.ts';
import { askDues } from './decide/roll-back.ts';
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
  askDues,
  rollbackDues,
  signOffDues,
];

type Waiting = { readonly source: DueSource; readonly due: Due };

const duesOf = (situation: Situation, sources: readonly DueSource[]): readonly Waiting[] => {
  const { state } = situation.deployment;
  if (isEnded(state) && state.kind !== 'rolled_back') return [];
  const board = boardOf(situation);
  return sources.flatMap((source) => source(situation, board).map((due) => ({ source, due })));
};

/** So many rounds after which not one due less is left mean one that does not end itself: a bug that must be seen. */
const MOST_ROUNDS = 50;

export type Elapsed = {
  readonly events: readonly DomainEvent[];
  /** Names of sources whose dues never end; what they did was left out, everything else has happened. */
  readonly endless: readonly string[];
};

/** Time has passed: everything that was due until now, one due after the other, each seeing what the last one did. */
export const elapsed = (situation: Situation, sources = SOURCES): Elapsed => {
  const kept: DomainEvent[] = [];
  let current = situation;
  const endless: string[] = [];
  let active = sources;
  for (;;) {
    const { events, culprit } = untilStuck(current, active);
    kept.push(...events);
    if (culprit === undefined) return { events: kept, endless };
    current = { ...current, deployment: evolveAll(current.deployment, events, current.now) };
    endless.push(culprit.name);
    active = active.filter((source) => source !== culprit);
  }
};

export const elapse = (situation: Situation): readonly DomainEvent[] => elapsed(situation).events;

/** The events until nothing is due any more, or, with the source that goes round, until the last round that got on. */
const untilStuck = (
  situation: Situation,
  sources: readonly DueSource[],
): { readonly events: readonly DomainEvent[]; readonly culprit?: DueSource } => {
  const events: DomainEvent[] = [];
  let current = situation;
  let fewest = Infinity;
  let kept = 0;
  let rounds = 0;
  for (;;) {
    const next = firstDue(current, sources);
    if (next === undefined) return { events };
    rounds = next.left < fewest ? 0 : rounds + 1;
    if (rounds === 0) kept = events.length;
    if (rounds > MOST_ROUNDS) return { events: events.slice(0, kept), culprit: next.source };
    fewest = Math.min(fewest, next.left);
    events.push(...next.events);
    current = { ...current, deployment: evolveAll(current.deployment, next.events, current.now) };
  }
};

type Fired = {
  readonly source: DueSource;
  readonly events: readonly DomainEvent[];
  /** How many dues wait, this one included. */
  readonly left: number;
};

const firstDue = (situation: Situation, sources: readonly DueSource[]): Fired | undefined => {
  const waiting = duesOf(situation, sources)
    .filter(({ due }) => due.at <= situation.now)
    .sort((a, b) => a.due.at - b.due.at);
  for (const { source, due } of waiting) {
    const events = due.fire();
    if (events.length > 0) return { source, events, left: waiting.length };
  }
  return undefined;
};

/** When the clock has to look at this deployment again; undefined: never by itself. */
export const nextDueAt = (situation: Situation): Instant | undefined => {
  const times = duesOf(situation, SOURCES).map(({ due }) => due.at);
  return times.length === 0 ? undefined : Math.min(...times);
};
