import { isJsonObject, type Json, type JsonObject } from '../../lib/json.ts';
import { CLOCK_SKEW_MS } from '../../lib/matching/order-rules.ts';
import { parseTime } from '../../lib/matching/order.ts';
import { plain } from '../../lib/matching/rule.ts';
import type { Incomplete, Measured } from '../check.ts';

/** When something is due, or was done: `none` is said by the source, `unknown` is not said or cannot be read. */
export type Moment =
  { readonly kind: 'at'; readonly ms: number } | { readonly kind: 'none' } | { readonly kind: 'unknown' };

/** Something that runs again and again. */
export type Job = { readonly name: string; readonly next: Moment; readonly last: Moment };

/** Where a job says what it is. */
export type JobKeys = { readonly name: string; readonly next: string; readonly last: string };

const MAX_ENTRIES = 20;
/** A number above it is milliseconds since 1970, one below it seconds. */
const FIRST_MS = 100_000_000_000;

/** Furthest a Date reaches. */
const MAX_TIME = 8.64e15;

const at = (ms: number | undefined): Moment =>
  ms === undefined || !(Math.abs(ms) <= MAX_TIME) ? { kind: 'unknown' } : { kind: 'at', ms };

const momentOf = (value: Json | undefined): Moment => {
  if (value === null) return { kind: 'none' };
  if (typeof value === 'number') return at(value > FIRST_MS ? value : value * 1000);
  return at(typeof value === 'string' ? parseTime(value.replace(/ (?=[+-]\d{2}:?\d{2}$)/, '')) : undefined);
};

const own = (entry: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(entry, key) ? entry[key] : undefined;

/** Jobs of a list; undefined when an entry of it is none. */
export const readJobs = (list: Json | undefined, keys: JobKeys): readonly Job[] | undefined => {
  if (!Array.isArray(list)) return undefined;
  const jobs = (list as readonly Json[]).map((entry): Job | undefined => {
    const name = isJsonObject(entry) ? own(entry, keys.name) : undefined;
    if (!isJsonObject(entry) || (typeof name !== 'string' && typeof name !== 'number')) return undefined;
    return {
      name: plain(name),
      next: momentOf(own(entry, keys.next)),
      last: momentOf(own(entry, keys.last)),
    };
  });
  const known = jobs.filter((job) => job !== undefined);
  return known.length < jobs.length ? undefined : known;
};

const iso = (moment: Moment): Json => (moment.kind === 'at' ? new Date(moment.ms).toISOString() : null);

type Times = { readonly known: readonly number[]; readonly isUnclear: boolean };

const timesOf = (moments: readonly Moment[]): Times => ({
  known: moments.flatMap((moment) => (moment.kind === 'at' ? [moment.ms] : [])),
  isUnclear: moments.some(({ kind }) => kind === 'unknown'),
});

const unclear = (key: string, word: string): Incomplete => ({
  key,
  reason: `cannot be told: not every job says when it runs ${word}`,
});

/**
 * What is measured of jobs, of several the worst: the run that is the longest ago, the next run that is the furthest off.
 * `gap`: why there may be more of them.
 */
export const observeJobs = (jobs: readonly Job[], now: Date, gap?: string): Measured => {
  const next = timesOf(jobs.map((job) => job.next));
  const last = timesOf(jobs.map((job) => job.last));
  const isNever = jobs.some((job) => job.last.kind === 'none');
  const ms = now.getTime();
  const lastAge = Math.max(...last.known.map((time) => ms - time));
  const isFuture = last.known.some((time) => time - ms > CLOCK_SKEW_MS);
  const observation: JsonObject = {
    count: jobs.length,
    jobs: jobs
      .slice(0, MAX_ENTRIES)
      .map((job) => ({ name: job.name, next: iso(job.next), last: iso(job.last) })),
    unplanned: jobs.filter((job) => job.next.kind === 'none').length,
    overdue: next.known.filter((time) => ms - time > CLOCK_SKEW_MS).length,
    never_ran: jobs.filter((job) => job.last.kind === 'none').length,
    ...(next.known.length > 0 && { next_in: Math.max(...next.known) - ms }),
    ...(last.known.length > 0 && !isFuture && !isNever && { last_age: Math.max(0, lastAge) }),
  };
  const keys = ['count', 'jobs', 'unplanned', 'overdue', 'never_ran', 'next_in', 'last_age'];
  return {
    observation,
    incomplete: [
      ...(gap === undefined ? [] : keys.map((key) => ({ key, reason: `cannot be told: ${gap}` }))),
      ...(next.isUnclear ? ['unplanned', 'overdue', 'next_in'].map((key) => unclear(key, 'next')) : []),
      ...(last.isUnclear ? ['never_ran', 'last_age'].map((key) => unclear(key, 'last')) : []),
      ...(isFuture ? [{ key: 'last_age', reason: 'cannot be told: a last run is dated in the future' }] : []),
      ...(jobs.length > MAX_ENTRIES
        ? [{ key: 'jobs', reason: `cannot be told: more than ${MAX_ENTRIES} jobs match` }]
        : []),
    ],
  };
};
