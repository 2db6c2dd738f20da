import { HOUR, type Instant } from '../../lib/time.ts';

/** Milliseconds that a clock in a zone is ahead of UTC at a moment. */
export type OffsetAt = (moment: Instant) => number;

/** Throws a RangeError for a zone that is none. */
export const offsetsOf = (timeZone: string): OffsetAt => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  const known = new Map<number, number>();
  return (moment) => {
    const hour = Math.floor(moment / HOUR);
    const cached = known.get(hour);
    if (cached !== undefined) return cached;
    const parts = Object.fromEntries(
      format.formatToParts(hour * HOUR).map(({ type, value }) => [type, value]),
    );
    const at = (name: string): number => Number(parts[name]);
    const local = Date.UTC(at('year'), at('month') - 1, at('day'), at('hour'), at('minute'));
    known.set(hour, local - hour * HOUR);
    return local - hour * HOUR;
  };
};

export type Clock = { readonly now: Instant; readonly offsetAt: OffsetAt };

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const monthOf = (name: string): number => MONTHS.indexOf(name.toLowerCase());

// What a line says the time is: at its beginning, perhaps behind a bracket or the level. A date further on is part of
// the message, and a window that began there would miss what is wrong.
const LEAD = String.raw`^\s{0,8}(?:\[?(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL)\]?[\s:|-]{1,4})?[[("']?`;
const ISO = new RegExp(
  String.raw`${LEAD}(\d{4})[-/](0[1-9]|1[0-2])[-/]([0-3]\d)[T ]([0-2]\d):([0-5]\d):([0-6]\d)(?:[.,](\d{1,9}))?\s?(Z|[+-]\d{2}:?\d{2})?`,
);
const SYSLOG = new RegExp(String.raw`${LEAD}(?:<\d{1,3}>)?([A-Z][a-z]{2}) ([ \d]\d) (\d{2}):(\d{2}):(\d{2})`);
const ACCESS =
  /^\S{1,200} \S{1,100} .{1,100}?\[(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-]\d{4})\]/;
const EPOCH = /^\s{0,8}\[?(\d{10}|\d{13})(?:\.(\d{1,9}))?(?=[\s\],:]|$)/;
const FIELD =
  /^\s{0,8}(?:\{.{0,300}?"(?:time|timestamp|ts|@timestamp|asctime)"\s{0,2}:\s{0,2}|(?:time|timestamp|ts)=)"?([^",}]{8,40})/;

const zoneMs = (zone: string): number => {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
};

const inZone = (asUtc: number, zone: string | undefined, { offsetAt }: Clock): number =>
  zone === undefined ? asUtc - offsetAt(asUtc - offsetAt(asUtc)) : asUtc - zoneMs(zone);

const isoTime = (line: string, clock: Clock): number | undefined => {
  const match = ISO.exec(line);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  const ms = Math.floor(Number(`0.${match[7] ?? '0'}`) * 1000);
  const asUtc = Date.UTC(year ?? NaN, (month ?? NaN) - 1, day, hour, minute, second, ms);
  return inZone(asUtc, match[8], clock);
};

const syslogTime = (line: string, clock: Clock): number | undefined => {
  const match = SYSLOG.exec(line);
  const month = monthOf(match?.[1] ?? '');
  if (!match || month < 0) return undefined;
  const [day, hour, minute, second] = match.slice(2, 6).map(Number);
  const inYear = (year: number): number =>
    inZone(Date.UTC(year, month, day, hour, minute, second), undefined, clock);
  const year = new Date(clock.now).getUTCFullYear();
  // It names no year: a line of December that is read in January is of last year.
  const candidates = [year + 1, year, year - 1].map(inYear);
  return candidates.find((time) => time <= clock.now + 24 * HOUR);
};

const accessTime = (line: string): number | undefined => {
  const match = ACCESS.exec(line.slice(0, 500));
  const month = monthOf(match?.[2] ?? '');
  if (!match || month < 0) return undefined;
  const [day, , year, hour, minute, second] = match.slice(1, 7).map(Number);
  return Date.UTC(year ?? NaN, month, day, hour, minute, second) - zoneMs(match[7] ?? 'Z');
};

const epochTime = (line: string): number | undefined => {
  const match = EPOCH.exec(line);
  if (!match) return undefined;
  const whole = match[1] ?? '';
  return whole.length === 13 ? Number(whole) : Number(`${whole}.${match[2] ?? '0'}`) * 1000;
};

const fieldTime = (line: string, clock: Clock): number | undefined => {
  const text = FIELD.exec(line.slice(0, 500))?.[1];
  return text === undefined ? undefined : (isoTime(text, clock) ?? epochTime(text));
};

/** Seconds since 1970. */
const SHORTEST = 10;

/** When a line of a log was written, as it says at its beginning. Undefined: it does not say. */
export const lineTime = (line: string, clock: Clock): Instant | undefined => {
  if (line.length < SHORTEST) return undefined;
  const head = line.slice(0, 600);
  const time =
    isoTime(head, clock) ??
    fieldTime(head, clock) ??
    syslogTime(head, clock) ??
    accessTime(head) ??
    epochTime(head);
  return time === undefined || Number.isNaN(time) ? undefined : time;
};
