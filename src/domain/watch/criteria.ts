import type { Due, DueSource } from '../due.ts';
import type { DeploymentOutcome } from '../deployment.ts';
import { progressOf } from '../deployment.ts';
import type { PlanItem } from '../plan.ts';
import { isActive } from '../plan.ts';
import { isOutOfReach, request, runsByItself } from '../request-checks.ts';
import type { Situation } from '../situation.ts';
import type { Board } from '../standing.ts';
import { isWell } from '../standing.ts';
import { momentOf } from './ladder.ts';

/**
 * The success criteria are judged at their times; the last judgement is the outcome. Their own checks are measured
 * first; while these or a rung are under way the judgement waits, and comes due with their results.
 */
export const criteriaDues: DueSource = (situation, board) => {
  const { criteria } = situation.checklist;
  const { deployment } = situation;
  if (criteria === undefined || deployment.state.kind !== 'watching' || deployment.supersededBy !== undefined)
    return [];
  if (isMeasuring(situation, board)) return [];
  const judgedAt = deployment.judgedOutcome?.at ?? 0;
  return criteria.at.flatMap((offset): Due[] => {
    const at = momentOf(offset, deployment.anchors);
    if (at === undefined || at <= judgedAt) return [];
    const old = criteriaChecks(situation, board).filter(
      ({ item }) => (progressOf(deployment, item.id).measured?.at ?? 0) < at,
    );
    return old.length > 0
      ? [{ at, fire: () => request(situation, { kind: 'stage' }, old) }]
      : [{ at, fire: () => [{ type: 'criteria_judged', outcome: judgeCriteria(situation, board) }] }];
  });
};

const criteriaChecks = (situation: Situation, board: Board): readonly PlanItem[] =>
  board.plan.items.filter(
    (entry) =>
      entry.section === 'criteria' &&
      isActive(entry, situation.deployment) &&
      progressOf(situation.deployment, entry.item.id).settled === undefined &&
      runsByItself(situation, entry),
  );

const isMeasuring = (situation: Situation, board: Board): boolean =>
  situation.deployment.followUps.some(({ state }) => state.kind === 'running') ||
  criteriaChecks(situation, board).some(({ item }) => {
    const { running, suspectSince } = progressOf(situation.deployment, item.id);
    return running !== undefined || suspectSince !== undefined;
  });

/** Healthy: all hold. Failed: one is red. Degraded: one could not be shown. */
export const judgeCriteria = (situation: Situation, board: Board): DeploymentOutcome => {
  const isOld = (entry: PlanItem) =>
    progressOf(situation.deployment, entry.item.id).settled === undefined && isOutOfReach(situation, entry);
  const standings = board.plan.items
    .filter(({ section }) => section === 'criteria')
    .map((entry) => {
      const standing = board.standing(entry.item.id);
      return isWell(standing) && standing !== 'hidden' && isOld(entry) ? 'unclear' : standing;
    });
  if (standings.includes('red')) return 'failed';
  return standings.every(isWell) ? 'healthy' : 'degraded';
};
