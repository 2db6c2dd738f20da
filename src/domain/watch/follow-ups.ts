import type { Due, DueSource } from '../due.ts';
import type { DomainEvent } from '../events.ts';
import type { FollowUp } from '../deployment.ts';
import { progressOf } from '../deployment.ts';
import { MINUTE } from '../../lib/time.ts';
import { runsByItself } from '../request-checks.ts';
import type { PlanItem } from '../plan.ts';
import type { Situation } from '../situation.ts';
import type { Board } from '../standing.ts';
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
  const { item, section, applies } = entry;
  const isMeant = item.watch || (section === 'watch' && item.at === undefined);
  const { running, settled } = progressOf(situation.deployment, item.id);
  const isFree = running === undefined && settled === undefined;
  return applies && isMeant && isFree && isAfterT0(section) && runsByItself(situation, entry);
};

const isAfterT0 = (section: PlanItem['section']): boolean => section !== 'rollback' && section !== 'after';
