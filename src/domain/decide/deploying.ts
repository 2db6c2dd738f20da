import type { Result } from '../../lib/result.ts';
import { err, ok } from '../../lib/result.ts';
import type { Instant } from '../../lib/time.ts';
import { MINUTE } from '../../lib/time.ts';
import { requireMember } from '../actor.ts';
import type { Deployment } from '../deployment.ts';
import type { DomainEvent } from '../events.ts';
import type { Section } from '../plan.ts';
import type { Refusal } from '../refusal.ts';
import { refusal } from '../refusal.ts';
import { requireReason } from '../settle/find-item.ts';
import type { Actor, Situation } from '../situation.ts';
import { boardOf } from '../standing.ts';
import { materialiseLadder } from '../watch/ladder.ts';
import { namesOf, openRequired } from './open-items.ts';

export type DeployedInput = {
  readonly actor: Actor;
  /** When it was done, if earlier than now; between Go and now. */
  readonly at?: Instant;
  /** Goes on over open required items; a debt. */
  readonly override?: string;
};

/** Ends the deploy stage and sets T-0, from which the ladder counts. */
export const declareDeployed = (
  situation: Situation,
  { actor, at, override }: DeployedInput,
): Result<readonly DomainEvent[], Refusal> => {
  const member = requireMember(actor);
  if (!member.ok) return member;
  const { deployment, now } = situation;
  if (deployment.state.kind !== 'deploying') return err(refuseDeployedNow(deployment));
  const deployedAt = laterInMinute(at ?? now, deployment.anchors.go ?? deployment.anchors.start);
  if (deployedAt === undefined || deployedAt > now) {
    return err(refusal('time_invalid', 'The time of deployment lies between Go and now.'));
  }
  const open = openRequired(boardOf(situation), ['deploy']);
  const reason = override?.trim() ?? '';
  if (open.length > 0 && reason === '') {
    return err(
      refusal(
        'items_open',
        `Not deployed yet. Open: ${namesOf(open)}. Settle them, or override with a reason.`,
      ),
    );
  }
  return ok([
    {
      type: 'deployed',
      by: actor.id,
      deployedAt,
      followUps: materialiseLadder(situation, deployedAt),
      ...(open.length > 0 ? { override: { reason, debtId: situation.newId() } } : {}),
    },
  ]);
};

/** People say minutes: the minute of Go means Go itself. Undefined: earlier than that. */
const laterInMinute = (at: Instant, earliest: Instant): Instant | undefined =>
  at < earliest - (earliest % MINUTE) ? undefined : Math.max(at, earliest);

const refuseDeployedNow = ({ deployedBy }: Deployment): Refusal => {
  const done = deployedBy === undefined ? 'Go has to be given first.' : `<@${deployedBy}> said so already.`;
  return refusal('wrong_state', `Deployed ends the deploy steps. ${done}`);
};

/** Takes Deployed back while no rung of the ladder has run and nobody has signed; what was seen of it is forgotten. */
export const undoDeployed = (
  situation: Situation,
  { actor }: { actor: Actor },
): Result<readonly DomainEvent[], Refusal> => {
  const member = requireMember(actor);
  if (!member.ok) return member;
  const { state, followUps, signatures } = situation.deployment;
  if (state.kind !== 'verifying' && state.kind !== 'watching') {
    return err(refusal('wrong_state', 'Deployed was not said here, or can no longer be taken back.'));
  }
  if (signatures.length > 0) {
    return err(
      refusal('undo_impossible', 'It is signed; Deployed stands. Roll back instead if it has to go.'),
    );
  }
  if (followUps.some((followUp) => followUp.state.kind !== 'planned')) {
    return err(
      refusal(
        'undo_impossible',
        'A rung of the ladder has already run; Deployed stands. Roll back instead if it has to go.',
      ),
    );
  }
  const itemIds = boardOf(situation)
    .plan.items.filter(({ section }) => AFTER_T0.includes(section))
    .map(({ item }) => item.id)
    .filter((id) => situation.deployment.items[id] !== undefined);
  return ok([{ type: 'deployed_undone', by: actor.id, itemIds }]);
};

const AFTER_T0: readonly Section[] = ['verify', 'watch', 'criteria'];

/** Ends a deployment for good. While deploying the environment stays as it is, and locked. */
export const abort = (
  situation: Situation,
  { actor, reason }: { actor: Actor; reason: string | undefined },
): Result<readonly DomainEvent[], Refusal> => {
  const member = requireMember(actor);
  if (!member.ok) return member;
  const { kind } = situation.deployment.state;
  const isBefore = kind === 'preparing' || kind === 'awaiting_go' || kind === 'held';
  if (!isBefore && kind !== 'deploying') {
    const isAfter = kind === 'verifying' || kind === 'watching';
    const instead = isAfter ? 'It is deployed: Roll back instead.' : 'It has ended, or is rolling back.';
    return err(refusal('wrong_state', `It cannot be aborted now. ${instead}`));
  }
  const text = requireReason(reason);
  if (!text.ok) return text;
  return ok([{ type: 'aborted', by: actor.id, reason: text.value, locked: kind === 'deploying' }]);
};
