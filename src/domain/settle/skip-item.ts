import type { Result } from '../../lib/result.ts';
import { err, firstError, ok } from '../../lib/result.ts';
import { APPROVER, holdersText, requireSecondPerson } from '../actor.ts';
import type { Deployment } from '../deployment.ts';
import type { DomainEvent } from '../events.ts';
import { isChosen, isProof, provesWayBack } from '../plan.ts';
import type { Refusal } from '../refusal.ts';
import { refusal } from '../refusal.ts';
import { isOutOfReach } from '../request-checks.ts';
import type { Actor, Situation } from '../situation.ts';
import type { Standing } from '../standing.ts';
import type { Found } from './find-item.ts';
import { findItem, refuseSelfSettling, refuseSettled, requireReason } from './find-item.ts';

export type ReasonedInput = {
  readonly itemId: string;
  readonly actor: Actor;
  readonly reason: string | undefined;
};

/** Goes on without an item. Optional: no debt; required: a debt for the sign-off; critical or red: an override. */
export const skipItem = (
  situation: Situation,
  input: ReasonedInput,
): Result<readonly DomainEvent[], Refusal> => {
  const found = findSettleable(situation, input, { orOutOfReach: true });
  if (!found.ok) return found;
  const { reason, item } = found.value;
  const { entry } = item;
  const { actor } = input;
  const refused = refuseWithout(situation, item, { actor, what: (name) => `Skipping ${name}` });
  if (refused !== undefined) return refused;
  const override = isOverride(item);
  const owes = override || entry.item.required;
  return ok([
    {
      type: 'item_skipped',
      itemId: input.itemId,
      by: actor.id,
      reason,
      override,
      ...(owes ? { debtId: situation.newId() } : {}),
    },
  ]);
};

/** Going on although the item is critical or red. */
const isOverride = ({ board, entry }: Found): boolean =>
  entry.item.critical || board.standing(entry.item.id) === 'red';

/**
 * Who may go on without an item. An approval: only whoever could give it, so never the starter. What is critical or red:
 * an approver who is not the one who failed it. Anything else: every member.
 */
const refuseWithout = (situation: Situation, found: Found, { actor, what }: GoingWithout) => {
  const { body, title } = found.entry.item;
  const bySecond = (role: string, always: { neverStarter?: true } = {}) =>
    requireSecondPerson(situation, actor, { role, what: what(title), ...always });
  return firstError(
    body.kind === 'approval' ? bySecond(body.role, { neverStarter: true }) : ok(undefined),
    isOverride(found) ? bySecond(APPROVER) : ok(undefined),
    refuseOwnFailure(situation, found, { actor, what }),
  );
};

type GoingWithout = {
  readonly actor: Actor;
  /** What is done to the item of this name, to begin a sentence with. */
  readonly what: (name: string) => string;
};

const refuseOwnFailure = (
  situation: Situation,
  { entry, progress }: Found,
  { actor, what }: GoingWithout,
): Result<void, Refusal> => {
  if (progress.settled?.kind !== 'failed' || progress.settled.by !== actor.id) return ok(undefined);
  const who = holdersText(situation, APPROVER, actor.id);
  const text = `You failed ${entry.item.title}. ${what('it')} needs a second person. Ask ${who}.`;
  return err(refusal('second_person_needed', text));
};

/** Says that an item has no meaning here; who may say so is as for a skip. No debt; stays listed in the report. */
export const markNotApplicable = (
  situation: Situation,
  input: ReasonedInput,
): Result<readonly DomainEvent[], Refusal> => {
  const found = findSettleable(situation, input);
  if (!found.ok) return found;
  const { itemId, actor } = input;
  const { item } = found.value;
  const what = (name: string) => `Marking ${name} not applicable`;
  const refused = refuseWithout(situation, item, { actor, what });
  if (refused !== undefined) return refused;
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

/** Never skippable: the proof that the new version answers, and whatever is left to show that a rollback worked. */
export const refuseUnskippable = ({ deployment }: Situation, found: Found): Result<void, Refusal> => {
  const { title } = found.entry.item;
  if (isProof(found.entry)) {
    const text = `${title} can never be skipped: it is the proof. Re-run it, or roll back.`;
    return err(refusal('item_not_skippable', text));
  }
  if (!isLastOfWayBack(deployment, found)) return ok(undefined);
  const text = `${title} is all that is left to show that the rollback worked, so it cannot be skipped. Do it, then confirm it.`;
  return err(refusal('item_not_skippable', text));
};

/** Without it nothing of the chosen plans would have been done, and it would count as rolled back. */
const isLastOfWayBack = (deployment: Deployment, { board, entry }: Found): boolean =>
  entry.section === 'rollback' &&
  provesWayBack(entry) &&
  !board.plan.items.some(
    (other) =>
      other !== entry &&
      other.section === 'rollback' &&
      isChosen(other, deployment) &&
      provesWayBack(other) &&
      !WITHOUT.has(board.standing(other.item.id)),
  );

const WITHOUT: ReadonlySet<Standing> = new Set(['skipped', 'not_applicable']);

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
    refuseUnskippable(situation, found.value),
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
