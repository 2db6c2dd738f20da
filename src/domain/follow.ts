import type { Instant } from '../lib/time.ts';
import { unsignedRoles } from './decide/sign-off.ts';
import { openRequired } from './decide/open-items.ts';
import { OLD_VERSION, VERSION_LIVE } from './checklist.ts';
import type { DeploymentOutcome } from './deployment.ts';
import { progressOf } from './deployment.ts';
import type { DomainEvent } from './events.ts';
import type { PlanItem } from './plan.ts';
import { isActive } from './plan.ts';
import { request, runsByItself } from './request-checks.ts';
import type { Situation } from './situation.ts';
import type { Board } from './standing.ts';
import { boardOf, isWell } from './standing.ts';
import { isOpenSeries } from './watch/ladder.ts';

/** What follows from how things stand, without anybody acting. Empty when everything has been drawn already. */
export const consequences = (situation: Situation): readonly DomainEvent[] => {
  const board = boardOf(situation);
  const steps = [
    stageChecks,
    startTimers,
    gate,
    newVersionAnswers,
    verified,
    rolledBack,
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

const isUntouched = (situation: Situation, { item }: PlanItem): boolean => {
  const { measured, running, settled } = progressOf(situation.deployment, item.id);
  return measured === undefined && running === undefined && settled === undefined;
};

/** A stage that has begun measures what it can, once. Steps with a command are measured when a person has done them. */
const stageChecks = (situation: Situation, board: Board): readonly DomainEvent[] => {
  const due = board.plan.items.filter(
    (entry) =>
      isActive(entry, situation.deployment) &&
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
      return entry.item.command === undefined;
    case 'rollback':
      return isReadyInOrder(entry, board);
    default:
      return false;
  }
};

/** In a rollback plan a check has meaning once the steps before it are done. */
const isReadyInOrder = (entry: PlanItem, board: Board): boolean => {
  const before = board.plan.items.filter(
    ({ section, phaseId }) => section === 'rollback' && phaseId === entry.phaseId,
  );
  return before
    .slice(0, before.indexOf(entry))
    .filter(({ item }) => item.body.kind !== 'check' && item.body.kind !== 'parent')
    .every(({ item }) => isWell(board.standing(item.id)));
};

const startTimers = (situation: Situation, board: Board): readonly DomainEvent[] =>
  board.plan.items
    .filter((entry) => entry.item.body.kind === 'timer' && isActive(entry, situation.deployment))
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

/** The moment the new version answers, everything measured on the old one is measured again. */
const newVersionAnswers = (situation: Situation, board: Board): readonly DomainEvent[] => {
  if (situation.deployment.state.kind !== 'verifying' || !isWell(board.standing(VERSION_LIVE))) return [];
  const old = board.plan.items.filter((entry) => {
    const { measured, running, settled } = progressOf(situation.deployment, entry.item.id);
    return measured?.line === OLD_VERSION && running === undefined && settled === undefined;
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
const followUps = ({ deployment }: Situation, board: Board): readonly DomainEvent[] => {
  const waiting = new Set(
    Object.values(deployment.items).flatMap(({ running }) => (running === undefined ? [] : [running.runId])),
  );
  return deployment.followUps.flatMap((followUp): DomainEvent[] => {
    if (followUp.state.kind !== 'running' || followUp.state.runIds.some((id) => waiting.has(id))) return [];
    if (Object.values(deployment.items).some(({ suspectSince }) => suspectSince !== undefined)) return [];
    const red = board.plan.items.filter(({ item }) => item.watch && board.standing(item.id) === 'red').length;
    return [{ type: 'follow_up_finished', followUpId: followUp.id, red }];
  });
};

const recoveries = ({ deployment }: Situation, board: Board): readonly DomainEvent[] =>
  deployment.alerts
    .filter(
      ({ state, itemIds }) => state.kind !== 'resolved' && itemIds.every((id) => isWell(board.standing(id))),
    )
    .map(({ id }) => ({ type: 'alert_resolved', alertId: id }));

const completed = (situation: Situation): readonly DomainEvent[] => {
  if (situation.deployment.state.kind !== 'watching' || !ladderEnded(situation)) return [];
  return unsignedRoles(situation).length === 0
    ? [{ type: 'completed', outcome: outcomeOf(situation), unsigned: [] }]
    : [];
};

/** Every bounded rung has run or was missed, or a newer deployment took over the watch. */
export const ladderEnded = ({ deployment, checklist }: Situation): boolean =>
  deployment.supersededBy !== undefined ||
  deployment.followUps
    .filter(({ rung }) => !isOpenSeries(checklist.ladder[rung]))
    .every(({ state }) => state.kind !== 'planned' && state.kind !== 'running');

/** When the last bounded rung ended the ladder; undefined while it runs. */
export const ladderEndedAt = (situation: Situation): Instant | undefined => {
  if (!ladderEnded(situation)) return undefined;
  const ends = situation.deployment.followUps.map(({ state, dueAt }) =>
    state.kind === 'done' ? state.at : dueAt,
  );
  const open = situation.deployment.followUps
    .filter(({ state }) => state.kind === 'planned')
    .map(({ dueAt }) => dueAt);
  return Math.max(situation.deployment.anchors.deployed ?? 0, ...ends.filter((at) => !open.includes(at)));
};

/** Failed: something still fails. Degraded: something failed, was taken on purpose, or a criterion did not hold. */
export const outcomeOf = ({ deployment }: Situation): DeploymentOutcome => {
  const firing = deployment.alerts.some(({ state }) => state.kind !== 'resolved');
  if (firing || deployment.judgedOutcome?.outcome === 'failed') return 'failed';
  const isClean =
    deployment.alerts.length === 0 &&
    deployment.judgedOutcome?.outcome !== 'degraded' &&
    deployment.debts.every(({ kind }) => kind !== 'accepted_red');
  return isClean ? 'healthy' : 'degraded';
};
