import type { Deployment } from '../domain/deployment.ts';

/** Deployments as they were last read, each with the stamp its row had then. */
export type KeptDeployments = {
  /** The deployment as it is while its row has this stamp; undefined: read it. */
  readonly find: (id: string, stamp: string) => Deployment | undefined;
  readonly keep: (stamp: string, deployment: Deployment) => void;
};

/** More than are looked at by turns; one with 500 settled items takes some 300 kB. */
const MOST = 50;

/** Remembers what was read, the longest unused forgotten first. Deployments are never changed in place, so they are shared. */
export const keepDeployments = (most = MOST): KeptDeployments => {
  const kept = new Map<string, { readonly stamp: string; readonly deployment: Deployment }>();
  const putLast = (id: string, entry: { readonly stamp: string; readonly deployment: Deployment }): void => {
    kept.delete(id);
    kept.set(id, entry);
  };
  return {
    find: (id, stamp) => {
      const entry = kept.get(id);
      if (entry?.stamp !== stamp) return undefined;
      putLast(id, entry);
      return entry.deployment;
    },
    keep: (stamp, deployment) => {
      putLast(deployment.id, { stamp, deployment });
      const [oldest] = kept.keys();
      if (kept.size > most && oldest !== undefined) kept.delete(oldest);
    },
  };
};
