import { z } from 'zod';
import { LONGEST_SAMPLING_MS } from '../../domain/sampling.ts';
import { duration, expectations, json, name } from './values.ts';

export const EFFECTS = ['read', 'write', 'load', 'cost'] as const;

/** The most a single try may take, see `CheckDefinition.timeoutMs`. */
export const LONGEST_TIMEOUT_MS = 60_000;

const count = (from: number, to: number) =>
  z
    .int({ error: 'expected a whole number' })
    .min(from, { error: `expected ${from} to ${to}` })
    .max(to, { error: `expected ${from} to ${to}` });

const settings = {
  expect: expectations
    .describe('Path into what was measured -> matcher; all must hold. {status: 200, p95: {lt: 2s}}')
    .optional(),
  warn: expectations.describe('Stricter expectations; a false one warns. {p95: {lt: 800ms}}').optional(),
  capture: z
    .record(name, z.string())
    .describe('Name -> path: values kept for later items as ${captured.<name>}')
    .optional(),
  timeout: duration
    .refine((ms) => ms <= LONGEST_TIMEOUT_MS, { error: 'expected at most 60s' })
    .describe('Deadline of one try, such as 10s; at most 60s')
    .optional(),
  retry: z
    .strictObject({
      max: z
        .int({ error: 'expected a whole number' })
        .min(0, { error: 'expected 0 to 10' })
        .max(10, { error: 'expected 0 to 10' })
        .describe('How often to try again; 0 for never'),
      delay: duration.describe('Wait between two tries, such as 5s').optional(),
      on: z
        .enum(['transport', 'any'])
        .describe(
          'transport (default): only when the target could not be reached; any: also when it answered wrongly',
        )
        .optional(),
    })
    .describe('How often to try again. {max: 2, delay: 5s}')
    .optional(),
  sampling: z
    .strictObject({
      count: count(2, 100).describe('Measurements in all'),
      interval: duration.describe('From one measurement to the next, such as 30s'),
      failure_limit: count(0, 100).describe('This many may fail; default 0').optional(),
      consecutive_error_limit: count(0, 100)
        .describe('This many in a row may go unmeasured; default 0')
        .optional(),
      min_samples: count(1, 100)
        .describe('Fewer that could be measured are inconclusive; default all')
        .optional(),
    })
    .refine(
      ({ count: times, interval }) => interval >= 1000 && (times - 1) * interval <= LONGEST_SAMPLING_MS,
      {
        error:
          'expected an interval of at least 1s and at most 4 minutes from the first to the last measurement',
      },
    )
    .refine(({ count: times, min_samples: least = times }) => least <= times, {
      error: 'expected min_samples to be at most count',
    })
    .describe(
      'Measure several times before judging; checks that only read. {count: 5, interval: 30s, failure_limit: 1}',
    )
    .optional(),
};

/** Every other key is the name of a kind with its parameters; a kind nobody knows yet is allowed. */
const kind = z
  .record(z.string(), json, { error: 'expected the parameters of a check kind as a map' })
  .nullable();

export const CHECK_SETTINGS: readonly string[] = Object.keys(settings);

export const checkSchema = z
  .object(settings)
  .catchall(kind)
  .describe(
    'Exactly one kind of check with its parameters, and what to expect. {http: {url: ...}, expect: {status: 200}}',
  )
  .meta({ id: 'check' });

const entrySettings = {
  ...settings,
  title: z.string().trim().min(1).describe("Its own line; absent: the item's title with a number").optional(),
  effect: z.enum(EFFECTS).describe("What it does to its target; absent: the item's effect").optional(),
};

export const CHECK_ENTRY_SETTINGS: readonly string[] = Object.keys(entrySettings);

/** One of several checks of an item. */
export const checkEntrySchema = z.object(entrySettings).catchall(kind).meta({ id: 'check-entry' });

export type RawCheck = z.output<typeof checkSchema>;
export type RawCheckEntry = z.output<typeof checkEntrySchema>;
