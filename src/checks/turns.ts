import type { Instant } from '../lib/time.ts';
import { SECOND } from '../lib/time.ts';
import { createLane } from '../lib/lane.ts';
import type { CheckProblem } from './problem.ts';

/** How long an outage answers for checks that were asked for before it was found. */
export const OUTAGE_MS = 30 * SECOND;

/** What the checks of one worker share at a target, whichever deployment they belong to. */
export type Turns = {
  /** Does it when fewer than `width` others are at it. */
  readonly at: <T>(place: string, width: number, work: () => Promise<T>) => Promise<T>;
  /** A target could not be reached, with all tries. */
  readonly note: (place: string, problem: CheckProblem, now: Instant) => void;
  /**
   * The outage in which a check would only wait in vain: found less than 30 s ago, and after the check was asked for. What
   * is asked for later, by a click or for a second look, is measured.
   */
  readonly outage: (
    place: string,
    times: { readonly askedAt: Instant; readonly now: Instant },
  ) => CheckProblem | undefined;
};

/** A host that does not answer in time may have one slow page; what refuses connections refuses them all. */
const isOutage = ({ isTransport, scope, outcome }: CheckProblem): boolean =>
  isTransport && scope === 'target' && outcome !== 'timed_out';

export const createTurns = (): Turns => {
  const lanes = new Map<string, ReturnType<typeof createLane>>();
  const outages = new Map<string, { readonly problem: CheckProblem; readonly at: Instant }>();
  return {
    at: (place, width, work) => {
      const lane = lanes.get(place) ?? createLane(width);
      lanes.set(place, lane);
      return new Promise((resolve, reject) => lane.add(() => work().then(resolve, reject)));
    },
    note: (place, problem, now) => {
      if (isOutage(problem)) outages.set(place, { problem, at: now });
    },
    outage: (place, { askedAt, now }) => {
      const known = outages.get(place);
      if (known === undefined) return undefined;
      if (now - known.at >= OUTAGE_MS) outages.delete(place);
      return now - known.at < OUTAGE_MS && askedAt <= known.at ? known.problem : undefined;
    },
  };
};
