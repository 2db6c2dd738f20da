import { unsignedRoles } from './decide/sign-off.ts';
import { openRequired } from './decide/open-items.ts';
import { OLD_VERSION, VERSION_LIVE } from './checklist.ts';
import { completion, ladderEnded } from './complete.ts';
import type { AlertDecision, ItemProgress } from './deployment.ts';
import { isEnded, progressOf } from './deployment.ts';
import type { DomainEvent } from './events.ts';
import type { PlanItem, Section } from './plan.ts';
import { isActive, versionAtStart } from './plan.ts';
import { request, runsByItself } from './request-checks.ts';
import type { Situation } from './situation.ts';
import type { Board } from './standing.ts';
import { boardOf, isLeaf, isWell } from './standing.ts';
import { itemDueAt } from './watch/due-items.ts';
import { isRungBusy, judgeRung, lateRuns } from './watch/follow-ups.ts';

/** What follows from how things stand, without anybody acting. Empty when everything has been drawn already. */
export const consequences = (situation: Situation): readonly DomainEvent[] => {
  const board = boardOf(situation);
  const steps = [
    nowConnected,
    stageChecks,
    startTimers,
    gate,
    newVersionAnswers,
    verified,
    rolledBack,
    lateRuns,
    followUps,
    recoveries,
    completed,
  ];
  for (const step of steps) {
    const events = step(situation, board);
    if (events.length > 0) return events;
  }
  return [];
};

/** What could once be measured is missed when it no longer can be; what never could is by hand. */
const nowConnected = ({ deployment, readiness }: Situation, board: Board): readonly DomainEvent[] => {
  if (isEnded(deployment.state)) return [];
  const known = new Set(deployment.connected);
  const itemIds = board.plan.items
    .filter((entry) => entry.item.body.kind === 'check' && isLeaf(entry) && !known.has(entry.item.id))
    .filter((entry) => readiness(entry).kind !== 'not_connected')
    .map(({ item }) => item.id);
  return itemIds.length === 0 ? [] : [{ type: 'checks_connected', itemIds }];
};

const isUntouched = (situation: Situation, { item }: PlanItem): boolean => {
  const { measured, running, settled } = progressOf(situation.deployment, item.id);
  return measured === undefined && running === undefined && settled === undefined;
};

/**
 * A stage that has begun measures what it can, once; what has a time of its own, at that time. A step of the roll-out
 * that has a command is measured when a person says that it is done.
 */
const stageChecks = (situation: Situation, board: Board): readonly DomainEvent[] => {
  const { deployment, checklist } = situation;
  const atStart = deployment.versionAtStart === undefined ? versionAtStart(checklist) : undefined;
  const due = [...board.plan.items, ...(atStart === undefined ? [] : [atStart])].filter(
    (entry) =>
      isActive(entry, deployment) &&
      (itemDueAt(situation, entry) ?? 0) <= situation.now &&
      runsOnEntry(entry, board) &&
      isUntouched(situation, entry) &&
      runsByItself(situation, entry),
  );
  return request(situation, { kind: 'stage' }, due);
};

const runsOnEntry = (entry: PlanItem, board: Board): boolean => {
  switch (entry.section) {
    case 'prepare':
    case 'verify':
      return true;
    case 'deploy':
      return entry.item.command === undefined && isReadyInOrder(entry, board);
    case 'rollback':
      return isReadyInOrder(entry, board);
    default:
      return false;
  }
};

/** In a roll-out and on the way back a check or a wait has meaning once the steps before it in its phase are done. */
const isReadyInOrder = (entry: PlanItem, board: Board): boolean => {
  const before = board.plan.items.filter(
    ({ section, phaseId }) => section === entry.section && phaseId === entry.phaseId,
  );
  return before
    .slice(0, before.indexOf(entry))
    .filter(({ item }) => item.body.kind !== 'check' && item.body.kind !== 'parent')
    .every(({ item }) => isWell(board.standing(item.id)));
};

const inOrder: ReadonlySet<Section> = new Set(['deploy', 'rollback']);

/** Waits begin with their stage, in a roll-out and on the way back when their turn has come. */
const startTimers = (situation: Situation, board: Board): readonly DomainEvent[] =>
  board.plan.items
    .filter((entry) => entry.item.body.kind === 'timer' && isActive(entry, situation.deployment))
    .filter((entry) => !inOrder.has(entry.section) || isReadyInOrder(entry, board))
    .filter(({ item }) => {
      const { activeSince, settled } = progressOf(situation.deployment, item.id);
      return activeSince === undefined && settled === undefined;
    })
    .map(({ item }) => ({ type: 'timer_started', itemId: item.id }));

const gate = ({ deployment }: Situation, board: Board): readonly DomainEvent[] => {
  const { kind } = deployment.state;
  if (kind !== 'preparing' && kind !== 'awaiting_go') return [];
  const isReady = openRequired(board, ['prepare']).length === 0;
  if (isReady && kind === 'preparing') return [{ type: 'gate_opened' }];
  return !isReady && kind === 'awaiting_go' ? [{ type: 'gate_closed' }] : [];
};

/** The moment the new version answers, what was measured on the old one is measured again; what writes waits for its click. */
const newVersionAnswers = (situation: Situation, board: Board): readonly DomainEvent[] => {
  if (situation.deployment.state.kind !== 'verifying' || !isWell(board.standing(VERSION_LIVE))) return [];
  const old = board.plan.items.filter((entry) => {
    const { measured, running, settled } = progressOf(situation.deployment, entry.item.id);
    const isOld = measured?.line === OLD_VERSION && running === undefined && settled === undefined;
    return isOld && runsByItself(situation, entry);
  });
  return request(situation, { kind: 'refresh' }, old);
};

const verified = ({ deployment }: Situation, board: Board): readonly DomainEvent[] =>
  deployment.state.kind === 'verifying' && openRequired(board, ['verify']).length === 0
    ? [{ type: 'verified' }]
    : [];

const rolledBack = ({ deployment }: Situation, board: Board): readonly DomainEvent[] => {
  if (deployment.state.kind !== 'rolling_back') return [];
  const plans = deployment.rollback?.plans ?? [];
  const open = openRequired(board, ['rollback']).filter(({ phaseId }) => plans.includes(phaseId));
  return open.length === 0 ? [{ type: 'rolled_back' }] : [];
};

/** A rung is done when all its runs are in; an open series then plans its next one at the next tick. */
const followUps = (situation: Situation, board: Board): readonly DomainEvent[] =>
  situation.deployment.followUps.flatMap(({ id, state }): DomainEvent[] =>
    state.kind !== 'running' || isRungBusy(situation, board, state)
      ? []
      : [{ type: 'follow_up_finished', followUpId: id, ...judgeRung(situation, board, state.at) }],
  );

const recoveries = ({ deployment }: Situation, board: Board): readonly DomainEvent[] =>
  deployment.alerts
    .filter(
      ({ state, itemIds }) => state.kind !== 'resolved' && itemIds.every((id) => isWell(board.standing(id))),
    )
    .map(({ id, itemIds }) => {
      const [decided] = itemIds.flatMap((itemId) => decisionOn(progressOf(deployment, itemId)) ?? []);
      return { type: 'alert_resolved', alertId: id, ...(decided === undefined ? {} : { decided }) };
    });

/** Taken on purpose although it does not hold: no recovery. */
const decisionOn = ({ accepted, settled }: ItemProgress): AlertDecision | undefined => {
  if (accepted !== undefined) return { kind: 'accepted', by: accepted.by, reason: accepted.reason };
  if (settled?.kind === 'skipped') return { kind: 'skipped', by: settled.by, reason: settled.reason };
  return settled?.kind === 'not_applicable'
    ? { kind: 'not applicable', by: settled.by, reason: settled.reason }
    : undefined;
};

const completed = (situation: Situation, board: Board): readonly DomainEvent[] =>
  situation.deployment.state.kind === 'watching' &&
  ladderEnded(situation) &&
  unsignedRoles(situation).length === 0
    ? completion(situation, board)
    : [];
