import type { Offset } from '../domain/checklist.ts';
import { parseDuration } from '../lib/matching/units.ts';
import { DAY } from '../lib/time.ts';

/** Longer is a slip of the hand, and would not survive arithmetic with dates. */
const LONGEST_MS = 3660 * DAY;

/** Milliseconds of `30m`, `1.5h` or `7d`; undefined when it is no duration, or one of more than ten years. */
export const durationMs = (text: string): number | undefined => {
  const ms = /^\d/.test(text) ? parseDuration(text) : undefined;
  return ms === undefined || ms > LONGEST_MS ? undefined : Math.round(ms);
};

/** `+15m` (after T-0), `-2h` (before planned Go), `go+30m`, `go-1h`, `start+1h`; undefined when it is none of these. */
export const offsetOf = (text: string): Offset | undefined => {
  const [, anchor, sign, duration] = /^(start|go)?([+-])(.+)$/.exec(text) ?? [];
  const ms = duration === undefined ? undefined : durationMs(duration);
  if (ms === undefined) return undefined;
  if (sign === '-') return anchor === 'start' ? undefined : { anchor: 'go', ms: -ms };
  return { anchor: anchor === 'start' || anchor === 'go' ? anchor : 'deployed', ms };
};

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

type CronField = {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly names: readonly string[];
};

/** Names count from the field's least value, so Sunday leads here. */
const CRON_FIELDS: readonly CronField[] = [
  { name: 'minute', least: 0, most: 59, names: [] },
  { name: 'hour', least: 0, most: 23, names: [] },
  { name: 'day of the month', least: 1, most: 31, names: [] },
  { name: 'month', least: 1, most: 12, names: MONTHS },
  { name: 'day of the week', least: 0, most: 7, names: ['sun', ...DAYS.slice(0, 6)] },
];

/** What is wrong with a cron text, in words; undefined when it is five well-formed fields. */
export const cronProblem = (text: string): string | undefined => {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== CRON_FIELDS.length)
    return `expected five fields (minute hour day month weekday), got ${fields.length}`;
  const wrong = CRON_FIELDS.find((field, index) => !isCronField(fields[index] ?? '', field));
  return wrong && `the ${wrong.name} is no number, range or list from ${wrong.least} to ${wrong.most}`;
};

const isCronField = (text: string, field: CronField): boolean =>
  text.split(',').every((part) => {
    const [, from, to, every] = /^([a-z0-9]+|\*)(?:-([a-z0-9]+))?(?:\/(\d+))?$/i.exec(part) ?? [];
    if (from === undefined || (every !== undefined && Number(every) === 0)) return false;
    if (from === '*') return to === undefined;
    const [first, last] = [cronNumber(from, field), to === undefined ? undefined : cronNumber(to, field)];
    return first !== undefined && (to === undefined || (last !== undefined && first <= last));
  });

const cronNumber = (text: string, { least, most, names }: CronField): number | undefined => {
  const named = names.indexOf(text.toLowerCase());
  const value = named === -1 ? (/^\d+$/.test(text) ? Number(text) : NaN) : least + named;
  return value >= least && value <= most ? value : undefined;
};

/** Minutes after midnight of `09:00`; undefined when it is no time of day. */
export const minutesOfDay = (text: string): number | undefined => {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes);
};

/** Days 1 (Monday) to 7 of `mon-fri` or `wed`, in the order of the week; undefined when it names no day. */
export const daysOf = (text: string): readonly number[] | undefined => {
  const [from, to, more] = text
    .toLowerCase()
    .split('-')
    .map((day) => DAYS.indexOf(day.trim()) + 1);
  if (more !== undefined || from === undefined || from === 0 || to === 0) return undefined;
  if (to === undefined) return [from];
  const count = ((to - from + 7) % 7) + 1;
  return Array.from({ length: count }, (_, step) => ((from - 1 + step) % 7) + 1);
};

/** `daysOf` for each entry, merged and sorted; undefined when one is wrong. */
export const workDays = (texts: readonly string[]): readonly number[] | undefined => {
  const days = new Set<number>();
  for (const text of texts) {
    const some = daysOf(text);
    if (some === undefined) return undefined;
    for (const day of some) days.add(day);
  }
  return [...days].sort();
};

/** Whether the runtime knows the zone. Plain offsets (`+02:00`) are refused: they have no summer time. */
export const isTimeZone = (name: string): boolean => {
  if (/^[+-]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (cause) {
    if (cause instanceof RangeError) return false;
    throw cause;
  }
};
