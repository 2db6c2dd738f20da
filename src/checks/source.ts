import type { CheckKind, Measured, PreparedCheck } from './check.ts';
import { CheckProblem } from './problem.ts';
import { decidingFinding, reachVerdict } from './verdict.ts';

/** Another kind that a check reads from. */
export type Source = { readonly kind: CheckKind; readonly prepared: PreparedCheck };

/** Rejects with a problem when a source answered with an error: then it says nothing, whatever text it holds. */
export const assertAnswered = ({ kind, prepared }: Source, measured: Measured, now: Date): void => {
  const definition = { kind: kind.kind, params: {} };
  const deciding = decidingFinding(reachVerdict(measured, { definition, passes: prepared.passes, now }));
  if (!deciding) return;
  throw new CheckProblem(`nothing to read: ${deciding.finding.line}`, {
    outcome: deciding.finding.verdict === 'unknown' ? 'inconclusive' : 'fail',
    code: 'source_failed',
    scope: 'check',
  });
};
