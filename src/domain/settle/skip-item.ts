import type { Result } from '../../lib/result.ts';
import { err, firstError, ok } from '../../lib/result.ts';
import { APPROVER, holdersText, requireSecondPerson } from '../actor.ts';
import { PREVIOUS_RUNS, VERSION_LIVE } from '../checklist.ts';
import type { DomainEvent } from '../events.ts';
import type { Refusal } from '../refusal.ts';
import { refusal } from '../refusal.ts';
import { isOutOfReach } from '../request-checks.ts';
import type { Actor, Situation } from '../situation.ts';
import type { Found } from './find-item.ts';
import { findItem, refuseSelfSettling, refuseSettled, requireReason } from './find-item.ts';

export type ReasonedInput = {
  readonly itemId: string;
  readonly actor: Actor;
  readonly reason: string | undefined;
};

/**
 * Goes on without an item. Optional: no debt; required: a debt for the sign-off; critical or red: an override by an
 * approver who is not the one who failed it.
 */
export const skipItem = (
  situation: Situation,
  input: ReasonedInput,
): Result<readonly DomainEvent[], Refusal> => {
  const found = findSettleable(situation, input, { orOutOfReach: true });
  if (!found.ok) return found;
  const { entry, board, progress } = found.value.item;
  const { actor } = input;
  const override = entry.item.critical || board.standing(input.itemId) === 'red';
  if (override) {
    const allowed = requireSecondPerson(situation, actor, {
      role: APPROVER,
      what: `Skipping ${entry.item.title}`,
    });
    if (!allowed.ok) return allowed;
    if (progress.settled?.kind === 'failed' && progress.settled.by === actor.id) {
      return err(
        refusal(
          'second_person_needed',
          `You failed ${entry.item.title}: skipping it needs a second person. Ask ${holdersText(situation, APPROVER, actor.id)}.`,
        ),
      );
    }
  }
  const owes = override || entry.item.required;
  return ok([
    {
      type: 'item_skipped',
      itemId: input.itemId,
      by: actor.id,
      reason: found.value.reason,
      override,
      ...(owes ? { debtId: situation.newId() } : {}),
    },
  ]);
};

/** Says that an item has no meaning here. No debt; stays listed in the report. */
export const markNotApplicable = (
  situation: Situation,
  input: ReasonedInput,
): Result<readonly DomainEvent[], Refusal> => {
  const found = findSettleable(situation, input);
  if (!found.ok) return found;
  const { itemId, actor } = input;
  return ok([{ type: 'item_marked_not_applicable', itemId, by: actor.id, reason: found.value.reason }]);
};

/** A person says that an item does not hold: red, and it blocks like a failed check. */
export const failItem = (
  situation: Situation,
  input: ReasonedInput,
): Result<readonly DomainEvent[], Refusal> => {
  const found = findItem(situation, input.itemId, input.actor);
  if (!found.ok) return found;
  const refused = firstError(refuseSelfSettling(found.value), refuseSettled(found.value));
  if (refused !== undefined) return refused;
  const reason = requireReason(input.reason);
  if (!reason.ok) return reason;
  return ok([{ type: 'item_failed', itemId: input.itemId, by: input.actor.id, reason: reason.value }]);
};

/** Never skippable: the proof that the new version answers, and the proof that a rollback worked. */
export const refuseUnskippable = ({ entry }: Found): Result<void, Refusal> => {
  const { id, body } = entry.item;
  const isRollbackProof = entry.section === 'rollback' && (body.kind === 'check' || id === PREVIOUS_RUNS);
  return id === VERSION_LIVE || isRollbackProof
    ? err(
        refusal(
          'item_not_skippable',
          `${entry.item.title} can never be skipped: it is the proof. Re-run it, or roll back.`,
        ),
      )
    : ok(undefined);
};

/** `orOutOfReach`: also what was measured well, when it cannot be measured again; else a stale gate could never open. */
const findSettleable = (
  situation: Situation,
  input: ReasonedInput,
  { orOutOfReach = false } = {},
): Result<{ item: Found; reason: string }, Refusal> => {
  const found = findItem(situation, input.itemId, input.actor);
  if (!found.ok) return found;
  const failedByPerson = found.value.progress.settled?.kind === 'failed';
  const refused = firstError(
    refuseSum(found.value),
    failedByPerson ? ok(undefined) : refuseSettled(found.value),
    refuseUnskippable(found.value),
    orOutOfReach && isOutOfReach(situation, found.value.entry) ? ok(undefined) : refuseWell(found.value),
  );
  if (refused !== undefined) return refused;
  const reason = requireReason(input.reason);
  return reason.ok ? ok({ item: found.value, reason: reason.value }) : reason;
};

/** A wait or a judgement about others can be done without; a sum or a twin is skipped where it comes from. */
const refuseSum = (found: Found): Result<void, Refusal> => {
  const { kind } = found.entry.item.body;
  return kind === 'parent' || kind === 'twin' ? refuseSelfSettling(found) : ok(undefined);
};

const refuseWell = ({ board, entry, progress }: Found): Result<void, Refusal> => {
  const standing = board.standing(entry.item.id);
  return standing === 'passed' || standing === 'warned' || standing === 'accepted'
    ? err(
        refusal(
          'item_already_settled',
          `${entry.item.title} is settled: ${progress.measured?.line ?? standing}.`,
        ),
      )
    : ok(undefined);
};
