import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../lib/time.ts';
import { calendarOf, keptCalendars } from './calendar.ts';

const BERLIN = 'Europe/Berlin';
const NEW_YORK = 'America/New_York';
const office = { days: [1, 2, 3, 4, 5], from: 9 * 60, to: 17 * 60 };
const berlin = calendarOf({ timeZone: BERLIN, workHours: office });
const newYork = calendarOf({ timeZone: NEW_YORK, workHours: office });

const moment = (text: string): number => Date.parse(text);
const shown = (instant: number | undefined): string =>
  instant === undefined ? 'never' : new Date(instant).toISOString().replace('.000Z', 'Z');

const runs = (cron: string, zone: string, { after, count }: { after: string; count: number }): string[] => {
  const found: string[] = [];
  let last: number | undefined = moment(after);
  while (found.length < count) {
    last = berlin.nextCron(cron, zone, last);
    if (last === undefined) break;
    found.push(shown(last));
  }
  return found;
};

describe('a cron expression', () => {
  it('is read in its own time zone, before and after summer time begins', () => {
    expect(runs('0 9 * * *', BERLIN, { after: '2026-03-27T12:00Z', count: 3 })).toEqual([
      '2026-03-28T08:00:00Z',
      '2026-03-29T07:00:00Z',
      '2026-03-30T07:00:00Z',
    ]);
    expect(runs('0 9 * * *', NEW_YORK, { after: '2026-03-06T20:00Z', count: 3 })).toEqual([
      '2026-03-07T14:00:00Z',
      '2026-03-08T13:00:00Z',
      '2026-03-09T13:00:00Z',
    ]);
  });

  it('comes at the first valid minute when summer time leaves its time out, and only that day', () => {
    expect(runs('30 2 * * *', BERLIN, { after: '2026-03-28T12:00Z', count: 2 })).toEqual([
      '2026-03-29T01:00:00Z',
      '2026-03-30T00:30:00Z',
    ]);
    expect(runs('30 2 * * *', NEW_YORK, { after: '2026-03-07T12:00Z', count: 2 })).toEqual([
      '2026-03-08T07:00:00Z',
      '2026-03-09T06:30:00Z',
    ]);
  });

  it('merges several times of a gap into one run, and loses none', () => {
    expect(runs('0,30 2 * * *', BERLIN, { after: '2026-03-28T12:00Z', count: 2 })).toEqual([
      '2026-03-29T01:00:00Z',
      '2026-03-30T00:00:00Z',
    ]);
  });

  it('comes once when the hour comes twice in autumn', () => {
    expect(runs('30 2 * * *', BERLIN, { after: '2026-10-24T12:00Z', count: 2 })).toEqual([
      '2026-10-25T00:30:00Z',
      '2026-10-26T01:30:00Z',
    ]);
    expect(runs('0,30 2 * * *', BERLIN, { after: '2026-10-24T12:00Z', count: 3 })).toEqual([
      '2026-10-25T00:00:00Z',
      '2026-10-25T00:30:00Z',
      '2026-10-26T01:00:00Z',
    ]);
    expect(runs('30 1 * * *', NEW_YORK, { after: '2026-10-31T12:00Z', count: 2 })).toEqual([
      '2026-11-01T05:30:00Z',
      '2026-11-02T06:30:00Z',
    ]);
  });

  it('does not come again when asked between the two hours', () => {
    expect(runs('30 2 * * *', BERLIN, { after: '2026-10-25T00:45Z', count: 1 })).toEqual([
      '2026-10-26T01:30:00Z',
    ]);
  });

  it('of every hour follows the clock through both changes', () => {
    expect(runs('30 * * * *', BERLIN, { after: '2026-03-29T00:00Z', count: 3 })).toEqual([
      '2026-03-29T00:30:00Z',
      '2026-03-29T01:30:00Z',
      '2026-03-29T02:30:00Z',
    ]);
    expect(runs('30 * * * *', BERLIN, { after: '2026-10-24T23:45Z', count: 3 })).toEqual([
      '2026-10-25T00:30:00Z',
      '2026-10-25T01:30:00Z',
      '2026-10-25T02:30:00Z',
    ]);
  });

  it('knows days by name and Sunday as 0 and 7', () => {
    const after = '2026-03-02T12:00Z';
    expect(runs('0 10 * * mon', 'UTC', { after, count: 1 })).toEqual(['2026-03-09T10:00:00Z']);
    expect(runs('0 10 * * 0', 'UTC', { after, count: 1 })).toEqual(['2026-03-08T10:00:00Z']);
    expect(runs('0 10 * * 7', 'UTC', { after, count: 1 })).toEqual(['2026-03-08T10:00:00Z']);
  });

  it('may step from a single number', () => {
    expect(runs('5/20 8 * * *', 'UTC', { after: '2026-03-02T08:05Z', count: 2 })).toEqual([
      '2026-03-02T08:25:00Z',
      '2026-03-02T08:45:00Z',
    ]);
  });

  it('that names no day there is never comes', () => {
    expect(runs('0 9 30 2 *', BERLIN, { after: '2026-01-01T00:00Z', count: 1 })).toEqual([]);
  });

  it('always comes later than asked, and at most a day apart when it is daily', () => {
    const times = fc.record({
      cron: fc.tuple(fc.nat(59), fc.nat(23)).map(([minute, hour]) => `${minute} ${hour} * * *`),
      zone: fc.constantFrom(BERLIN, NEW_YORK, 'UTC', 'Australia/Lord_Howe', 'Asia/Kolkata'),
      after: fc.integer({ min: moment('2024-01-01T00:00Z'), max: moment('2030-01-01T00:00Z') }),
    });
    fc.assert(
      fc.property(times, ({ cron, zone, after }) => {
        const next = berlin.nextCron(cron, zone, after) ?? NaN;
        expect(next).toBeGreaterThan(after);
        expect(next - after).toBeLessThanOrEqual(DAY + HOUR);
      }),
    );
  });
});

describe('the next work time', () => {
  it.each([
    ['inside the work hours is now', '2026-03-02T08:00:01Z', '2026-03-02T08:00:01Z'],
    ['begins with the first minute', '2026-03-02T08:00:00Z', '2026-03-02T08:00:00Z'],
    ['before the work hours is when they begin', '2026-03-02T05:30:00Z', '2026-03-02T08:00:00Z'],
    ['in the last minute is now', '2026-03-02T15:59:59Z', '2026-03-02T15:59:59Z'],
    ['at closing time is the next day', '2026-03-02T16:00:00Z', '2026-03-03T08:00:00Z'],
    ['on Friday evening is Monday', '2026-03-06T18:00:00Z', '2026-03-09T08:00:00Z'],
    [
      'over the weekend of the change follows the clock on the wall',
      '2026-03-27T18:00:00Z',
      '2026-03-30T07:00:00Z',
    ],
    ['over the autumn change too', '2026-10-23T18:00:00Z', '2026-10-26T08:00:00Z'],
  ])('%s', (_case, from, expected) => {
    expect(shown(berlin.nextWorkTime(moment(from)))).toBe(expected);
  });

  it('is counted in the zone of the environment', () => {
    expect(shown(newYork.nextWorkTime(moment('2026-03-02T09:00Z')))).toBe('2026-03-02T14:00:00Z');
    expect(shown(newYork.nextWorkTime(moment('2026-03-09T09:00Z')))).toBe('2026-03-09T13:00:00Z');
  });

  it('is never in the past, is work time itself, and stays where it is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: moment('2025-01-01T00:00Z'), max: moment('2027-01-01T00:00Z') }),
        (at) => {
          const next = newYork.nextWorkTime(at);
          expect(next).toBeGreaterThanOrEqual(at);
          expect(next - at).toBeLessThan(3 * DAY);
          expect(newYork.nextWorkTime(next)).toBe(next);
          expect(newYork.nextWorkTime(next + MINUTE)).toBe(next + MINUTE);
        },
      ),
    );
  });
});

describe('the next work morning', () => {
  it.each([
    ['is tomorrow when it is asked in work hours', '2026-03-02T10:00:00Z', '2026-03-03T08:00:00Z'],
    ['is today when it is asked at night', '2026-03-02T02:00:00Z', '2026-03-02T08:00:00Z'],
    ['is the next one at the very beginning', '2026-03-02T08:00:00Z', '2026-03-03T08:00:00Z'],
    ['is Monday when it is asked on Friday', '2026-03-27T10:00:00Z', '2026-03-30T07:00:00Z'],
  ])('%s', (_case, from, expected) => {
    expect(shown(berlin.nextWorkMorning(moment(from)))).toBe(expected);
  });
});

describe('working days', () => {
  it.each([
    ['none is the moment itself', '2026-03-02T10:11:12Z', 0, '2026-03-02T10:11:12Z'],
    ['keep the time of day', '2026-03-02T10:11:12Z', 3, '2026-03-05T10:11:12Z'],
    ['leave the weekend out', '2026-03-05T10:00:00Z', 3, '2026-03-10T10:00:00Z'],
    ['from a Saturday begin on Monday', '2026-03-07T10:00:00Z', 1, '2026-03-09T10:00:00Z'],
    ['keep the clock on the wall when summer time begins', '2026-03-27T10:00:00Z', 1, '2026-03-30T09:00:00Z'],
    ['keep it when summer time ends', '2026-10-23T09:00:00Z', 1, '2026-10-26T10:00:00Z'],
  ])('%s', (_case, from, days, expected) => {
    expect(shown(berlin.addWorkDays(moment(from), days))).toBe(expected);
  });

  it('that were never said stop with an explanation', () => {
    expect(() => calendarOf({ timeZone: BERLIN, workHours: { ...office, days: [] } })).toThrow(
      'Work hours without a day',
    );
  });

  it('add up: two and one are three', () => {
    const times = fc.integer({ min: moment('2025-01-01T00:00Z'), max: moment('2027-01-01T00:00Z') });
    fc.assert(
      fc.property(times, (at) => {
        const start = newYork.nextWorkTime(at);
        expect(newYork.addWorkDays(newYork.addWorkDays(start, 2), 1)).toBe(newYork.addWorkDays(start, 3));
      }),
    );
  });
});

describe('calendars that are kept', () => {
  it('are the same for the same place and others for other places', () => {
    const calendars = keptCalendars();
    const berlinCalendar = calendars({ timeZone: BERLIN, workHours: office });
    expect(calendars({ timeZone: BERLIN, workHours: { ...office } })).toBe(berlinCalendar);
    expect(calendars({ timeZone: NEW_YORK, workHours: office })).not.toBe(berlinCalendar);
    expect(calendars({ timeZone: BERLIN, workHours: { ...office, days: [1] } })).not.toBe(berlinCalendar);
  });
});

describe('the night', () => {
  it.each([
    ['not yet at 21:59', '2026-03-02T20:59:00Z', '2026-03-02T20:59:00Z'],
    ['from 22:00 until the morning', '2026-03-02T21:00:00Z', '2026-03-03T07:00:00Z'],
    ['on a day without work too', '2026-03-07T02:00:00Z', '2026-03-07T07:00:00Z'],
    ['no more at 08:00', '2026-03-07T07:00:00Z', '2026-03-07T07:00:00Z'],
    ['an hour shorter in spring', '2026-03-28T22:00:00Z', '2026-03-29T06:00:00Z'],
  ])('is quiet: %s', (_case, from, expected) => {
    expect(shown(berlin.nextLoudTime(moment(from)))).toBe(expected);
  });
});
