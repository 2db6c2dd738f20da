import { stated } from '../../lib/stated.ts';
import type { DomainEvent } from '../events.ts';
import type { Situation } from '../situation.ts';

/** Id of the deployment of the same place that reached its T-0. */
type Newer = { readonly by: string };

/** A newer deployment is there: the older one's watch ends, its signatures can still be given. Nothing when it has none. */
export const supersede = ({ deployment }: Situation, { by }: Newer): readonly DomainEvent[] => {
  const { kind } = deployment.state;
  const isWatched = kind === 'verifying' || kind === 'watching';
  return isWatched && deployment.supersededBy === undefined && by !== deployment.id
    ? [{ type: 'superseded', supersededBy: by }]
    : [];
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
