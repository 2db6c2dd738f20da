import { Cron } from 'croner';
import type { WorkHours } from '../domain/checklist.ts';
import type { Calendar } from '../domain/situation.ts';
import type { Instant } from '../lib/time.ts';
import { MINUTE } from '../lib/time.ts';

/** Minutes after midnight between which nobody is reminded of anything but an alert. */
const QUIET = { from: 22 * 60, to: 8 * 60 };

/** Whose clock on the wall counts. */
export type CalendarOptions = {
  /** IANA name, for the work hours; a cron expression brings its own zone. */
  readonly timeZone: string;
  /** At least one day; `from` before `to`. The minute `to` itself is no work time any more. */
  readonly workHours: WorkHours;
};

/**
 * Clock arithmetic in time zones. A time of day that summer time leaves out (02:30 in the night of the change) is taken
 * at the first valid minute after the gap; one that comes twice in autumn is taken once, the first time.
 */
export const calendarOf = ({ timeZone, workHours }: CalendarOptions): Calendar => {
  if (workHours.days.length === 0) throw new Error(`Work hours without a day in ${timeZone}`);
  const next = cronSearch();
  const wall = wallClock(timeZone);
  const workDays = [...workHours.days].sort((a, b) => a - b).join(',');
  const workTimesAt = (minutes: number): string =>
    `${minutes % 60} ${Math.floor(minutes / 60)} * * ${workDays}`;
  const getNext = (cron: string, after: Instant): Instant => {
    const found = next(cron, timeZone, after);
    if (found === undefined) throw new Error(`"${cron}" never comes in ${timeZone}`);
    return found;
  };
  return {
    nextCron: next,
    nextWorkTime: (at) => {
      const { day, minutes } = wall(at);
      const isWorkTime = workHours.days.includes(day) && minutes >= workHours.from && minutes < workHours.to;
      return isWorkTime ? at : getNext(workTimesAt(workHours.from), at);
    },
    nextLoudTime: (at) => {
      const { minutes } = wall(at);
      return minutes >= QUIET.from || minutes < QUIET.to ? getNext(`0 ${QUIET.to / 60} * * *`, at) : at;
    },
    nextWorkMorning: (at) => getNext(workTimesAt(workHours.from), at),
    addWorkDays: (at, days) => {
      const { minutes } = wall(at);
      const intoMinute = at % MINUTE;
      let moment = at - intoMinute;
      for (let day = 0; day < days; day += 1) moment = getNext(workTimesAt(minutes), moment);
      return moment + intoMinute;
    },
  };
};

/** Calendars made once for each place: everything that is looked at asks for one, and making it takes longer than asking it. */
export const keptCalendars = (): typeof calendarOf => {
  const kept = new Map<string, Calendar>();
  return (place) => {
    const key = JSON.stringify([place.timeZone, place.workHours]);
    const calendar = kept.get(key) ?? calendarOf(place);
    kept.set(key, calendar);
    return calendar;
  };
};

/** Searching is pure, so one parsed expression per text and zone serves for good. */
const cronSearch = (): Calendar['nextCron'] => {
  const parsed = new Map<string, Cron>();
  return (cron, timeZone, after) => {
    const key = `${timeZone} ${cron}`;
    const known = parsed.get(key) ?? parseCron(cron, timeZone);
    parsed.set(key, known);
    return known.nextRun(new Date(after))?.getTime();
  };
};

const parseCron = (cron: string, timeZone: string): Cron =>
  new Cron(cron, {
    timezone: timeZone,
    mode: '5-part',
    // `5/10` is what many crons take and what checklist files may say.
    sloppyRanges: true,
    // `0,30 2 * * *` are fixed times too: once in autumn, not lost in spring.
    fixedTimeRule: 'no-wildcard',
  });

type WallTime = {
  /** 1 (Monday) to 7. */
  readonly day: number;
  /** After midnight. */
  readonly minutes: number;
};

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** What the clock on the wall of a zone shows. */
const wallClock = (timeZone: string): ((at: Instant) => WallTime) => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
    return {
      day: DAYS.indexOf(parts.get('weekday') ?? '') + 1,
      minutes: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
    };
  };
};
