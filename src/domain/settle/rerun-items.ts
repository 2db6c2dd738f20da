import type { Result } from '../../lib/result.ts';
import { err, ok } from '../../lib/result.ts';
import type { DomainEvent } from '../events.ts';
import type { PlanItem } from '../plan.ts';
import type { Refusal } from '../refusal.ts';
import { refusal } from '../refusal.ts';
import type { Actor, Situation } from '../situation.ts';
import { isBad } from '../check.ts';
import { isOutOfReach, runsByItself } from '../request-checks.ts';
import { idsOf } from '../decide/open-items.ts';
import { boardOf, isJudgement, leavesOf, notYetWell } from '../standing.ts';
import type { Found } from './find-item.ts';
import { findItem, judgementWay, refuseSettled } from './find-item.ts';

/**
 * Measures items again, or by-click checks for the first time. All or none; naming an item twice runs it once. What failed
 * for the same cause as one of them is measured again with it: it stands in the same row, and has no button of its own.
 */
export const rerunItems = (
  situation: Situation,
  { itemIds: named, actor }: { itemIds: readonly string[]; actor: Actor },
): Result<readonly DomainEvent[], Refusal> => {
  const itemIds = [...new Set(named)];
  if (itemIds.length === 0) return err(refusal('not_a_check', 'Nothing was named to be measured again.'));
  for (const itemId of itemIds) {
    const allowed = requireRunnable(situation, itemId, actor);
    if (!allowed.ok) return allowed;
  }
  const together = [...new Set([...itemIds, ...withTheSameCause(situation, itemIds, actor)])];
  const runs = together.map((itemId) => ({ runId: situation.newId(), itemId }));
  return ok([{ type: 'checks_requested', reason: { kind: 'click', by: actor.id }, runs }]);
};

const withTheSameCause = (
  situation: Situation,
  itemIds: readonly string[],
  actor: Actor,
): readonly string[] => {
  const { items } = situation.deployment;
  const causeOf = (itemId: string) => {
    const measured = items[itemId]?.measured;
    return measured !== undefined && isBad(measured.outcome) ? measured.cause : undefined;
  };
  const causes = new Set(itemIds.map(causeOf));
  causes.delete(undefined);
  if (causes.size === 0) return [];
  return boardOf(situation)
    .plan.items.filter(
      (entry) =>
        causes.has(causeOf(entry.item.id)) &&
        runsByItself(situation, entry) &&
        requireRunnable(situation, entry.item.id, actor).ok,
    )
    .map(({ item }) => item.id);
};

const requireRunnable = (situation: Situation, itemId: string, actor: Actor): Result<void, Refusal> => {
  const found = findItem(situation, itemId, actor);
  if (!found.ok) return found;
  const { entry, progress } = found.value;
  const { title, body } = entry.item;
  if (body.kind !== 'check' || isJudgement(entry)) {
    return err(refusal('not_a_check', `${title} ${insteadOfRun(situation, found.value)}`));
  }
  const settled = refuseSettled(found.value);
  if (!settled.ok) return settled;
  if (progress.running !== undefined) {
    return err(refusal('check_running', `${title} is being measured; wait for its result.`));
  }
  const readiness = situation.readiness(entry);
  if (readiness.kind === 'not_connected') {
    return err(
      refusal(
        'check_not_connected',
        isOutOfReach(situation, entry)
          ? `No worker that is alive can measure ${title} (${readiness.missing.join(', ')}). Start it, then try again.`
          : `${title} is not connected (${readiness.missing.join(', ')}). Check it by hand and press Confirm.`,
      ),
    );
  }
  return ok(undefined);
};

const insteadOfRun = (situation: Situation, found: Found): string => {
  const { board, entry } = found;
  const { body, id } = entry.item;
  if (isJudgement(entry)) return `looks at other items and has no check to run. ${judgementWay(found)}`;
  if (body.kind === 'timer') return 'has no check to run: it waits for the clock.';
  if (body.kind !== 'parent' && body.kind !== 'twin')
    return 'has no check to run. Confirm it, or skip it with a reason.';
  const measurable = (entries: readonly PlanItem[]) =>
    entries.filter(
      (line) => line.item.body.kind === 'check' && situation.readiness(line).kind !== 'not_connected',
    );
  const open = measurable(notYetWell(board, entry));
  const runs = open.length > 0 ? open : measurable(leavesOf(board.plan, [id]));
  return runs.length === 0
    ? 'has no check to run, and none of its lines has one. Settle its lines.'
    : `has no check of its own. Re-run ${idsOf(runs)}.`;
};
