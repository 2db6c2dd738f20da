import type { CheckResult } from './check.ts';

/** A check that writes and whose run broke off is not run again by itself: a person decides. */
export const MAY_HAVE_RUN: CheckResult = {
  outcome: 'inconclusive',
  line: 'may have run: the worker stopped in the middle; look, then Re-run or Confirm',
  findings: [],
  observation: {},
  captured: {},
  durationMs: 0,
  tries: 1,
};
