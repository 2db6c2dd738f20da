import type { Instant } from '../../lib/time.ts';
import { causeOfRed, isGood } from '../check.ts';
import type { Debt, Deployment, ItemProgress, Measured } from '../deployment.ts';
import { progressOf } from '../deployment.ts';
import type { CheckEvent, ItemEvent } from '../events.ts';

export const withItem = (
  deployment: Deployment,
  itemId: string,
  change: (progress: ItemProgress) => ItemProgress,
): Deployment => ({
  ...deployment,
  items: { ...deployment.items, [itemId]: change(progressOf(deployment, itemId)) },
});

/** An item owes at most one debt: what was decided last. */
const withDebt = (deployment: Deployment, debt: Debt | undefined): Deployment =>
  debt === undefined
    ? deployment
    : { ...deployment, debts: [...deployment.debts.filter(({ itemId }) => itemId !== debt.itemId), debt] };

const without = (progress: ItemProgress, ...keys: readonly (keyof ItemProgress)[]): ItemProgress => {
  const gone = new Set<string>(keys);
  return Object.fromEntries(Object.entries(progress).filter(([key]) => !gone.has(key)));
};

export const applyItemEvent = (deployment: Deployment, event: ItemEvent, at: Instant): Deployment => {
  const { itemId } = event;
  switch (event.type) {
    case 'item_confirmed': {
      const { by, seen, evidence } = event;
      const settled = {
        kind: 'confirmed' as const,
        by,
        at,
        ...(seen === undefined ? {} : { seen }),
        ...(evidence === undefined ? {} : { evidence }),
      };
      return withItem(deployment, itemId, (progress) => ({ ...progress, settled }));
    }
    case 'item_carried_over':
      return withItem(deployment, itemId, (progress) => ({ ...progress, settled: event.settled }));
    case 'item_skipped': {
      const { by, reason, override, debtId } = event;
      const settled = { kind: 'skipped' as const, by, at, reason, override };
      const kind = override ? ('override' as const) : ('skip' as const);
      const debt = debtId === undefined ? undefined : { id: debtId, itemId, kind, by, at, reason };
      return withDebt(
        withItem(deployment, itemId, (progress) => ({ ...progress, settled })),
        debt,
      );
    }
    case 'item_marked_not_applicable':
    case 'item_failed': {
      const kind = event.type === 'item_failed' ? ('failed' as const) : ('not_applicable' as const);
      const settled = { kind, by: event.by, at, reason: event.reason };
      return withItem(deployment, itemId, (progress) => ({ ...without(progress, 'accepted'), settled }));
    }
    case 'item_undone':
      return {
        ...withItem(deployment, itemId, (progress) => without(progress, 'settled', 'accepted')),
        debts: deployment.debts.filter((debt) => debt.itemId !== itemId),
      };
    case 'red_accepted': {
      const { by, reason, debtId } = event;
      return withDebt(
        withItem(deployment, itemId, (progress) => {
          const cause = causeOfRed(itemId, progress.measured);
          return { ...progress, accepted: { by, at, reason, ...(cause === undefined ? {} : { cause }) } };
        }),
        { id: debtId, itemId, kind: 'accepted_red', by, at, reason },
      );
    }
    case 'item_noted': {
      const note = { by: event.by, at, text: event.text };
      return withItem(deployment, itemId, (progress) => ({
        ...progress,
        notes: [...(progress.notes ?? []), note],
      }));
    }
    case 'timer_started':
      return withItem(deployment, itemId, (progress) => ({ ...progress, activeSince: at }));
    case 'timer_elapsed':
      return withItem(deployment, itemId, (progress) => ({ ...progress, settled: { kind: 'elapsed', at } }));
  }
};

/** What was accepted is over once it was good, or bad in another way. The debt stays. */
const isAcceptedStill = (itemId: string, { accepted }: ItemProgress, measured: Measured): boolean => {
  if (isGood(measured.outcome)) return false;
  const cause = causeOfRed(itemId, measured);
  return cause === undefined || cause === accepted?.cause;
};

export const applyCheckEvent = (deployment: Deployment, event: CheckEvent, at: Instant): Deployment => {
  switch (event.type) {
    case 'checks_requested': {
      const running = Object.fromEntries(
        event.runs.map(({ runId, itemId }) => [
          itemId,
          { ...progressOf(deployment, itemId), running: { runId, since: at, reason: event.reason } },
        ]),
      );
      return { ...deployment, items: { ...deployment.items, ...running } };
    }
    case 'checks_connected':
      return { ...deployment, connected: [...(deployment.connected ?? []), ...event.itemIds] };
    case 'check_settled': {
      const { itemId, measured, captured } = event;
      const next = withItem(deployment, itemId, (progress) => ({
        ...without(
          progress,
          'running',
          ...(isAcceptedStill(itemId, progress, measured) ? [] : ['accepted' as const]),
        ),
        measured,
      }));
      return captured === undefined ? next : { ...next, captured: { ...next.captured, ...captured } };
    }
    case 'check_discarded':
      return withItem(deployment, event.itemId, (progress) =>
        progress.running?.runId === event.runId ? without(progress, 'running') : progress,
      );
  }
};
