import { setMaxListeners } from 'node:events';
import { z } from 'zod';
import type { JsonObject } from '../../lib/json.ts';
import { formatDuration, parseDuration } from '../../lib/matching/units.ts';
import { defineCheck, numberOf, type CheckContext, type Fault, type Measured } from '../check.ts';
import { failuresOf, runLoad, type LoadResult } from '../http/load.ts';
import { requestNeeds, requestOf, requestShape, targetName } from '../http/params.ts';
import { createHttpClient } from '../http/request.ts';
import { spread } from '../http/samples.ts';
import { CheckProblem } from '../problem.ts';

const MAX_DURATION_MS = 30_000;

const params = z.strictObject({
  ...requestShape,
  total: z.int().min(1).max(2000).default(100).describe('Requests in all, 1 to 2000; default 100.'),
  concurrency: z.int().min(1).max(50).default(10).describe('Requests at the same time, 1 to 50; default 10.'),
  duration: z
    .string()
    .refine((text) => {
      const ms = parseDuration(text);
      return ms !== undefined && ms > 0 && ms <= MAX_DURATION_MS;
    }, 'is not a duration of at most 30s')
    .default('30s')
    .describe('Longest time to go on, such as 10s; at most 30s. What is not sent by then is left out.'),
});

type Params = z.output<typeof params>;

// One process is one worker: two loads of it on one target would measure each other. Nothing else has to be kept.
const underWay = new Set<string>();

const percent = (part: number, whole: number): number => Math.round((part / whole) * 10_000) / 100;

const observe = (result: LoadResult): JsonObject => {
  const { ended, durations, statuses, lost, durationMs } = result;
  const good = [...statuses].reduce((sum, [status, times]) => (status < 400 ? sum + times : sum), 0);
  return {
    requests: ended,
    answered: durations.length,
    success: percent(good, ended),
    ...spread(durations),
    rps: Math.round((ended / Math.max(durationMs, 1)) * 10_000) / 10,
    statuses: Object.fromEntries([...statuses].sort(([a], [b]) => a - b).map(([key, n]) => [String(key), n])),
    throttled: statuses.has(429),
    errors: Object.fromEntries(lost),
    duration: durationMs,
    stopped: result.isStopped,
  };
};

const stoppedFault = (result: LoadResult, total: number): Fault => ({
  path: 'stopped',
  line: `stopped after ${result.ended} of ${total} requests: ${failuresOf(result)} of them failed`,
});

const measure = (result: LoadResult, total: number): Measured => {
  if (result.firstLoss && result.durations.length === 0) throw result.firstLoss;
  if (result.ended === 0)
    throw new CheckProblem(`no request was answered within ${formatDuration(result.durationMs)}`, {
      outcome: 'timed_out',
      code: 'timed_out',
    });
  return {
    observation: observe(result),
    ...(result.isStopped && { faults: [stoppedFault(result, total)] }),
  };
};

const runGuarded = async (given: Params, context: CheckContext): Promise<Measured> => {
  // Half a second of the deadline is for the end of it.
  const limitMs = Math.min(
    parseDuration(given.duration) ?? MAX_DURATION_MS,
    Math.max(context.timeoutMs - 500, 1),
  );
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), limitMs);
  const signal = AbortSignal.any([context.signal, controller.signal]);
  // Every request under way listens to it: many is what is meant here.
  setMaxListeners(0, signal);
  const request = requestOf(given, context);
  const client = createHttpClient({ ...context, signal }, { connections: given.concurrency });
  try {
    const result = await runLoad(() => client.send(request, 0), { ...given, signal });
    context.signal.throwIfAborted();
    return measure(result, given.total);
  } finally {
    clearTimeout(timer);
    controller.abort();
    await client.close();
  }
};

const run = async (given: Params, context: CheckContext): Promise<Measured> => {
  const target = targetName(given.url);
  if (underWay.has(target)) {
    throw new CheckProblem(`another load of ${target} is under way`, {
      outcome: 'inconclusive',
      code: 'load_under_way',
    });
  }
  underWay.add(target);
  try {
    return await runGuarded(given, context);
  } finally {
    underWay.delete(target);
  }
};

/** Many requests at a time, with hard limits: at most 2000, 50 at once, 30 s. Runs by click only. */
export const load = defineCheck({
  kind: 'load',
  title: 'An HTTP endpoint holds a small load, or throttles it.',
  params,
  defaultTimeoutMs: 40_000,
  defaultRetries: 0,
  observation: {
    requests: 'requests that ended, with or without an answer',
    answered: 'those that were answered; durations are over them',
    success: 'answers below 400 in percent of requests, two decimals',
    min: 'shortest duration of an answer in milliseconds',
    p50: 'median duration in milliseconds',
    p95: 'milliseconds that 95 % do not exceed',
    p99: 'milliseconds that 99 % do not exceed',
    max: 'longest duration in milliseconds',
    rps: 'requests that ended per second',
    'statuses["429"]': 'answers by status; a status that never came is absent',
    throttled: 'true when a 429 was among them',
    'errors.<code>': 'requests without an answer, by what went wrong',
    duration: 'milliseconds of the whole load',
    stopped: 'true when it was ended early because half or more of at least 20 requests had failed',
  },
  passes: { success: { gte: 99 } },
  target: ({ url }) => targetName(url),
  needs: requestNeeds,
  run,
  say: (observation) =>
    `${numberOf(observation['requests'])} requests, ${numberOf(observation['success'])} % good, p95 ${formatDuration(numberOf(observation['p95']))}, ${numberOf(observation['rps'])}/s`,
});
