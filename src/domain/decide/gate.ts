import type { Result } from '../../lib/result.ts';
import { err, ok } from '../../lib/result.ts';
import { MINUTE } from '../../lib/time.ts';
import { APPROVER, requireMember, requireSecondPerson } from '../actor.ts';
import { progressOf } from '../deployment.ts';
import type { DomainEvent } from '../events.ts';
import type { PlanItem } from '../plan.ts';
import type { Refusal } from '../refusal.ts';
import { refusal } from '../refusal.ts';
import { isOutOfReach, request, runsByItself } from '../request-checks.ts';
import { requireReason } from '../settle/find-item.ts';
import type { Actor, Situation } from '../situation.ts';
import type { Board } from '../standing.ts';
import { boardOf, isWell } from '../standing.ts';
import { namesOf, openRequired } from './open-items.ts';

/** Lets the deployment begin. By an approver, in production never the starter; on evidence not older than 30 minutes. */
export const giveGo = (
  situation: Situation,
  { actor }: { actor: Actor },
): Result<readonly DomainEvent[], Refusal> => {
  const { deployment } = situation;
  const board = boardOf(situation);
  if (deployment.state.kind !== 'awaiting_go') return err(refuseGoNow(situation, board));
  const allowed = requireSecondPerson(situation, actor, { role: APPROVER, what: 'Go' });
  if (!allowed.ok) return allowed;
  if (deployment.version === null) {
    return err(refusal('version_missing', 'The version is not set. Type /deploy version <v>, then Go.'));
  }
  const { lasting, again } = staleEvidence(situation, board);
  if (lasting.length > 0) return err(refuseStale(situation, lasting));
  const isRunning = ({ item }: PlanItem) => progressOf(deployment, item.id).running !== undefined;
  const idle = again.filter((entry) => !isRunning(entry));
  if (idle.length > 0) {
    return ok([
      { type: 'go_deferred', by: actor.id, itemIds: idle.map(({ item }) => item.id) },
      ...request(situation, { kind: 'refresh' }, idle),
    ]);
  }
  if (again.length > 0) {
    return err(
      refusal(
        'evidence_stale',
        `${namesOf(again)}: measured too long ago and being measured again. Press Go when the results are in.`,
      ),
    );
  }
  return ok([{ type: 'go_given', by: actor.id, ...evidenceOf(board) }]);
};

const refuseGoNow = ({ deployment }: Situation, board: Board): Refusal => {
  switch (deployment.state.kind) {
    case 'preparing': {
      const open = openRequired(board, ['prepare']);
      return refusal('items_open', `Not ready for Go. Still open: ${namesOf(open)}.`);
    }
    case 'held':
      return refusal('wrong_state', `On hold: ${deployment.state.reason}. Resume first.`);
    default: {
      const by = deployment.goBy === undefined ? '' : ` <@${deployment.goBy}> gave Go.`;
      return refusal('wrong_state', `This deployment is past its gate.${by}`);
    }
  }
};

type StaleEvidence = {
  /** Measured again by Go, or already being measured. */
  readonly again: readonly PlanItem[];
  /** What the gate stands on, and Go cannot measure again. */
  readonly lasting: readonly PlanItem[];
};

/** Measured prepare evidence that is too old to decide on. */
const staleEvidence = (situation: Situation, board: Board): StaleEvidence => {
  const { deployment, now, rules } = situation;
  const stale = board.plan.items.filter((entry) => {
    if (entry.section !== 'prepare' || !entry.applies || entry.item.body.kind !== 'check') return false;
    const { measured, settled } = progressOf(deployment, entry.item.id);
    return measured !== undefined && settled === undefined && now - measured.at > rules.goFreshness;
  });
  const isAgain = (entry: PlanItem) =>
    runsByItself(situation, entry) || progressOf(deployment, entry.item.id).running !== undefined;
  return {
    again: stale.filter(isAgain),
    lasting: stale.filter((entry) => !isAgain(entry) && isWell(board.standing(entry.item.id))),
  };
};

/** A gate never opens on stale evidence: who can make it fresh is told what to do. */
const refuseStale = (situation: Situation, stale: readonly PlanItem[]): Refusal => {
  const away = stale.filter((entry) => isOutOfReach(situation, entry));
  const clicked = stale.filter((entry) => !away.includes(entry));
  const missing = away.flatMap((entry) => {
    const readiness = situation.readiness(entry);
    return readiness.kind === 'not_connected' ? readiness.missing : [];
  });
  const old = `measured more than ${situation.rules.goFreshness / MINUTE} min ago`;
  const texts = [
    ...(clicked.length > 0
      ? [`${namesOf(clicked)}: ${old}, and only a click measures it again. Press Re-run, then Go.`]
      : []),
    ...(away.length > 0
      ? [
          `${namesOf(away)}: ${old}, and no worker that is alive can measure it again (${[...new Set(missing)].join(', ')}). Start the worker, or skip with a reason.`,
        ]
      : []),
  ];
  return refusal('evidence_stale', texts.join(' '));
};

/** How many items of the gate were measured and how many people vouched for. */
export const evidenceOf = (board: Board): { measured: number; byPeople: number } => {
  const standings = board.plan.items
    .filter((entry) => entry.section === 'prepare' && entry.item.body.kind !== 'parent')
    .map((entry) => board.standing(entry.item.id));
  return {
    measured: standings.filter((kind) => kind === 'passed' || kind === 'warned').length,
    byPeople: standings.filter((kind) => kind === 'confirmed').length,
  };
};

/** Holds the deployment: evidence stays, approvals have to be given again. */
export const giveNoGo = (
  situation: Situation,
  { actor, reason }: { actor: Actor; reason: string | undefined },
): Result<readonly DomainEvent[], Refusal> => {
  const member = requireMember(actor);
  if (!member.ok) return member;
  const { kind } = situation.deployment.state;
  if (kind !== 'preparing' && kind !== 'awaiting_go') {
    const instead =
      kind === 'held' ? 'It is already on hold.' : 'It is past its gate: Abort or Roll back instead.';
    return err(refusal('wrong_state', `No-go is for a deployment before Go. ${instead}`));
  }
  const text = requireReason(reason);
  if (!text.ok) return text;
  return ok([noGo(situation, { by: actor.id, reason: text.value })]);
};

export const noGo = (
  situation: Situation,
  { by, reason }: { by: string | null; reason: string },
): DomainEvent => ({
  type: 'no_go_given',
  by,
  reason,
  clearedApprovals: boardOf(situation)
    .plan.items.filter(({ item }) => item.body.kind === 'approval')
    .map(({ item }) => item.id)
    .filter((id) => progressOf(situation.deployment, id).settled !== undefined),
});

/** Ends a hold; the gate opens again when the evidence holds. */
export const resume = (
  situation: Situation,
  { actor }: { actor: Actor },
): Result<readonly DomainEvent[], Refusal> => {
  const member = requireMember(actor);
  if (!member.ok) return member;
  return situation.deployment.state.kind === 'held'
    ? ok([{ type: 'resumed', by: actor.id }])
    : err(refusal('wrong_state', 'This deployment is not on hold; there is nothing to resume.'));
};

/** Time since the oldest measured prepare evidence, in whole minutes; undefined when nothing was measured. */
export const oldestEvidenceMinutes = (situation: Situation, board: Board): number | undefined => {
  const times = board.plan.items
    .filter((entry) => entry.section === 'prepare' && entry.applies)
    .flatMap(({ item }) => progressOf(situation.deployment, item.id).measured?.at ?? []);
  return times.length === 0 ? undefined : Math.floor((situation.now - Math.min(...times)) / MINUTE);
};
