import pg from 'pg';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../lib/json.ts';
import { parserOf } from './values.ts';

const { builtins } = pg.types;

describe('a column', () => {
  it.each<[string, number, string, Json]>([
    ['bigint', builtins.INT8, '9007199254740991', 9_007_199_254_740_991],
    ['bigint beyond what a number holds', builtins.INT8, '9007199254740992', '9007199254740992'],
    ['numeric', builtins.NUMERIC, '-0012.50', -12.5],
    [
      'numeric with more digits than a number',
      builtins.NUMERIC,
      '0.12345678901234567',
      '0.12345678901234567',
    ],
    ['numeric NaN', builtins.NUMERIC, 'NaN', 'NaN'],
    ['float', builtins.FLOAT8, '0.30000000000000004', 0.30000000000000004],
    ['infinity', builtins.FLOAT8, 'Infinity', 'Infinity'],
    ['bool', builtins.BOOL, 'f', false],
    ['interval', builtins.INTERVAL, '-1 days +02:03:04.5', -86_400_000 + 7_384_500],
    ['negative interval', builtins.INTERVAL, '-00:00:01', -1000],
    ['days', builtins.INTERVAL, '3 days', 259_200_000],
    ['no time at all', builtins.INTERVAL, '00:00:00', 0],
    ['interval of months', builtins.INTERVAL, '1 mon 2 days', '1 mon 2 days'],
    ['timestamptz', builtins.TIMESTAMPTZ, '2026-11-20 10:00:00.5+01', '2026-11-20T09:00:00.500Z'],
    [
      'timestamptz in an odd zone',
      builtins.TIMESTAMPTZ,
      '2026-11-20 10:00:00+05:30',
      '2026-11-20T04:30:00.000Z',
    ],
    ['timestamptz beyond time', builtins.TIMESTAMPTZ, 'infinity', 'infinity'],
    ['timestamp', builtins.TIMESTAMP, '2026-11-20 10:00:00', '2026-11-20 10:00:00'],
    ['date', builtins.DATE, '2026-11-20', '2026-11-20'],
    ['jsonb', builtins.JSONB, '{"a": [1, null]}', { a: [1, null] }],
    ['int array', 1007, '{1,NULL,3}', [1, null, 3]],
    ['text array', 1009, '{a,"b c"}', ['a', 'b c']],
    ['something unknown', 999_999, '(1,2)', '(1,2)'],
  ])('of %s', (_name, oid, text, value) => {
    expect(parserOf(oid)(text)).toEqual(value);
  });
});
