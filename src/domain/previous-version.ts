import type { Deployment } from './deployment.ts';

type Versions = Pick<Deployment, 'version' | 'previousVersion' | 'versionAtStart'>;

/**
 * The version that this deployment replaces, and that a rollback goes back to; null: nobody knows. What answered at the
 * start wins over the records. Never what goes out itself: that is no way back.
 */
export const previousVersionOf = ({ version, previousVersion, versionAtStart }: Versions): string | null => {
  const answered = versionAtStart?.version ?? null;
  const known = answered === null || answered === version ? previousVersion : answered;
  return known === version ? null : known;
};

/** The version that goes out was there before, as measured; where nothing was, as the records say. */
export const isThereAlready = ({ version, previousVersion, versionAtStart }: Versions): boolean =>
  version !== null && version === (versionAtStart?.version ?? previousVersion);
