import { readiness } from '../../checks/readiness.ts';
import { holds } from '../../checklists/conditions.ts';
import { effectiveChecklist } from '../../checklists/effective.ts';
import type { Checklist, Environment } from '../../domain/checklist.ts';
import type { Judging, Standing } from '../../usecases/count-readiness.ts';
import { readinessOfFiles } from '../../usecases/count-readiness.ts';

/** What `/deploy checklists` counts, without a bot. `hasEnv`: whether a worker that would run the checks holds a variable. */
export const standingOf = (
  { checklist, environment }: { readonly checklist: Checklist; readonly environment: Environment },
  hasEnv: Judging['hasEnv'],
): Standing =>
  readinessOfFiles({ effective: effectiveChecklist, holds, readiness, hasEnv }, checklist, environment);
