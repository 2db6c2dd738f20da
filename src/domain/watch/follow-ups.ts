import type { Instant } from '../../lib/time.ts';
import type { Due, DueSource } from '../due.ts';
import type { DomainEvent } from '../events.ts';
import type { FollowUp, RungCounts } from '../deployment.ts';
import { isBad, isGood } from '../check.ts';
import { progressOf } from '../deployment.ts';
import { MINUTE } from '../../lib/time.ts';
import { isOutOfReach, runsByItself, wasConnected } from '../request-checks.ts';
import type { PlanItem } from '../plan.ts';
import type { Situation } from '../situation.ts';
import type { Board } from '../standing.ts';
import { isLeaf } from '../standing.ts';
import { isOpenSeries, nextInSeries } from './ladder.ts';

/** A rung that begins this long after it was due is marked late. */
const LATE_AFTER = MINUTE;

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
  return planned.map(({ dueAt }): Due => ({ at: dueAt, fire: () => [] }));
};

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
export const judgeRung = (situation: Situation, board: Board, since: Instant): Required<RungCounts> => {
  const counts = { red: 0, measured: 0, unmeasured: 0 };
  for (const entry of board.plan.items.filter((one) => isMeant(one) && isLeaf(one))) {
    const kind = board.standing(entry.item.id) === 'red' ? 'red' : measuredSince(situation, entry, since);
    if (kind !== undefined) counts[kind] += 1;
  }
  return counts;
};

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

/** A measurement that a rung has to wait for is under way, or has to be repeated. */
export const isRungBusy = ({ deployment }: Situation, board: Board, runIds: readonly string[]): boolean =>
  board.plan.items.some((entry) => {
    const { running, suspectSince } = progressOf(deployment, entry.item.id);
    const isAwaited = running !== undefined && (isMeant(entry) || runIds.includes(running.runId));
    return isAwaited || suspectSince !== undefined;
  });
