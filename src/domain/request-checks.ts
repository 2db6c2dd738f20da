import type { Deployment, RunReason } from './deployment.ts';
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

/** A check that could be measured in this deployment and cannot be now: no worker that is alive holds what it needs. */
export const isOutOfReach = ({ deployment, readiness }: Situation, entry: PlanItem): boolean =>
  wasConnected(deployment, entry) && readiness(entry).kind === 'not_connected';

/** False: it never could be measured here, which makes it a person's line and no gap. */
export const wasConnected = ({ connected = [], items }: Deployment, { item }: PlanItem): boolean =>
  items[item.id]?.measured !== undefined || connected.includes(item.id);

/** A check that the bot may run on its own: it reads, and everything it needs is there. */
export const runsByItself = (situation: Situation, entry: PlanItem): boolean => {
  const { body } = entry.item;
  return (
    body.kind === 'check' && body.check.kind !== 'state' && situation.readiness(entry).kind === 'connected'
  );
};
