import { expect, it } from 'vitest';
import { situationOf, START } from '../../../test/support/situation.ts';
import { HOUR, MINUTE } from '../../lib/time.ts';
import { plannedGoProblem } from './planned-go.ts';

const problemOf = (plannedGo?: number) =>
  plannedGoProblem(
    situationOf({
      deployment: { anchors: { start: START, ...(plannedGo === undefined ? {} : { plannedGo }) } },
    }),
  );

it('a planned Go that is over is refused, with what to do', () => {
  expect(problemOf(START - HOUR)).toEqual({
    code: 'time_invalid',
    message:
      'The planned Go is over already. Choose a time to come, or leave it empty: then Go is asked for as soon as everything is ready.',
  });
});

it('no planned Go, one to come and one in this very minute are fine', () => {
  expect(problemOf()).toBeUndefined();
  expect(problemOf(START + HOUR)).toBeUndefined();
  expect(problemOf(START - MINUTE + 1)).toBeUndefined();
  expect(problemOf(START - MINUTE)?.code).toBe('time_invalid');
});
