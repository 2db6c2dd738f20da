import type { RunReason } from './deployment.ts';
import type { DomainEvent } from './events.ts';
import type { PlanItem } from './plan.ts';
import type { Situation } from './situation.ts';

/** Asks for runs of these items. */
export const request = (
  situation: Situation,
  reason: RunReason,
  entries: readonly PlanItem[],
): readonly DomainEvent[] =>
  entries.length === 0
    ? []
    : [
        {
          type: 'checks_requested',
          reason,
          runs: entries.map(({ item }) => ({ runId: situation.newId(), itemId: item.id })),
        },
      ];

/** A check that the bot may run on its own: it reads, and everything it needs is there. */
export const runsByItself = (situation: Situation, entry: PlanItem): boolean => {
  const { body } = entry.item;
  return (
    body.kind === 'check' && body.check.kind !== 'state' && situation.readiness(entry).kind === 'connected'
  );
};
