import type { Instant } from '../lib/time.ts';
import { DAY } from '../lib/time.ts';
import type { EffectiveChecklist } from './checklist.ts';
import type { Anchors } from './deployment.ts';

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

/**
 * From when on a deployment holds its place. Where the environment file does not say: from its start, or only from Go when
 * the preparation is planned over more than a day.
 */
export const lockFromOf = (
  { lockFrom }: Pick<EffectiveChecklist, 'lockFrom'>,
  { start, plannedGo }: Anchors,
): 'start' | 'go' => lockFrom ?? (plannedGo !== undefined && plannedGo - start > DAY ? 'go' : 'start');
