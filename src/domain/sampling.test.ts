import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resultOf } from '../../test/support/situation.ts';
import type { CheckResult, Outcome } from './check.ts';
import type { Sampling } from './sampling.ts';
import { judgeSamples, sampleOf } from './sampling.ts';

const FIVE: Sampling = {
  count: 5,
  intervalMs: 1000,
  failureLimit: 1,
  consecutiveErrorLimit: 1,
  minSamples: 3,
};

/** Measures until it is judged: the result, and how many measurements it took. */
const judged = (outcomes: readonly Outcome[], sampling: Sampling = FIVE) => {
  const results = outcomes.map((outcome): CheckResult => resultOf(outcome));
  for (const [index, latest] of results.entries()) {
    const result = judgeSamples(sampling, results.slice(0, index).map(sampleOf), latest);
    if (result !== undefined) return { outcome: result.outcome, line: result.line, taken: index + 1, result };
  }
  return undefined;
};

describe('a check that is measured several times', () => {
  it('passes when all do, and one may fail where one is allowed to', () => {
    expect(judged(['pass', 'pass', 'pass', 'pass', 'pass'])).toMatchObject({ outcome: 'pass', taken: 5 });
    const forgiven = judged(['pass', 'pass', 'pass', 'pass', 'fail']);
    expect(forgiven).toMatchObject({ outcome: 'pass', taken: 5 });
    expect(forgiven?.line).toMatch(/^4 of 5 samples passed: /);
    expect(forgiven?.result.cause).toBeUndefined();
  });

  it('fails with the first failure too many, and measures no more', () => {
    const broken = judged(['fail', 'pass', 'fail', 'pass', 'pass']);
    expect(broken).toMatchObject({ outcome: 'fail', taken: 3 });
    expect(broken?.line).toMatch(/^2 of 3 samples failed \(1 may\): /);
  });

  it('ends as the measurement ended when too many in a row could not be made', () => {
    expect(judged(['pass', 'error', 'timed_out', 'pass', 'pass'])).toMatchObject({
      outcome: 'timed_out',
      taken: 3,
    });
    expect(judged(['error', 'pass', 'error', 'pass', 'pass'])).toMatchObject({ outcome: 'pass', taken: 5 });
  });

  it('is inconclusive when too few could be measured, never a pass', () => {
    const few = judged(['error', 'pass', 'error', 'pass', 'error']);
    expect(few).toMatchObject({ outcome: 'inconclusive', taken: 5 });
    expect(few?.line).toMatch(/^only 2 of 5 samples measured, 3 needed: /);
  });

  it('warns when one did', () => {
    expect(judged(['pass', 'warn', 'pass', 'pass', 'pass'])).toMatchObject({ outcome: 'warn', taken: 5 });
  });

  it('never passes on less than the minimum, nor with more failures than the limit, whatever comes', () => {
    const outcome = fc.constantFrom<Outcome>('pass', 'warn', 'fail', 'error', 'timed_out', 'inconclusive');
    const plan = fc.record({
      outcomes: fc.array(outcome, { minLength: 2, maxLength: 12 }),
      failureLimit: fc.nat(5),
      consecutiveErrorLimit: fc.nat(5),
      minSamples: fc.integer({ min: 1, max: 12 }),
    });
    fc.assert(
      fc.property(plan, ({ outcomes, ...limits }) => {
        const sampling = { ...limits, count: outcomes.length, intervalMs: 1000 };
        const end = judged(outcomes, {
          ...sampling,
          minSamples: Math.min(limits.minSamples, outcomes.length),
        });
        // It always comes to an end, at the last measurement at the latest.
        expect(end).toBeDefined();
        if (end === undefined || (end.outcome !== 'pass' && end.outcome !== 'warn')) return;
        const measured = outcomes.filter((one) => ['pass', 'warn', 'fail'].includes(one)).length;
        expect(measured).toBeGreaterThanOrEqual(Math.min(limits.minSamples, outcomes.length));
        expect(outcomes.filter((one) => one === 'fail').length).toBeLessThanOrEqual(limits.failureLimit);
        expect(end.result.cause).toBeUndefined();
      }),
    );
  });
});
