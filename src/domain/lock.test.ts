import { expect, it } from 'vitest';
import { DAY, HOUR } from '../lib/time.ts';
import { lockFromOf } from './lock.ts';

it('a place is held from the start, and only from Go when that is planned more than a day ahead', () => {
  expect(lockFromOf({}, { start: 0 })).toBe('start');
  expect(lockFromOf({}, { start: HOUR, plannedGo: HOUR + DAY })).toBe('start');
  expect(lockFromOf({}, { start: HOUR, plannedGo: HOUR + DAY + 1 })).toBe('go');
});

it('what the environment file says counts, however long the preparation takes', () => {
  expect(lockFromOf({ lockFrom: 'start' }, { start: 0, plannedGo: 7 * DAY })).toBe('start');
  expect(lockFromOf({ lockFrom: 'go' }, { start: 0 })).toBe('go');
});
