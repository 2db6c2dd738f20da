import { z } from 'zod';
import type { Expectations } from '../../domain/check.ts';
import type { Json } from '../../lib/json.ts';
import { plain } from '../../lib/matching/rule.ts';
import { defineCheck, type CheckContext, type Measured } from '../check.ts';
import { nameTarget } from '../guard/hosts.ts';
import { missingAuth, missingUrl } from '../http/auth.ts';
import { targetOf } from '../http/request.ts';
import { durationParam } from '../params.ts';
import { CheckProblem } from '../problem.ts';
import { askPrometheus, type Question } from '../prometheus/api.ts';
import { MAX_SERIES, readSeries, reduceSeries, REDUCTIONS } from '../prometheus/series.ts';
import { observeAlerts, observeRules, observeTargets } from '../prometheus/state.ts';
import { startTimer } from '../timer.ts';

const nameList = z.array(z.string().min(1).max(200)).min(1).max(50);

const params = z
  .strictObject({
    url: z.string().min(1).describe('Base URL of Prometheus, with its path prefix where it has one.'),
    auth: z.string().min(1).optional().describe('env:NAME or ${secret}: sent as Authorization, as for http.'),
    query: z.string().min(1).max(4000).optional().describe('PromQL, evaluated now or over range.'),
    range: z
      .strictObject({
        since: durationParam.describe('How far back, such as 1h.'),
        step: durationParam.optional().describe('Distance of the points; absent: a hundredth of since.'),
      })
      .optional()
      .describe('Evaluate query over a time that ends now; absent: only now.'),
    reduce: z
      .enum(REDUCTIONS)
      .default('single')
      .describe(
        'One number of several points and series: min, max or avg; single (default) and last take the last point of the only series.',
      ),
    targets: z
      .strictObject({ job: z.string().min(1).max(200).optional().describe('Only those of this job.') })
      .optional()
      .describe('Ask for scrape targets instead of a query.'),
    rules: z
      .strictObject({ names: nameList.optional().describe('Rules that have to be there; absent: any.') })
      .optional()
      .describe('Ask for rules instead of a query.'),
    alerts: z
      .strictObject({
        names: nameList.optional().describe('Only alerts of these names.'),
        labels: z
          .record(z.string().min(1), z.string())
          .default({})
          .describe('Only alerts with these labels, such as {severity: critical}.'),
      })
      .optional()
      .describe('Ask for alerts instead of a query.'),
  })
  .refine(
    ({ query, targets, rules, alerts }) =>
      [query, targets, rules, alerts].filter((one) => one !== undefined).length === 1,
    'needs exactly one of query, targets, rules and alerts',
  )
  .refine(({ query, range }) => query !== undefined || range === undefined, 'range is for a query');

type Params = z.output<typeof params>;

const MIN_STEP_MS = 1000;

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

const questionOf = (given: Params, { now, timeoutMs }: CheckContext): Pick<Question, 'path' | 'search'> => {
  const { query, range, targets, rules } = given;
  if (targets) return { path: 'targets', search: [['state', 'active']] };
  if (rules) return { path: 'rules', search: (rules.names ?? []).map((name) => ['rule_name[]', name]) };
  if (query === undefined) return { path: 'alerts', search: [] };
  // The server gives up before we do, so that an expensive query ends with us.
  const common = [
    ['query', query],
    ['timeout', `${Math.max(1, Math.floor(timeoutMs * 0.9))}ms`],
    ['limit', String(MAX_SERIES + 1)],
  ] as const;
  if (!range) return { path: 'query', search: common };
  const end = now().getTime();
  const times = [
    ['start', seconds(end - range.since)],
    ['end', seconds(end)],
    ['step', seconds(Math.max(MIN_STEP_MS, range.step ?? range.since / 100))],
  ] as const;
  return { path: 'query_range', search: [...common, ...times] };
};

const observeSeries = (data: Json, { reduce }: Params): Measured | undefined => {
  const series = readSeries(data);
  return series && reduceSeries(series, reduce);
};

const observe = (data: Json, given: Params): Measured => {
  const { targets, rules, alerts } = given;
  const measured =
    (targets && observeTargets(data, targets.job)) ??
    (rules && observeRules(data, rules.names)) ??
    (alerts && observeAlerts(data, alerts)) ??
    observeSeries(data, given);
  if (measured) return measured;
  throw new CheckProblem('the answer is none to this question: no numbers, targets, rules or alerts', {
    outcome: 'inconclusive',
    code: 'no_numbers',
    scope: 'check',
  });
};

const passesFor = ({ targets, rules, alerts }: Params): Expectations | undefined => {
  if (targets) return { up: { gte: 1 }, down: 0, unknown: 0 };
  if (rules) return { count: { gte: 1 }, unhealthy: [] };
  return alerts ? { firing: 0 } : undefined;
};

/** What Prometheus knows: the number of a query, its targets, its rules, its alerts. */
export const prometheus = defineCheck({
  kind: 'prometheus',
  title:
    'Prometheus has a number that is as it should be, its targets are up, its rules are there, nothing fires.',
  params,
  defaultTimeoutMs: 10_000,
  defaultRetries: 2,
  observation: {
    value:
      'the number; absent when there is no series, it is NaN or infinite, or nothing says how several become one',
    series: 'how many series the query found, at most 100',
    'values[i].value': 'number of each series, beside its labels; absent when it is NaN or infinite',
    up: 'targets: how many are up',
    down: 'targets: how many are down',
    unknown: 'targets: how many were never asked',
    'targets[i].instance': 'besides job, health and error; those that are not up first',
    count: 'rules: how many there are',
    missing: 'rules: those of names that are not there',
    unhealthy: 'rules: names of those that are not evaluated without error',
    'rules[i].name': 'besides group, type, health, state and error',
    firing: 'alerts: how many fire',
    pending: 'alerts: how many are about to',
    'alerts[i].name': 'besides state, labels and since; those that fire first',
    warnings: 'what Prometheus said about its answer; absent when it said nothing',
    duration: 'milliseconds',
  },
  passes: { value: { exists: true } },
  passesFor,
  demands: ({ rules }) => (rules?.names ? { missing: [] } : {}),
  target: ({ url }) =>
    URL.canParse(url) && /^https?:/.test(url) ? nameTarget(targetOf(new URL(url))) : 'no URL',
  needs: ({ url, auth }, context) => [...missingUrl(url, context), ...missingAuth(auth, context)],
  run: async (given, context) => {
    const elapsed = startTimer();
    const question = { url: given.url, auth: given.auth, ...questionOf(given, context) };
    const { data, warnings } = await askPrometheus(question, context);
    const { observation, incomplete = [] } = observe(data, given);
    return {
      observation: { ...observation, ...(warnings.length > 0 && { warnings }), duration: elapsed() },
      incomplete,
    };
  },
  say: ({ value, up, count, firing, series = null }) => {
    if (up !== undefined) return `${plain(up)} targets up`;
    if (count !== undefined) return `${plain(count)} rules`;
    if (firing !== undefined) return `${plain(firing)} alerts firing`;
    return value === undefined ? `${plain(series)} series` : plain(value);
  },
});
