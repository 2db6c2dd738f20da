import { readiness } from '../../checks/readiness.ts';
import { holds } from '../../checklists/conditions.ts';
import { effectiveChecklist } from '../../checklists/effective.ts';
import type { Checklist, Environment } from '../../domain/checklist.ts';
import type { Judging, Standing } from '../../usecases/count-readiness.ts';
import { readinessOfFiles } from '../../usecases/count-readiness.ts';

/** Who would run the checks, and what they hold. */
export type Workers = Pick<Judging, 'hasEnv' | 'hasRunner'>;

/** What `/deploy checklists` counts, without a bot. */
export const standingOf = (
  { checklist, environment }: { readonly checklist: Checklist; readonly environment: Environment },
  workers: Workers,
): Standing =>
  readinessOfFiles({ effective: effectiveChecklist, holds, readiness, ...workers }, checklist, environment);
