import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../lib/json.ts';
import { MAX_SERIES, readSeries, reduceSeries, type Reduction } from './series.ts';

const vector = (...values: readonly string[]): Json => ({
  resultType: 'vector',
  result: values.map((value, i) => ({ metric: { i: String(i) }, value: [1, value] })),
});

const valueOf = (data: Json, how: Reduction) => reduceSeries(readSeries(data) ?? [], how);

describe('series', () => {
  it.each<[Reduction, number]>([
    ['min', 1],
    ['max', 6],
    ['avg', 3],
  ])('become one number by %s', (how, value) => {
    expect(valueOf(vector('1', '6', '2'), how).observation).toMatchObject({ value, series: 3 });
  });

  it('are read of one number without labels, and of points over time', () => {
    expect(valueOf({ resultType: 'scalar', result: [1, '4'] }, 'single').observation).toMatchObject({
      value: 4,
    });
    const matrix = {
      resultType: 'matrix',
      result: [
        {
          metric: {},
          values: [
            [1, '4'],
            [2, '8'],
          ],
        },
      ],
    };
    expect(valueOf(matrix, 'last').observation).toMatchObject({ value: 8 });
    expect(valueOf(matrix, 'avg').observation).toMatchObject({ value: 6 });
    expect(readSeries({ resultType: 'string', result: [1, 'a'] })).toBeUndefined();
  });

  it('have no number when one of them has none', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 5 }),
        fc.constantFrom('NaN', '+Inf', '-Inf', '', 'abc'),
        fc.constantFrom<Reduction>('single', 'min', 'max', 'avg', 'last'),
        (numbers, odd, how) => {
          const { observation, incomplete } = valueOf(vector(...numbers.map(String), odd), how);
          const value = observation['value'];
          expect(value === undefined || (typeof value === 'number' && Number.isFinite(value))).toBe(true);
          // An infinite one may lose against a minimum; NaN never does.
          if (odd === 'NaN' || odd === '' || odd === 'abc') expect(value).toBeUndefined();
          if (value === undefined) expect(incomplete.map(({ key }) => key)).toContain('value');
        },
      ),
    );
  });

  it('beyond a hundred are not part of any number', () => {
    const { observation, incomplete } = valueOf(
      vector(...Array.from({ length: MAX_SERIES + 1 }, () => '1')),
      'max',
    );
    expect(observation['series']).toBe(MAX_SERIES);
    expect(incomplete.map(({ key }) => key)).toEqual(['series', 'values', 'value']);
  });
});
