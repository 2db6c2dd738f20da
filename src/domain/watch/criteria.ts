import type { Due, DueSource } from '../due.ts';
import type { DeploymentOutcome } from '../deployment.ts';
import type { Situation } from '../situation.ts';
import type { Board } from '../standing.ts';
import { isWell } from '../standing.ts';
import { momentOf } from './ladder.ts';

/** The success criteria are judged at their times; the last judgement is the outcome. */
export const criteriaDues: DueSource = (situation, board) => {
  const { criteria } = situation.checklist;
  const { deployment } = situation;
  if (criteria === undefined || deployment.state.kind !== 'watching') return [];
  const judgedAt = deployment.judgedOutcome?.at ?? 0;
  return criteria.at.flatMap((offset): Due[] => {
    const at = momentOf(offset, deployment.anchors);
    return at === undefined || at <= judgedAt
      ? []
      : [{ at, fire: () => [{ type: 'criteria_judged', outcome: judgeCriteria(situation, board) }] }];
  });
};

/** Healthy: all hold. Failed: one is red. Degraded: one could not be shown. */
export const judgeCriteria = (_situation: Situation, board: Board): DeploymentOutcome => {
  const standings = board.plan.items
    .filter(({ section }) => section === 'criteria')
    .map(({ item }) => board.standing(item.id));
  if (standings.includes('red')) return 'failed';
  return standings.every(isWell) ? 'healthy' : 'degraded';
};
