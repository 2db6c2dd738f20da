import { outdateEvidence, supersede } from '../domain/decide/newer-deployment.ts';
import type { Deployment } from '../domain/deployment.ts';
import { elapsed } from '../domain/elapse.ts';
import type { DomainEvent } from '../domain/events.ts';
import { evolveAll } from '../domain/evolve/evolve.ts';
import type { Situation } from '../domain/situation.ts';
import { ok } from '../lib/result.ts';
import { act } from './act.ts';
import type { PlaceChange, Tx } from './stores.ts';
import type { Loop } from './world.ts';

/** The clock looks at a deployment: what others did to its place counts, and everything due until now happens. */
export const passTime = async (loop: Loop, deploymentId: string): Promise<void> => {
  await act(loop, {
    deploymentId,
    decide: async (situation, tx) => {
      const others = await fromOthers(situation, tx);
      const deployment = evolveAll(situation.deployment, others, situation.now);
      const { events, endless } = elapsed({ ...situation, deployment });
      if (endless.length > 0) loop.log.error({ deploymentId, sources: endless }, 'dues_endless');
      return ok([...others, ...events]);
    },
  });
};

/** A newer T-0 ends an older watch; a place that was changed makes what was measured before worthless. */
const fromOthers = async (situation: Situation, tx: Tx): Promise<readonly DomainEvent[]> => {
  const { deployment } = situation;
  const change = await tx.deployments.findLastChange(deployment);
  if (change === undefined) return [];
  if (deployment.anchors.deployed !== undefined) {
    return change.deployedAt > deployment.anchors.deployed ? supersede(situation, { by: change.by }) : [];
  }
  const { by, at, version } = change;
  const isNews = at > deployment.anchors.start && version !== deployment.previousVersion;
  return isNews || isOlder(deployment, change) ? outdateEvidence(situation, { by, version }) : [];
};

const isOlder = ({ items, versionAtStart }: Deployment, { at }: PlaceChange): boolean =>
  (versionAtStart !== undefined && versionAtStart.askedAt < at) ||
  Object.values(items).some(
    ({ measured, settled, running }) =>
      settled === undefined &&
      ((measured !== undefined && (measured.askedAt ?? measured.at) < at) ||
        (running !== undefined && running.since < at)),
  );
