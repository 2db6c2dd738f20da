import { z } from 'zod';
import type { JsonObject } from '../../lib/json.ts';
import { formatDuration } from '../../lib/matching/units.ts';
import {
  defineCheck,
  numberOf,
  type CheckContext,
  type Fault,
  type Measured,
  type NeedsContext,
} from '../check.ts';
import { requestNeeds, targetName } from '../http/params.ts';
import { createHttpClient } from '../http/request.ts';
import { goThrough, stepsTooLate, type Steps } from '../http/sequence.ts';
import { namesUsed, stepProblems, stepSchema, type Kept, type Step } from '../http/steps.ts';
import { CheckProblem, problemOf } from '../problem.ts';
import { startTimer } from '../timer.ts';

// What zod calls a rule of ours.
const CUSTOM = 'custom';

const params = z
  .strictObject({
    steps: z
      .array(stepSchema)
      .min(1)
      .max(20)
      .describe('Requests, one after the other; the first that is wrong ends them.'),
    cleanup: z
      .array(stepSchema)
      .max(10)
      .default([])
      .describe(
        'Requests that are made in any case, also when a step failed or the deadline passed; one whose {name} was never kept is left out.',
      ),
  })
  .superRefine((given, context) => {
    const known = new Set<string>();
    for (const key of ['steps', 'cleanup'] as const)
      for (const { path, message } of stepProblems(given[key], known))
        context.addIssue({ code: CUSTOM, path: [key, ...path], message });
  });

type Params = z.output<typeof params>;

/** Longest that cleaning up may take, and the most of the deadline that is kept free for it. */
const CLEANUP_MS = 5000;
const CLEANUP_SHARE = 1 / 3;

type Cleaned = { readonly observations: readonly JsonObject[]; readonly faults: readonly Fault[] };

const cleanOne = async (
  step: Step,
  position: number,
  { context, kept }: { context: CheckContext; kept: Kept },
) => {
  const client = createHttpClient(context);
  const walk = { client, context, kept, collected: [] };
  try {
    const done = await goThrough([step], { walk, word: 'cleanup', first: position });
    const [observation = {}] = done.observations;
    return { observation, fault: done.fault?.line };
  } catch (error) {
    const { message } = problemOf(error, 'the request');
    return { observation: { error: message }, fault: message };
  } finally {
    await client.close();
  }
};

/** Makes every request of the list, whatever became of the one before. Its clock is its own: the try's may have run out. */
const cleanUp = async ({ cleanup }: Params, outer: CheckContext, kept: Kept): Promise<Cleaned> => {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(stepsTooLate(CLEANUP_MS)), CLEANUP_MS);
  const context = { ...outer, signal: controller.signal };
  const observations: JsonObject[] = [];
  const faults: Fault[] = [];
  try {
    for (const [position, step] of cleanup.entries()) {
      if (namesUsed(step).some((name) => !kept.has(name))) {
        observations.push({ skipped: true });
        continue;
      }
      const { observation, fault } = await cleanOne(step, position, { context, kept });
      observations.push(observation);
      if (fault !== undefined) faults.push({ path: `cleanup[${position}]`, line: fault });
    }
  } finally {
    clearTimeout(timer);
  }
  return { observations, faults };
};

/** Runs the steps with a deadline that leaves time to clean up, if there is anything to clean up. */
const walkSteps = async ({ steps, cleanup }: Params, outer: CheckContext, kept: Kept): Promise<Steps> => {
  const reservedMs = cleanup.length === 0 ? 0 : Math.min(CLEANUP_MS, outer.timeoutMs * CLEANUP_SHARE);
  const limitMs = outer.timeoutMs - reservedMs;
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(stepsTooLate(limitMs)), limitMs);
  const context = { ...outer, signal: AbortSignal.any([outer.signal, controller.signal]) };
  const client = createHttpClient(context);
  try {
    return await goThrough(steps, { walk: { client, context, kept, collected: [] }, word: 'step', first: 0 });
  } finally {
    clearTimeout(timer);
    await client.close();
  }
};

const withCleanup = (error: unknown, { faults }: Cleaned): unknown => {
  if (!(error instanceof CheckProblem) || faults.length === 0) return error;
  const { message, outcome, code, isTransport, scope } = error;
  const lines = [message, ...faults.map(({ line }) => line)].join('; ');
  return new CheckProblem(lines, { outcome, code, isTransport, scope, cause: error });
};

const run = async (given: Params, context: CheckContext): Promise<Measured> => {
  const kept: Kept = new Map();
  const elapsed = startTimer();
  let done: Steps;
  try {
    done = await walkSteps(given, context, kept);
  } catch (error) {
    throw withCleanup(error, await cleanUp(given, context, kept));
  }
  const duration = elapsed();
  const cleaned = await cleanUp(given, context, kept);
  return {
    observation: {
      steps: done.observations,
      completed: done.observations.length - (done.fault ? 1 : 0),
      duration,
      ...(given.cleanup.length > 0 && { cleanup: cleaned.observations }),
    },
    faults: [...(done.fault ? [done.fault] : []), ...cleaned.faults],
  };
};

const needs = ({ steps, cleanup }: Params, context: NeedsContext): readonly string[] => [
  ...new Set(
    [...steps, ...cleanup].flatMap(({ url, auth }) =>
      requestNeeds({ url: url ?? '', ...(typeof auth === 'string' && { auth }) }, context),
    ),
  ),
];

/** Several HTTP requests that build on each other, as one flow of a user. */
export const httpSequence = defineCheck({
  kind: 'http_sequence',
  title: 'A flow of several HTTP requests works from its first step to its last.',
  params,
  defaultTimeoutMs: 30_000,
  // A step may have changed something although a later one failed.
  defaultRetries: 0,
  observation: {
    'steps[n].status': 'status code of a step; steps after the first wrong one are absent',
    'steps[n].headers': 'its response headers',
    'steps[n].body': 'JSON, else text; absent when larger than 256 KiB',
    'steps[n].duration': 'milliseconds until the whole body was read',
    'steps[n].url': 'where the answer came from, after redirects',
    completed: 'steps that were as they have to be',
    duration: 'milliseconds of all steps',
    'cleanup[n]':
      'the same of what was cleaned up; skipped: true when there was nothing to; absent without cleanup',
  },
  // Every step has its own expectations; one that is not as it has to be is a fault.
  passes: {},
  target: ({ steps }) => targetName(steps[0]?.url ?? ''),
  needs,
  run,
  say: (observation, { steps }) =>
    `${steps.length} ${steps.length === 1 ? 'step' : 'steps'} in ${formatDuration(numberOf(observation['duration']))}`,
});
