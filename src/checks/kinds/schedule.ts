import { z } from 'zod';
import type { Expectations } from '../../domain/check.ts';
import { plain } from '../../lib/matching/rule.ts';
import { formatDuration } from '../../lib/matching/units.ts';
import type { JsonObject } from '../../lib/json.ts';
import { defineCheck, numberOf } from '../check.ts';
import { missingSystemd, UNIT_NAME, unitName } from '../host/systemd.ts';
import { compileParam, durationParam, patternParam } from '../params.ts';
import { ourFault } from '../problem.ts';
import {
  crontabCommand,
  crontabFile,
  jobsOverHttp,
  jobsOverSql,
  measureFrom,
  type From,
} from '../schedule/sources.ts';
import { measureTimer } from '../schedule/timer.ts';

const keyParam = (usual: string, what: string) =>
  z.string().min(1).max(100).default(usual).describe(`Key of ${what}; default ${usual}.`);

const jobKeys = {
  name: keyParam('name', 'the name of a job'),
  next: keyParam(
    'next_run',
    'its next run: ISO time, in UTC unless it names a zone, or seconds since 1970; null when none is planned',
  ),
  last: keyParam('last_run', 'its last run, null when it never ran'),
};

const params = z
  .strictObject({
    file: z
      .string()
      .min(1)
      .optional()
      .describe('Absolute path of a crontab, below a folder the environment file allows.'),
    command: z
      .string()
      .min(1)
      .optional()
      .describe('Named command that prints a crontab, as crontab -l does.'),
    timer: z
      .string()
      .regex(UNIT_NAME, 'is not a name of a unit')
      .optional()
      .describe('Name of a systemd timer: backup or backup.timer.'),
    http: z
      .strictObject({
        url: z.string().min(1).describe('URL that answers with a list of jobs, as APScheduler does.'),
        auth: z.string().min(1).optional().describe('env:NAME or ${secret}, as for http.'),
        path: z.string().min(1).default('body').describe('Where the list stands; default body.'),
        ...jobKeys,
        name: keyParam('id', 'the name of a job'),
      })
      .optional()
      .describe('Jobs of an HTTP API.'),
    sql: z
      .strictObject({
        connection: z.string().min(1).describe('Connection string, as a rule ${secret}.'),
        query: z.string().min(1).describe('Query with a row for each job: its name, next and last run.'),
        ...jobKeys,
      })
      .optional()
      .describe('Jobs of a table of a PostgreSQL database.'),
    user_column: z
      .boolean()
      .default(false)
      .describe('Whether a user stands before each command, as in /etc/crontab and /etc/cron.d; default no.'),
    pattern: patternParam
      .optional()
      .describe(
        'Pattern (RE2) that the command of the entry, or the name of the job, matches; needless for timer.',
      ),
    equals: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('Schedule it has to have: "0 2 * * *"; crontabs only.'),
    at_least_every: durationParam
      .optional()
      .describe('Longest pause between two runs, such as 24h; crontabs only.'),
    next_within: durationParam.optional().describe('How soon the next run is due; not of crontabs.'),
    ran_within: durationParam.optional().describe('How long ago the last run may be; not of crontabs.'),
  })
  .refine(
    ({ file, command, timer, http, sql }) =>
      [file, command, timer, http, sql].filter((one) => one !== undefined).length === 1,
    'needs exactly one of file, command, timer, http and sql',
  )
  .refine(({ pattern, timer }) => (pattern === undefined) === (timer !== undefined), {
    path: ['pattern'],
    error: 'is needed, but with timer it has nothing to match',
  })
  .refine(
    ({ file, command, equals, at_least_every: pause }) =>
      file !== undefined || command !== undefined || (equals === undefined && pause === undefined),
    'equals and at_least_every are for crontabs',
  )
  .refine(
    ({ file, command, next_within: next, ran_within: ran }) =>
      (file === undefined && command === undefined) || (next === undefined && ran === undefined),
    'next_within and ran_within are not for crontabs: those do not say when something ran',
  );

type Params = z.output<typeof params>;

// The way through text drops what was not given: undefined is no JSON.
const given = (params: object): JsonObject => JSON.parse(JSON.stringify(params)) as JsonObject;

/** Undefined: it is a timer. */
const fromOf = ({ file, command, http, sql, user_column: hasUser }: Params): From | undefined => {
  if (file !== undefined) return crontabFile(file, hasUser);
  if (command !== undefined) return crontabCommand(command, hasUser);
  if (http) {
    const { path, name, next, last, ...rest } = http;
    return jobsOverHttp(given(rest), path, { name, next, last });
  }
  if (!sql) return undefined;
  const { name, next, last, ...rest } = sql;
  return jobsOverSql(given(rest), { name, next, last });
};

const isCrontab = ({ file, command }: Params): boolean => file !== undefined || command !== undefined;

const demandsOf = (params: Params): Expectations => {
  const { equals, at_least_every: pause, next_within: next, ran_within: ran } = params;
  return {
    count: { gte: 1 },
    ...(equals !== undefined && { schedules: { contains: equals.trim().replace(/\s+/g, ' ') } }),
    ...(pause !== undefined && { every: { lte: `${pause}ms` } }),
    ...(next !== undefined && { next_in: { lte: `${next}ms` } }),
    ...(ran !== undefined && { never_ran: 0, last_age: { lte: `${ran}ms` } }),
  };
};

const passesFor = (params: Params): Expectations | undefined => {
  if (isCrontab(params)) return undefined;
  const planned = { count: { gte: 1 }, unplanned: 0, overdue: 0 };
  return params.timer === undefined ? planned : { count: { gte: 1 }, active: 'active', result: 'success' };
};

const sayJobs = ({ count = null, next_in: next, last_age: last }: JsonObject): string =>
  [
    `${plain(count)} planned`,
    ...(next === undefined ? [] : [`next in ${formatDuration(Math.max(0, numberOf(next)))}`]),
    ...(last === undefined ? [] : [`ran ${formatDuration(numberOf(last))} ago`]),
  ].join(', ');

/** Whether something is planned, how often it runs, and when it last did. */
export const schedule = defineCheck({
  kind: 'schedule',
  title: 'An entry of a crontab, a systemd timer or a job of a scheduler is there and runs often enough.',
  params,
  defaultTimeoutMs: 10_000,
  defaultRetries: ({ http, sql }) => (http || sql ? 2 : 0),
  observation: {
    count: 'entries or jobs that match',
    'entries[i].command': 'crontab: those entries, the first 20; besides schedule and every',
    schedules: 'crontab: their schedules as they are written',
    every:
      'crontab: milliseconds of the longest pause between two runs, in UTC, of the entry that runs most often; absent when none has one',
    'jobs[i].name':
      'jobs and timers: those that match, the first 20; besides next and last, null when there is none',
    unplanned: 'jobs and timers: how many have no next run, as paused ones',
    overdue: 'jobs and timers: how many should have run more than 5 minutes ago',
    never_ran: 'jobs and timers: how many never ran',
    next_in: 'jobs and timers: milliseconds to the next run, of several the last; negative when overdue',
    last_age:
      'jobs and timers: milliseconds since the last run, of several the oldest; absent when one never ran',
    active: 'timers: active when it is waiting or running; absent when there is no such timer',
    result: 'timers: success, or why the unit it starts failed last',
  },
  passes: { count: { gte: 1 } },
  passesFor,
  demands: demandsOf,
  target: (params) =>
    params.timer === undefined
      ? (fromOf(params)?.source.prepared.target ?? '')
      : unitName(params.timer, 'timer'),
  needs: (params, context) => fromOf(params)?.source.prepared.needs(context) ?? missingSystemd(context),
  run: (params, context) => {
    if (params.timer !== undefined) return measureTimer(params.timer, context);
    const from = fromOf(params);
    if (!from) throw ourFault('there is no source of a schedule', 'bad_parameters');
    return measureFrom(from, compileParam(params.pattern ?? '', 'pattern'), context);
  },
  say: (observation) => {
    const { schedules, every } = observation;
    if (!Array.isArray(schedules)) return sayJobs(observation);
    return `${schedules.join(', ')}${every === undefined ? '' : `, at least every ${formatDuration(numberOf(every))}`}`;
  },
});
