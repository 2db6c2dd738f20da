import type { CheckResult, Outcome } from './check.ts';
import { isGood } from './check.ts';

/** A check measured several times before it is judged. */
export type Sampling = {
  /** Measurements in all, 2 to 100. */
  readonly count: number;
  /** From the end of one measurement to the next. */
  readonly intervalMs: number;
  /** This many may fail; one more fails the check at once. */
  readonly failureLimit: number;
  /** This many in a row may go unmeasured; one more ends it at once, as that one ended. */
  readonly consecutiveErrorLimit: number;
  /** Fewer that could be measured are too few to judge. */
  readonly minSamples: number;
};

/** What is kept of a measurement while others follow. */
export type Sample = Pick<CheckResult, 'outcome' | 'line' | 'durationMs' | 'tries' | 'cause'>;

export const sampleOf = ({ outcome, line, durationMs, tries, cause }: CheckResult): Sample => ({
  outcome,
  line,
  durationMs,
  tries,
  ...(cause === undefined ? {} : { cause }),
});

/** Longest from the first measurement to the last: a look after T-0 waits five minutes for its results. */
export const LONGEST_SAMPLING_MS = 240_000;

/** How long the pauses of a check take in all. */
export const pausesOf = ({ count, intervalMs }: Sampling): number => (count - 1) * intervalMs;

const isMeasured = (outcome: Outcome): boolean => isGood(outcome) || outcome === 'fail';

/**
 * What several measurements say together; undefined: the next one is needed. It ends early when no further measurement
 * can make it well. Too few that could be measured never pass.
 */
export const judgeSamples = (
  { count, failureLimit, consecutiveErrorLimit, minSamples }: Sampling,
  earlier: readonly Sample[],
  latest: CheckResult,
): CheckResult | undefined => {
  const all: readonly Sample[] = [...earlier, latest];
  const of = (...outcomes: readonly Outcome[]) => all.filter(({ outcome }) => outcomes.includes(outcome));
  const failed = of('fail').length;
  const measured = all.filter(({ outcome }) => isMeasured(outcome)).length;
  const silent = all.length - 1 - all.findLastIndex(({ outcome }) => isMeasured(outcome));
  const whole = sumOf(all, latest, { failed, measured });

  if (failed > failureLimit)
    return {
      ...whole,
      line: `${failed} of ${all.length} samples failed${may(failureLimit)}: ${latest.line}`,
    };
  if (silent > consecutiveErrorLimit)
    return { ...whole, line: `${silent} of ${all.length} samples in a row not measured: ${latest.line}` };
  if (all.length < count) return undefined;
  if (measured < minSamples) {
    const { cause: _none, ...rest } = whole;
    const last = all.findLast(({ outcome }) => !isMeasured(outcome));
    return {
      ...rest,
      outcome: 'inconclusive',
      line: `only ${measured} of ${count} samples measured, ${minSamples} needed: ${last?.line ?? ''}`,
      ...(last?.cause === undefined ? {} : { cause: last.cause }),
    };
  }
  return good(whole, all, of('warn'));
};

const may = (limit: number): string => (limit === 0 ? '' : ` (${limit} may)`);

const sumOf = (
  all: readonly Sample[],
  latest: CheckResult,
  { failed, measured }: { failed: number; measured: number },
): CheckResult => ({
  ...latest,
  observation: {
    ...latest.observation,
    sampling: { count: all.length, failed, unmeasured: all.length - measured },
  },
  durationMs: all.reduce((sum, { durationMs }) => sum + durationMs, 0),
  tries: all.reduce((sum, { tries }) => sum + tries, 0),
});

/** It holds on the whole; what the last measurement found beside the rule does not speak against it. */
const good = (
  { cause: _cause, ...whole }: CheckResult,
  all: readonly Sample[],
  warned: readonly Sample[],
): CheckResult => {
  const outcome = warned.length > 0 ? 'warn' : 'pass';
  const wells = warned.length > 0 ? warned : all.filter((one) => one.outcome === 'pass');
  const words = warned.length > 0 ? 'samples warned' : 'samples passed';
  return {
    ...whole,
    outcome,
    findings: whole.outcome === outcome ? whole.findings : [],
    line: `${wells.length} of ${all.length} ${words}: ${wells.at(-1)?.line ?? ''}`,
  };
};
