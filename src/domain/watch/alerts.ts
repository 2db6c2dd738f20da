import type { Instant } from '../../lib/time.ts';
import { HOUR, MINUTE } from '../../lib/time.ts';
import type { Due, DueSource } from '../due.ts';
import { causeOfRed } from '../check.ts';
import type { Alert, Measured } from '../deployment.ts';
import { progressOf } from '../deployment.ts';
import type { DomainEvent } from '../events.ts';
import { request, runsByItself } from '../request-checks.ts';
import type { PlanItem } from '../plan.ts';
import type { Situation } from '../situation.ts';
import type { Board } from '../standing.ts';
import { isWell } from '../standing.ts';

/** While an alert is young it is looked at every second-look period, later every five minutes. */
const YOUNG = HOUR;
const SLOW_LOOK = 5 * MINUTE;

/** A suspicion that so many looks could neither confirm nor clear is said to be what it is: not measured. */
export const MOST_LOOKS = 3;

/** A first bad result in the watch gets its second look, and further ones while they cannot tell. */
export const suspectDues: DueSource = (situation, board) => {
  if (!isWatching(situation)) return [];
  const suspects = board.plan.items.flatMap((entry) => {
    const { suspectSince, suspectLooks = 0, running } = progressOf(situation.deployment, entry.item.id);
    if (suspectSince === undefined || running !== undefined) return [];
    const isRun = runsByItself(situation, entry);
    const looks = isRun ? suspectLooks + 1 : MOST_LOOKS;
    return [{ entry, isRun, at: suspectSince + looks * situation.rules.secondLook }];
  });
  if (suspects.length === 0) return [];
  const due = suspects.filter(({ at }) => at <= situation.now);
  const entriesOf = (isRun: boolean) => due.filter((one) => one.isRun === isRun).map(({ entry }) => entry);
  const fire = (): readonly DomainEvent[] => [
    ...request(situation, { kind: 'second_look' }, entriesOf(true)),
    ...entriesOf(false).flatMap((entry) => givenUp(situation, entry)),
  ];
  return [{ at: Math.min(...suspects.map(({ at }) => at)), fire }];
};

/** Bad once, and nothing is there that could look again. */
const givenUp = (situation: Situation, entry: PlanItem): readonly DomainEvent[] => {
  const { id } = entry.item;
  const readiness = situation.readiness(entry);
  const why = readiness.kind === 'not_connected' ? `: ${readiness.missing.join(', ')}` : '';
  const measured: Measured = {
    runId: situation.newId(),
    outcome: 'inconclusive',
    line: `it was bad once and could not be looked at again${why}`,
    at: situation.now,
    tries: 0,
  };
  return [
    { type: 'check_settled', itemId: id, measured },
    { type: 'suspicion_cleared', itemId: id },
  ];
};

/** An open alert is looked at again for its recovery, and repeated while nobody answers. */
export const alertDues: DueSource = (situation, board) =>
  isWatching(situation)
    ? situation.deployment.alerts
        .filter(({ state }) => state.kind !== 'resolved')
        .flatMap((alert) => [...lookDues(situation, board, alert), ...repeatDues(situation, alert)])
    : [];

/** A rollback, a newer deployment or the end make looking at this one's alerts pointless. */
const isWatching = ({ deployment: { state, supersededBy } }: Situation): boolean =>
  (state.kind === 'verifying' || state.kind === 'watching') && supersededBy === undefined;

const lookDues = (situation: Situation, board: Board, alert: Alert): Due[] => {
  const entries = board.plan.items.filter(({ item: { id } }) => alert.itemIds.includes(id));
  const measurable = entries.filter(
    (entry) =>
      !isWell(board.standing(entry.item.id)) &&
      progressOf(situation.deployment, entry.item.id).settled === undefined &&
      runsByItself(situation, entry),
  );
  if (measurable.length === 0) return [];
  const idle = measurable.filter(
    ({ item }) => progressOf(situation.deployment, item.id).running === undefined,
  );
  const isYoung = situation.now - alert.firedAt < YOUNG;
  const fire = (): readonly DomainEvent[] => [
    { type: 'alert_looked_at', alertId: alert.id },
    ...request(situation, { kind: 'second_look' }, idle),
  ];
  return [{ at: alert.lastLookAt + (isYoung ? situation.rules.secondLook : SLOW_LOOK), fire }];
};

const repeatDues = ({ rules }: Situation, { id, firedAt, pings, state }: Alert): Due[] => {
  if (state.kind !== 'firing') return [];
  const { again, backup } = rules.alertRepeats;
  const fire = (toBackup: boolean) => (): DomainEvent[] => [
    { type: 'alert_repeated', alertId: id, toBackup },
  ];
  if (pings === 1) return [{ at: firedAt + again, fire: fire(false) }];
  return pings === 2 ? [{ at: firedAt + backup, fire: fire(true) }] : [];
};

/** A bad result in the watch that is certain. `since`: when it was first bad. */
export type ConfirmedRed = {
  readonly itemId: string;
  readonly measured: Measured;
  readonly since: Instant;
};

/** Confirmed bad results become alerts, one per cause; a further item of a cause joins its alert. */
export const alertsFor = (situation: Situation, reds: readonly ConfirmedRed[]): readonly DomainEvent[] => {
  const events: DomainEvent[] = [];
  const byCause = new Map<string, { itemIds: string[]; line: string; since: number }>();
  for (const { itemId, measured, since } of reds) {
    const cause = causeOfRed(itemId, measured) ?? itemId;
    const known = byCause.get(cause) ?? { itemIds: [], line: measured.line, since };
    byCause.set(cause, { ...known, itemIds: [...known.itemIds, itemId] });
  }
  for (const [cause, { itemIds, line, since }] of byCause) {
    const open = situation.deployment.alerts.find(
      (alert) => alert.cause === cause && alert.state.kind !== 'resolved',
    );
    events.push(
      open === undefined
        ? { type: 'alert_fired', alertId: situation.newId(), cause, line, itemIds, since }
        : { type: 'alert_joined', alertId: open.id, itemIds },
    );
  }
  return events;
};
