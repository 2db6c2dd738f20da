import type { Instant } from '../lib/time.ts';
import { unsignedRoles } from './decide/sign-off.ts';
import type { Deployment, DeploymentOutcome } from './deployment.ts';
import type { DomainEvent } from './events.ts';
import type { Situation } from './situation.ts';
import type { Board } from './standing.ts';
import { judgeCriteria } from './watch/criteria.ts';
import { isOpenSeries } from './watch/ladder.ts';

/** Every bounded rung has run or was missed, or a newer deployment took over the watch. */
export const ladderEnded = (situation: Situation): boolean =>
  situation.deployment.supersededBy !== undefined ||
  boundedRungs(situation).every(({ state }) => state.kind !== 'planned' && state.kind !== 'running');

const boundedRungs = ({ deployment, checklist }: Situation) =>
  deployment.followUps.filter(({ rung }) => !isOpenSeries(checklist.ladder[rung]));

/** How the rung ended that was done last; undefined while none is. */
export const lastDone = ({ followUps }: Pick<Deployment, 'followUps'>) =>
  followUps.flatMap(({ state }) => (state.kind === 'done' ? [state] : [])).toSorted((a, b) => b.at - a.at)[0];

/** When the last bounded rung, or a newer deployment, ended the ladder; undefined while it runs. */
export const ladderEndedAt = (situation: Situation): Instant | undefined => {
  if (!ladderEnded(situation)) return undefined;
  const { supersededAt, anchors, state } = situation.deployment;
  if (supersededAt !== undefined) return supersededAt;
  const began = 'since' in state ? state.since : (anchors.deployed ?? 0);
  const ends = boundedRungs(situation).map((followUp) =>
    followUp.state.kind === 'done' ? followUp.state.at : followUp.dueAt,
  );
  return Math.max(began, ...ends);
};

/** Closes a deployment: the criteria are judged a last time; without every signature it is degraded at best. */
export const completion = (situation: Situation, board: Board): readonly DomainEvent[] => {
  const { deployment, checklist } = situation;
  const unsigned = unsignedRoles(situation);
  // What was never verified has shown nothing to be judged by.
  const isJudged = checklist.criteria !== undefined && deployment.state.kind === 'watching';
  const judged = isJudged ? judgeCriteria(situation, board) : undefined;
  const outcome = outcomeOf(deployment, judged);
  return [
    ...(judged === undefined ? [] : [{ type: 'criteria_judged' as const, outcome: judged }]),
    {
      type: 'completed',
      outcome: unsigned.length > 0 && outcome === 'healthy' ? 'degraded' : outcome,
      unsigned,
    },
  ];
};

/**
 * Failed: something still fails. Degraded: something failed, was taken on purpose, or a criterion did not hold; the last
 * look could not measure what it should have, or it ended before it was verified.
 */
const outcomeOf = (deployment: Deployment, judged: DeploymentOutcome | undefined): DeploymentOutcome => {
  const isFiring = deployment.alerts.some(({ state }) => state.kind !== 'resolved');
  if (isFiring || judged === 'failed') return 'failed';
  const isClean =
    deployment.state.kind === 'watching' &&
    deployment.alerts.length === 0 &&
    judged !== 'degraded' &&
    (lastDone(deployment)?.unmeasured ?? 0) === 0 &&
    deployment.debts.every(({ kind }) => kind !== 'accepted_red');
  return isClean ? 'healthy' : 'degraded';
};
