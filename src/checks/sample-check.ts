import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckRequest, CheckResult } from '../domain/check.ts';
import type { Sample } from '../domain/sampling.ts';
import { judgeSamples, sampleOf } from '../domain/sampling.ts';
import type { CheckDeps } from './run-check.ts';
import { runCheck } from './run-check.ts';

/**
 * Carries out a check with all its measurements and the pauses between them, for a caller who waits for the end. Workers
 * do not: for them each measurement is a job of its own.
 */
export const sampleCheck = async (request: CheckRequest, deps: CheckDeps): Promise<CheckResult> => {
  const { sampling } = request.definition;
  const taken: Sample[] = [];
  for (;;) {
    const latest = await runCheck(request, deps);
    const verdict = sampling === undefined ? latest : judgeSamples(sampling, taken, latest);
    if (sampling === undefined || verdict !== undefined) return verdict ?? latest;
    // What was stopped has measured too little, however well it went so far.
    if (deps.signal.aborted)
      return { ...latest, outcome: 'inconclusive', line: 'stopped before it was finished' };
    taken.push(sampleOf(latest));
    await sleep(sampling.intervalMs, undefined, { signal: deps.signal }).catch(() => undefined);
  }
};
