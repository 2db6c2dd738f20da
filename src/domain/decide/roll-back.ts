import type { Result } from '../../lib/result.ts';
import { err, ok } from '../../lib/result.ts';
import { requireMember } from '../actor.ts';
import type { Deployment } from '../deployment.ts';
import type { DomainEvent } from '../events.ts';
import { rollbackPlansOf } from '../plan.ts';
import { previousVersionOf } from '../previous-version.ts';
import type { Refusal } from '../refusal.ts';
import { refusal } from '../refusal.ts';
import { requireReason } from '../settle/find-item.ts';
import type { Actor, Situation } from '../situation.ts';
import { versionProblem } from './set-version.ts';

/** Typed by a person who starts a rollback plan that loses data. */
export const RESTORE = 'RESTORE';

export type RollBackInput = {
  readonly actor: Actor;
  readonly reason: string | undefined;
  /** Ids of plans; empty: the default ones. */
  readonly plans: readonly string[];
  /** Absent: the version that ran before. */
  readonly targetVersion?: string;
  /** Needed when a plan loses data. */
  readonly restoreWord?: string;
};

/** Starts the way back. One person suffices; only data loss asks for a typed word. Never by itself. */
export const rollBack = (
  situation: Situation,
  input: RollBackInput,
): Result<readonly DomainEvent[], Refusal> => {
  const member = requireMember(input.actor);
  if (!member.ok) return member;
  const { deployment } = situation;
  if (!hasWayBack(deployment)) return err(refusal('wrong_state', insteadOfBack(deployment)));
  const plans = choosePlans(situation, input.plans);
  if (!plans.ok) return plans;
  const reason = requireReason(input.reason);
  if (!reason.ok) return reason;
  const permitted = requireRestoreWord(situation, plans.value, input.restoreWord);
  if (!permitted.ok) return permitted;
  const targetVersion = input.targetVersion ?? previousVersionOf(deployment);
  const problem = targetVersion === null ? undefined : versionProblem(targetVersion);
  if (problem !== undefined) return err(problem);
  const run = {
    plans: plans.value,
    targetVersion,
    reason: reason.value,
    by: input.actor.id,
    at: situation.now,
  };
  return ok([{ type: 'rollback_started', run }]);
};

/** Something went out that can be taken back. What a newer deployment replaced is not its own to undo any more. */
export const hasWayBack = ({ state: { kind }, supersededBy }: Deployment): boolean =>
  (kind === 'deploying' || kind === 'verifying' || kind === 'watching') && supersededBy === undefined;

const insteadOfBack = ({ state, supersededBy }: Deployment): string =>
  supersededBy !== undefined && state.kind === 'watching'
    ? `${supersededBy} is deployed over this one, and going back from here would undo it too. Roll back ${supersededBy} instead.`
    : (BACK_INSTEAD[state.kind] ?? 'Nothing is deployed yet: Abort instead.');

const BACK_INSTEAD: Readonly<Record<string, string>> = {
  rolling_back: 'It is already rolling back; settle what is open in the plan.',
  rolled_back: 'It was rolled back already.',
  completed: 'It is completed. Start a deployment of the earlier version instead.',
  aborted: 'It was aborted. Start a deployment of the earlier version instead.',
};

const choosePlans = (situation: Situation, named: readonly string[]): Result<readonly string[], Refusal> => {
  const available = Object.keys(rollbackPlansOf(situation.checklist));
  const unknown = named.find((id) => !available.includes(id));
  return unknown === undefined
    ? ok(named.length > 0 ? [...new Set(named)] : defaultPlans(situation))
    : err(refusal('plan_unknown', `There is no plan ${unknown}. Plans: ${available.join(', ')}.`));
};

const requireRestoreWord = (
  { checklist }: Situation,
  plans: readonly string[],
  typed: string | undefined,
): Result<void, Refusal> => {
  const known = rollbackPlansOf(checklist);
  const losing = plans.filter((id) => known[id]?.dataLoss === true);
  return losing.length === 0 || typed?.trim() === RESTORE
    ? ok(undefined)
    : err(
        refusal(
          'restore_word_missing',
          `${losing.join(', ')} loses data. Type the word ${RESTORE} to go on with it.`,
        ),
      );
};

const defaultPlans = ({ checklist }: Situation): readonly string[] => {
  const plans = Object.entries(rollbackPlansOf(checklist));
  const chosen = plans.filter(([, plan]) => plan.default).map(([id]) => id);
  return chosen.length > 0 ? chosen : plans.slice(0, 1).map(([id]) => id);
};
