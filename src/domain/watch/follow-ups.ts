import type { Instant } from '../../lib/time.ts';
import type { Due, DueSource } from '../due.ts';
import type { DomainEvent } from '../events.ts';
import type { FollowUp, RungCounts } from '../deployment.ts';
import { isBad, isGood } from '../check.ts';
import { OLD_VERSION } from '../checklist.ts';
import { progressOf } from '../deployment.ts';
import { MINUTE } from '../../lib/time.ts';
import { isOutOfReach, request, runsByItself, wasConnected } from '../request-checks.ts';
import type { PlanItem } from '../plan.ts';
import type { Situation } from '../situation.ts';
import type { Board } from '../standing.ts';
import { isLeaf } from '../standing.ts';
import { isOpenSeries, nextInSeries } from './ladder.ts';

/** A rung that begins this long after it was due is marked late. */
const LATE_AFTER = MINUTE;
const WORKER_LOOK = MINUTE / 2;

/** Of all rungs that are due, the newest runs; the ones before it are missed. */
export const followUpDues: DueSource = (situation, board) => {
  const { followUps } = situation.deployment;
  if (situation.deployment.supersededBy !== undefined) return [];
  const planned = followUps.filter(({ state }) => state.kind === 'planned');
  const due = planned.filter(({ dueAt }) => dueAt <= situation.now).sort((a, b) => a.dueAt - b.dueAt);
  const newest = due.at(-1);
  if (newest !== undefined) {
    return [
      { at: newest.dueAt, fire: () => runNewest(situation, board, { newest, missed: due.slice(0, -1) }) },
    ];
  }
  return [...planned.map(({ dueAt }) => dueAt), ...waitingLooks(situation, board)].map((at): Due => ({
    at,
    fire: () => [],
  }));
};

/** While a rung waits for a worker the clock looks every half minute whether it is back. */
const waitingLooks = (situation: Situation, board: Board): readonly Instant[] =>
  situation.deployment.followUps.flatMap(({ state }) => {
    if (state.kind !== 'running' || !isPatient(situation, state)) return [];
    if (missedBy(situation, board, state).length === 0) return [];
    const gone = Math.max(0, situation.now - state.at);
    const next = state.at + (Math.floor(gone / WORKER_LOOK) + 1) * WORKER_LOOK;
    return [Math.min(next, state.at + situation.rules.lostRun)];
  });

const runNewest = (
  situation: Situation,
  board: Board,
  { newest, missed }: { newest: FollowUp; missed: readonly FollowUp[] },
): readonly DomainEvent[] => {
  const runs = board.plan.items
    .filter((entry) => isWatched(situation, entry))
    .map(({ item }) => ({ runId: situation.newId(), itemId: item.id }));
  const events: DomainEvent[] = [];
  if (missed.length > 0) events.push({ type: 'follow_ups_missed', followUpIds: missed.map(({ id }) => id) });
  events.push({
    type: 'follow_up_started',
    followUpId: newest.id,
    late: situation.now - newest.dueAt > LATE_AFTER,
    runIds: runs.map(({ runId }) => runId),
  });
  if (runs.length > 0) {
    events.push({ type: 'checks_requested', reason: { kind: 'follow_up', followUpId: newest.id }, runs });
  }
  const series = [newest, ...missed].filter(({ rung }) => isOpenSeries(situation.checklist.ladder[rung]));
  for (const rung of new Set(series.map((followUp) => followUp.rung))) {
    const last = series.find((followUp) => followUp.rung === rung);
    const next = last === undefined ? undefined : nextInSeries(situation, last);
    if (next !== undefined) events.push({ type: 'follow_up_planned', followUp: next });
  }
  return events;
};

/** What a rung measures again: items that say so, and every reading check of the watch stage, unless a person settled it. */
export const isWatched = (situation: Situation, entry: PlanItem): boolean => {
  const { running, settled } = progressOf(situation.deployment, entry.item.id);
  const isFree = running === undefined && settled === undefined;
  return isMeant(entry) && isFree && runsByItself(situation, entry);
};

const isMeant = ({ item, section, applies }: PlanItem): boolean =>
  applies && isAfterT0(section) && (item.watch || (section === 'watch' && item.at === undefined));

const isAfterT0 = (section: PlanItem['section']): boolean => section !== 'rollback' && section !== 'after';

/** How a rung that began at `since` ended. Of the checks it should have measured only what it did measure is well. */
export const judgeRung = (situation: Situation, board: Board, since: Instant): RungCounts => {
  const counts = { red: 0, measured: 0, unmeasured: 0 };
  let oldVersion = 0;
  for (const entry of board.plan.items.filter((one) => isMeant(one) && isLeaf(one))) {
    const kind = board.standing(entry.item.id) === 'red' ? 'red' : measuredSince(situation, entry, since);
    if (kind !== undefined) counts[kind] += 1;
    if (kind === 'unmeasured' && isOfOldVersion(situation, entry)) oldVersion += 1;
  }
  return oldVersion === 0 ? counts : { ...counts, oldVersion };
};

const isOfOldVersion = ({ deployment }: Situation, { item }: PlanItem): boolean =>
  progressOf(deployment, item.id).measured?.line === OLD_VERSION;

/** Undefined: nobody expects a machine to measure it. */
const measuredSince = (
  { deployment }: Situation,
  entry: PlanItem,
  since: Instant,
): 'measured' | 'unmeasured' | undefined => {
  const { settled, measured, accepted } = progressOf(deployment, entry.item.id);
  if (!isReading(entry) || settled !== undefined || !wasConnected(deployment, entry)) return undefined;
  const { outcome, at } = measured ?? { outcome: 'skipped', at: 0 };
  if (at >= since && (isGood(outcome) || isBad(outcome))) return 'measured';
  // Somebody took it on purpose that this cannot be measured.
  return accepted !== undefined && accepted.cause === undefined ? undefined : 'unmeasured';
};

const isReading = ({ item: { body } }: PlanItem): boolean => body.kind === 'check' && body.effect === 'read';

/** What a rung should measure, and what nothing is known of now. */
export const unmeasuredNow = (situation: Situation, board: Board): readonly PlanItem[] =>
  board.plan.items.filter(
    (entry) =>
      isMeant(entry) &&
      isReading(entry) &&
      progressOf(situation.deployment, entry.item.id).settled === undefined &&
      (board.standing(entry.item.id) === 'unclear' || isOutOfReach(situation, entry)),
  );

type Running = Extract<FollowUp['state'], { kind: 'running' }>;

/** A measurement that a rung has to wait for is under way, has to be repeated, or wants its worker. */
export const isRungBusy = (situation: Situation, board: Board, rung: Running): boolean =>
  (isPatient(situation, rung) && missedBy(situation, board, rung).length > 0) ||
  board.plan.items.some((entry) => {
    const { running, suspectSince } = progressOf(situation.deployment, entry.item.id);
    const isAwaited = running !== undefined && (isMeant(entry) || rung.runIds.includes(running.runId));
    return isAwaited || suspectSince !== undefined;
  });

/** A worker that restarts is waited for as long as a run that is lost. */
const isPatient = ({ now, rules }: Situation, { at }: Running): boolean => now < at + rules.lostRun;

/** What a rung could not ask for when it began, and has not been measured since. */
const missedBy = (situation: Situation, board: Board, { at }: Running): readonly PlanItem[] =>
  board.plan.items.filter((entry) => {
    const { settled, measured, running } = progressOf(situation.deployment, entry.item.id);
    const isFree = settled === undefined && running === undefined && (measured?.at ?? 0) < at;
    return isMeant(entry) && isReading(entry) && isFree && isOutOfReach(situation, entry);
  });

/** The worker came back while a rung waits for it: what was missed is asked for, once for all rungs that wait. */
export const lateRuns = (situation: Situation, board: Board): readonly DomainEvent[] => {
  const { deployment } = situation;
  const newest = deployment.followUps.findLast(({ state }) => state.kind === 'running');
  if (newest?.state.kind !== 'running' || !isPatient(situation, newest.state)) return [];
  const { at } = newest.state;
  const entries = board.plan.items.filter((entry) => {
    const { measured, suspectSince } = progressOf(deployment, entry.item.id);
    const isMissed = suspectSince === undefined && (measured?.at ?? 0) < at;
    return isMissed && isWatched(situation, entry) && wasConnected(deployment, entry);
  });
  return request(situation, { kind: 'follow_up', followUpId: newest.id }, entries);
};
