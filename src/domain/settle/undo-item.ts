import type { Result } from '../../lib/result.ts';
import { err, firstError, ok } from '../../lib/result.ts';
import { MINUTE } from '../../lib/time.ts';
import { APPROVER, holdersText, standsIn } from '../actor.ts';
import type { DomainEvent } from '../events.ts';
import type { Refusal } from '../refusal.ts';
import { refusal } from '../refusal.ts';
import type { Actor, Situation } from '../situation.ts';
import { findItem, refuseSelfSettling, requireReason } from './find-item.ts';
import type { ReasonedInput } from './skip-item.ts';
import { refuseUnskippable } from './skip-item.ts';

/** Takes back how an item was settled: an own click for five minutes freely, anything else with a reason. */
export const undoItem = (
  situation: Situation,
  input: ReasonedInput,
): Result<readonly DomainEvent[], Refusal> => {
  const found = findItem(situation, input.itemId, input.actor);
  if (!found.ok) return found;
  const { entry, progress } = found.value;
  const { title, body } = entry.item;
  const last = progress.accepted ?? (progress.settled?.kind === 'elapsed' ? undefined : progress.settled);
  if (last === undefined)
    return err(refusal('nothing_to_undo', `Nobody settled ${title}; there is nothing to undo.`));
  if (body.kind === 'approval' && situation.deployment.anchors.go !== undefined) {
    return err(
      refusal('undo_impossible', `${title} was given before Go and stands. No-go or Roll back instead.`),
    );
  }
  const base = { type: 'item_undone' as const, itemId: input.itemId, by: input.actor.id };
  const isFree = last.by === input.actor.id && situation.now - last.at <= situation.rules.undoFree;
  if (isFree) return ok([base]);
  const reason = requireReason(input.reason);
  if (reason.ok) return ok([{ ...base, reason: reason.value }]);
  const minutes = situation.rules.undoFree / MINUTE;
  return err(
    refusal(
      'reason_missing',
      `Only your own click can be undone without a reason, and only for ${minutes} minutes. Give a reason to undo ${title}.`,
    ),
  );
};

/** Takes a red or unclear result on purpose while verifying: by an approver who is not the deployer; a debt. */
export const acceptRed = (
  situation: Situation,
  input: ReasonedInput,
): Result<readonly DomainEvent[], Refusal> => {
  const found = findItem(situation, input.itemId, input.actor);
  if (!found.ok) return found;
  const { entry, board } = found.value;
  const { title } = entry.item;
  const { state, deployedBy } = situation.deployment;
  if (state.kind !== 'verifying' && state.kind !== 'watching') {
    return err(refusal('wrong_state', `${title} can be accepted only while verifying or watching.`));
  }
  const standing = board.standing(input.itemId);
  if (standing !== 'red' && standing !== 'unclear') {
    return err(refusal('nothing_to_accept', `${title} is not red; there is nothing to accept.`));
  }
  const refused = firstError(
    refuseSelfSettling(found.value),
    refuseUnskippable(situation, found.value),
    requireApproverOtherThan(situation, input.actor, { title, deployedBy }),
  );
  if (refused !== undefined) return refused;
  const reason = requireReason(input.reason);
  if (!reason.ok) return reason;
  const { itemId, actor } = input;
  return ok([
    { type: 'red_accepted', itemId, by: actor.id, reason: reason.value, debtId: situation.newId() },
  ]);
};

const requireApproverOtherThan = (
  situation: Situation,
  actor: Actor,
  { title, deployedBy }: { title: string; deployedBy: string | undefined },
): Result<void, Refusal> => {
  const { fourEyes } = situation.policy;
  if (fourEyes && actor.id === deployedBy) {
    const who = holdersText(situation, APPROVER, actor.id);
    return err(
      refusal(
        'second_person_needed',
        `You deployed this: accepting ${title} needs a second person. Ask ${who}.`,
      ),
    );
  }
  return standsIn(actor, APPROVER, situation)
    ? ok(undefined)
    : err(
        refusal(
          'not_allowed',
          `${title} is accepted by an approver. Ask ${holdersText(situation, APPROVER)}.`,
        ),
      );
};

/** Keeps a line with an item, for Details and the report. */
export const noteItem = (
  situation: Situation,
  { itemId, actor, text }: { itemId: string; actor: Actor; text: string },
): Result<readonly DomainEvent[], Refusal> => {
  const found = findItem(situation, itemId, actor);
  if (!found.ok) return found;
  const note = text.trim();
  return note === ''
    ? err(refusal('line_missing', 'A note needs a text.'))
    : ok([{ type: 'item_noted', itemId, by: actor.id, text: note }]);
};
