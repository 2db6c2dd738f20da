import { HOUR, MINUTE } from '../../lib/time.ts';
import type { Due, DueSource } from '../due.ts';
import type { Alert } from '../deployment.ts';
import { progressOf } from '../deployment.ts';
import type { DomainEvent } from '../events.ts';
import { request, runsByItself } from '../request-checks.ts';
import type { Situation } from '../situation.ts';
import type { Board } from '../standing.ts';
import { isWell } from '../standing.ts';

/** While an alert is young it is looked at every second-look period, later every five minutes. */
const YOUNG = HOUR;
const SLOW_LOOK = 5 * MINUTE;

/** A first bad result in the watch gets its second look. */
export const suspectDues: DueSource = (situation, board) => {
  if (!isWatching(situation)) return [];
  const entries = board.plan.items.flatMap((entry) => {
    const { suspectSince, running } = progressOf(situation.deployment, entry.item.id);
    return suspectSince === undefined || running !== undefined ? [] : [{ entry, suspectSince }];
  });
  if (entries.length === 0) return [];
  const at = Math.min(...entries.map(({ suspectSince }) => suspectSince)) + situation.rules.secondLook;
  const due = entries.filter(
    ({ suspectSince }) => suspectSince + situation.rules.secondLook <= situation.now,
  );
  return [
    {
      at,
      fire: () =>
        request(
          situation,
          { kind: 'second_look' },
          due.map(({ entry }) => entry),
        ),
    },
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

/** Confirmed bad results become alerts, one per cause; a further item of a cause joins its alert. */
export const alertsFor = (situation: Situation, settled: readonly DomainEvent[]): readonly DomainEvent[] => {
  const events: DomainEvent[] = [];
  const byCause = new Map<string, { itemIds: string[]; line: string; since: number }>();
  for (const event of settled) {
    if (event.type !== 'check_settled') continue;
    const { suspectSince } = progressOf(situation.deployment, event.itemId);
    const isBad = ['fail', 'error', 'timed_out'].includes(event.measured.outcome);
    if (!isBad || suspectSince === undefined) continue;
    const cause = event.measured.cause ?? event.itemId;
    const known = byCause.get(cause) ?? { itemIds: [], line: event.measured.line, since: suspectSince };
    byCause.set(cause, { ...known, itemIds: [...known.itemIds, event.itemId] });
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
