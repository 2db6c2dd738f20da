import type { Instant } from '../lib/time.ts';

/** Who holds a place: nobody else may deploy there. */
export type Lock = {
  readonly teamId: string;
  readonly environment: string;
  /** `*`: the whole environment. */
  readonly system: string;
  /** null: a person locked it by hand. */
  readonly deploymentId: string | null;
  readonly heldBy: string;
  readonly reason: string;
  readonly since: Instant;
};

/** The system name of a lock over a whole environment. */
export const WHOLE_ENVIRONMENT = '*';
