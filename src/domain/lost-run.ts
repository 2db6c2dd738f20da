import { MINUTE, SECOND } from '../lib/time.ts';
import type { CheckDefinition, CheckResult } from './check.ts';

/** What a kind allows at most, for definitions that leave it to the kind. */
const LONGEST_TRY = MINUTE;
const USUAL_RETRIES = 2;
const USUAL_PAUSE = 5 * SECOND;
/** Waiting in the queue of the zone, and the way back. */
const ON_THE_WAY = 2 * MINUTE;

/**
 * Milliseconds after which nobody waits any more for the result of a check that was given to a zone: all its tries at
 * their longest, and what the way there and back may take.
 */
export const patienceWith = ({ timeoutMs = LONGEST_TRY, retry }: CheckDefinition): number => {
  const retries = retry?.max ?? USUAL_RETRIES;
  return (retries + 1) * timeoutMs + retries * (retry?.delayMs ?? USUAL_PAUSE) + ON_THE_WAY;
};

const nothingMeasured = (line: string, cause?: string): CheckResult => ({
  outcome: 'inconclusive',
  line,
  findings: [],
  observation: {},
  captured: {},
  durationMs: 0,
  tries: 0,
  ...(cause === undefined ? {} : { cause }),
});

/** A check that writes and whose run broke off is not run again by itself: a person decides. */
export const MAY_HAVE_RUN: CheckResult = {
  ...nothingMeasured('may have run: the worker stopped in the middle; look, then Re-run or Confirm'),
  tries: 1,
};

/** The zone's runner never answered. Nothing is known: not even whether the check was begun. */
export const lostIn = (zone: string): CheckResult =>
  nothingMeasured(
    `runner ${zone} gave no result; see whether it runs, then Re-run or Confirm`,
    `worker: no result from runner ${zone}`,
  );
