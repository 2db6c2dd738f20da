import type { DomainEvent } from '../events.ts';
import { isActive } from '../plan.ts';
import { progressOf } from '../deployment.ts';
import { request, runsByItself } from '../request-checks.ts';
import type { Situation } from '../situation.ts';
import { boardOf } from '../standing.ts';

/**
 * A result that an item waits for has come in from outside: it is measured again. A run under way may have looked just
 * before; the new one replaces it. Undefined: nobody waits, the item is settled by a person or its stage is over.
 */
export const resultArrived = (situation: Situation, itemId: string): readonly DomainEvent[] | undefined => {
  const { deployment } = situation;
  const entry = boardOf(situation).plan.byId.get(itemId);
  if (entry === undefined || !isActive(entry, deployment)) return undefined;
  if (progressOf(deployment, itemId).settled !== undefined || !runsByItself(situation, entry))
    return undefined;
  return request(situation, { kind: 'arrival' }, [entry]);
};
