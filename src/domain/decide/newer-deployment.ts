import { stated } from '../../lib/stated.ts';
import type { DomainEvent } from '../events.ts';
import { completion } from '../complete.ts';
import type { Situation } from '../situation.ts';
import { boardOf } from '../standing.ts';

/** Id of the deployment of the same place that reached its T-0. */
type Newer = { readonly by: string };

/**
 * A newer deployment is there: the older one's watch ends, its signatures can still be given. One that was still being
 * verified ends with it: its version answers no more, so nothing of it can be verified or signed. Nothing when it has none.
 */
export const supersede = (situation: Situation, { by }: Newer): readonly DomainEvent[] => {
  const { deployment } = situation;
  const { kind } = deployment.state;
  const isWatched = kind === 'verifying' || kind === 'watching';
  if (!isWatched || deployment.supersededBy !== undefined || by === deployment.id) return [];
  const superseded: DomainEvent = { type: 'superseded', supersededBy: by };
  return kind === 'watching' ? [superseded] : [superseded, ...completion(situation, boardOf(situation))];
};

/** What runs in the place now, as far as the records say; absent: as before. */
type Change = Newer & { readonly version?: string | null };

/** Another deployment changed the environment: what was measured before Go has to be measured again. */
export const outdateEvidence = (
  { deployment }: Situation,
  { by, version }: Change,
): readonly DomainEvent[] => {
  const { kind } = deployment.state;
  const isBeforeGo = kind === 'preparing' || kind === 'awaiting_go' || kind === 'held';
  return isBeforeGo && by !== deployment.id
    ? [{ type: 'evidence_outdated', by, ...stated({ version }) }]
    : [];
};
