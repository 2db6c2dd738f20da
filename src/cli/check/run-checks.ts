import { sampleCheck } from '../../checks/sample-check.ts';
import type { CheckDeps } from '../../checks/run-check.ts';
import type { CheckRequest, CheckResult } from '../../domain/check.ts';
import { createLane } from '../../lib/lane.ts';
import type { Json } from '../../lib/json.ts';
import type { ChosenCheck } from './choose-checks.ts';

/** A check with what came of it. */
export type DoneCheck = ChosenCheck & { readonly result: CheckResult };

/** At once. The same as one worker of the bot. */
const WIDTH = 10;

export type RunAllDeps = {
  readonly check: CheckDeps;
  /** Everything put in but secrets; `captured`: what earlier checks kept. */
  readonly requestFor: (chosen: ChosenCheck, captured: Readonly<Record<string, Json>>) => CheckRequest;
  readonly onDone: (done: DoneCheck) => void;
};

/**
 * Runs the connected checks, stage by stage, so that what one stage captures is there for the next. In the order of the
 * checklist in the answer, in the order they end for `onDone`. None is left out: what was stopped is inconclusive.
 */
export const runChecks = async (
  chosen: readonly ChosenCheck[],
  { check, requestFor, onDone }: RunAllDeps,
): Promise<readonly DoneCheck[]> => {
  const captured: Record<string, Json> = {};
  const done = new Map<ChosenCheck, DoneCheck>();
  const stages = [...new Set(chosen.map(({ entry }) => entry.section))];
  for (const stage of stages) {
    const lane = createLane(WIDTH);
    for (const one of chosen.filter(({ entry }) => entry.section === stage)) {
      lane.add(async () => {
        const result = await sampleCheck(requestFor(one, captured), check);
        Object.assign(captured, result.captured);
        const finished = { ...one, result };
        done.set(one, finished);
        onDone(finished);
      });
    }
    await lane.idle();
  }
  return chosen.flatMap((one) => done.get(one) ?? []);
};
