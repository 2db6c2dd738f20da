import { isJsonObject, type Json, type JsonObject } from '../../lib/json.ts';
import type { Incomplete } from '../check.ts';

/** Most series that are looked at; one more is asked for to know that there are more. */
export const MAX_SERIES = 100;

export const REDUCTIONS = ['single', 'min', 'max', 'avg', 'last'] as const;
export type Reduction = (typeof REDUCTIONS)[number];

/** One series: what it is of, and its numbers in the order of time; NaN and the infinities as JavaScript has them. */
export type Series = { readonly labels: JsonObject; readonly values: readonly number[] };

const numberFrom = (value: Json | undefined): number => {
  if (value === '+Inf' || value === '-Inf') return value === '+Inf' ? Infinity : -Infinity;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
};

/** The number of a sample `[time, "1.5"]`. */
const sampleValue = (sample: Json | undefined): number =>
  Array.isArray(sample) ? numberFrom((sample as readonly Json[])[1]) : NaN;

const seriesFrom = (entry: Json): Series => {
  const { metric = {}, value, values } = isJsonObject(entry) ? entry : {};
  const samples = Array.isArray(values) ? (values as readonly Json[]) : [value];
  return { labels: isJsonObject(metric) ? metric : {}, values: samples.map((one) => sampleValue(one)) };
};

/** Series of a query's answer: a vector, a matrix, or one number without labels. Undefined: no numbers at all. */
export const readSeries = (data: Json): readonly Series[] | undefined => {
  if (!isJsonObject(data)) return undefined;
  const { resultType, result = null } = data;
  if (resultType === 'scalar') return [{ labels: {}, values: [sampleValue(result)] }];
  if ((resultType !== 'vector' && resultType !== 'matrix') || !Array.isArray(result)) return undefined;
  return (result as readonly Json[]).map((entry) => seriesFrom(entry));
};

const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** One number of several; NaN when one of them is none, so that what is missing never makes a better number. */
const reduced = (values: readonly number[], how: Reduction): number => {
  if (values.length === 0 || values.some((value) => Number.isNaN(value))) return NaN;
  switch (how) {
    case 'min':
      return Math.min(...values);
    case 'max':
      return Math.max(...values);
    case 'avg':
      return average(values);
    case 'single':
    case 'last':
      return values.at(-1) ?? NaN;
  }
};

type Reduced = { readonly observation: JsonObject; readonly incomplete: readonly Incomplete[] };

const whyNone = (each: readonly number[], value: number, how: Reduction): string | undefined => {
  if (each.length === 0) return 'cannot be told: the query found no series';
  if (each.length > 1 && (how === 'single' || how === 'last'))
    return `cannot be told: the query found ${each.length} series; say how with reduce: min, max or avg`;
  return Number.isFinite(value)
    ? undefined
    : `cannot be told: it is ${Number.isNaN(value) ? 'NaN' : 'infinite'}`;
};

/**
 * What is judged of a query: each series as one number, and one number of them all. What is NaN, infinite or not there
 * at all has no number, and is said to be incomplete.
 */
export const reduceSeries = (series: readonly Series[], how: Reduction): Reduced => {
  const kept = series.slice(0, MAX_SERIES);
  const each = kept.map(({ values }) => reduced(values, how));
  const value = reduced(each, how);
  const reason = whyNone(each, value, how);
  const cut =
    series.length <= MAX_SERIES
      ? []
      : [
          { key: 'series', reason: `is more than ${MAX_SERIES}` },
          { key: 'values', reason: `hold only the first ${MAX_SERIES} series` },
          { key: 'value', reason: `is only of the first ${MAX_SERIES} series`, isOtherwise: true },
        ];
  const isOpen = each.some((one) => !Number.isFinite(one));
  return {
    observation: {
      series: kept.length,
      values: kept.map(({ labels }, position) => {
        const one = each[position] ?? NaN;
        return { labels, ...(Number.isFinite(one) && { value: one }) };
      }),
      ...(reason === undefined && { value }),
    },
    incomplete: [
      ...(reason === undefined ? [] : [{ key: 'value', reason }]),
      ...(isOpen ? [{ key: 'values', reason: 'hold NaN or infinite ones' }] : []),
      ...cut,
    ],
  };
};
