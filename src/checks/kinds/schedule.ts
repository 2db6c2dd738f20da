import { z } from 'zod';
import type { JsonObject } from '../../lib/json.ts';
import { compilePattern } from '../../lib/matching/regex.ts';
import { formatDuration } from '../../lib/matching/units.ts';
import { defineCheck, numberOf, type CheckContext, type Measured } from '../check.ts';
import { durationParam } from '../params.ts';
import { ourFault } from '../problem.ts';
import { longestPause, parseCrontab, type CronEntry } from '../schedule/crontab.ts';
import { assertAnswered, type Source } from '../source.ts';
import { command } from './command.ts';
import { file } from './file.ts';

const isPattern = (text: string): boolean => compilePattern(text).ok;

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
    user_column: z
      .boolean()
      .default(false)
      .describe('Whether a user stands before each command, as in /etc/crontab and /etc/cron.d; default no.'),
    pattern: z
      .string()
      .min(1)
      .refine(isPattern, 'is not a pattern')
      .describe('Pattern (RE2) that the command of the entry matches.'),
    equals: z.string().min(1).max(100).optional().describe('Schedule it has to have: "0 2 * * *".'),
    at_least_every: durationParam.optional().describe('Longest pause between two runs, such as 24h.'),
  })
  .refine(
    (given) => (given.file === undefined) !== (given.command === undefined),
    'needs exactly one of file and command',
  );

type Params = z.output<typeof params>;

const MAX_ENTRIES = 20;

const sourceOf = (given: Params): Source & { key: string } => {
  const [kind, own, key] =
    given.file === undefined
      ? ([command, { name: given.command ?? '' }, 'stdout'] as const)
      : ([file, { path: given.file }, 'text'] as const);
  const prepared = kind.prepare(own);
  if (!prepared.ok) throw ourFault(`${kind.kind}: ${prepared.error.join(' · ')}`, 'bad_parameters');
  return { kind, prepared: prepared.value, key };
};

const observe = (matched: readonly CronEntry[], reason: string | undefined, now: Date): Measured => {
  const entries = matched.slice(0, MAX_ENTRIES).map((entry) => {
    const every = longestPause(entry.schedule, now);
    return { ...entry, ...(every !== undefined && { every }) };
  });
  const pauses = entries.map(({ every }) => every).filter((every) => every !== undefined);
  const observation: JsonObject = {
    count: matched.length,
    entries,
    schedules: entries.map(({ schedule: written }) => written),
    ...(pauses.length > 0 && { every: Math.min(...pauses) }),
  };
  const cut =
    matched.length > MAX_ENTRIES ? `cannot be told: more than ${MAX_ENTRIES} entries match` : undefined;
  const keys = ['entries', 'schedules', 'every', ...(reason === undefined ? [] : ['count'])];
  const why = reason ?? cut;
  return { observation, incomplete: why === undefined ? [] : keys.map((key) => ({ key, reason: why })) };
};

const measure = async (given: Params, context: CheckContext): Promise<Measured> => {
  const source = sourceOf(given);
  const measured = await source.prepared.run(context);
  assertAnswered(source, measured, context.now());
  const text = measured.observation[source.key];
  const cut = measured.incomplete?.find(({ key }) => key === source.key);
  const pattern = compilePattern(given.pattern);
  if (!pattern.ok) throw ourFault(`pattern: ${pattern.error}`, 'bad_parameters');
  const all = parseCrontab(typeof text === 'string' ? text : '', given.user_column);
  return observe(
    all.filter((entry) => pattern.value(entry.command)),
    cut && `cannot be told: the crontab ${cut.reason}`,
    context.now(),
  );
};

/** Whether something is planned in a crontab, and how often it runs. */
export const schedule = defineCheck({
  kind: 'schedule',
  title: 'An entry of a crontab is there and runs often enough.',
  params,
  defaultTimeoutMs: 10_000,
  defaultRetries: 0,
  observation: {
    count: 'entries whose command matches',
    'entries[i].command': 'those entries, the first 20; besides schedule and every',
    schedules: 'their schedules as they are written',
    every:
      'milliseconds of the longest pause between two runs, in UTC, of the entry that runs most often; absent when none has one',
  },
  passes: { count: { gte: 1 } },
  demands: ({ equals, at_least_every: pause }) => ({
    count: { gte: 1 },
    ...(equals !== undefined && { schedules: { contains: equals.trim().replace(/\s+/g, ' ') } }),
    ...(pause !== undefined && { every: { lte: `${pause}ms` } }),
  }),
  target: (given) => given.file ?? given.command ?? '',
  needs: (given, context) => sourceOf(given).prepared.needs(context),
  run: measure,
  say: ({ schedules, every }) =>
    `${Array.isArray(schedules) ? schedules.join(', ') : ''}${every === undefined ? '' : `, at least every ${formatDuration(numberOf(every))}`}`,
});
