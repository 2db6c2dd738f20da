import { expect, it } from 'vitest';
import { calendarOf } from '../src/scheduler/calendar.ts';
import { HOUR, MINUTE } from '../src/lib/time.ts';
import { morningZone } from '../src/demo/checklists/environments.ts';

const EVERY_DAY = { days: [1, 2, 3, 4, 5, 6, 7], from: 8 * 60, to: 22 * 60 };

it('is never night in the demo, nor in the hours after it began, whenever that is', () => {
  const monday = Date.parse('2026-11-30T00:00:00Z');
  for (let hour = 0; hour < 7 * 24; hour += 1) {
    const begun = monday + hour * HOUR + 59 * MINUTE;
    const calendar = calendarOf({ timeZone: morningZone(new Date(begun)), workHours: EVERY_DAY });
    for (const at of [begun, begun + 8 * HOUR]) {
      expect(calendar.nextLoudTime(at), new Date(at).toISOString()).toBe(at);
      expect(calendar.nextWorkTime(at), new Date(at).toISOString()).toBe(at);
    }
  }
});
