import pg from 'pg';
import type { Json } from '../../lib/json.ts';

const { builtins, getTypeParser } = pg.types;

const DAY_MS = 24 * 60 * 60 * 1000;

/** A number where it keeps every digit, else the text: 9007199254740993 must not be judged as ...992. */
const exactNumber = (text: string): Json => {
  const value = Number(text);
  if (!Number.isFinite(value)) return text;
  if (Number.isInteger(value)) return Number.isSafeInteger(value) ? value : text;
  const digits = text.replace(/^-?0*|[.]|0+$/g, '').length;
  return digits <= 15 ? value : text;
};

/** Binary floats have no digits to lose; NaN and the infinities are no JSON numbers and stay text. */
const floatNumber = (text: string): Json => (Number.isFinite(Number(text)) ? Number(text) : text);

const INTERVAL = /^(?:(-?\d+) days? ?)?(?:(-)?(\d+):(\d\d):(\d\d(?:\.\d+)?))?$/;

/** Milliseconds; months and years have no fixed length, so such an interval stays text. */
const intervalMs = (text: string): Json => {
  const match = INTERVAL.exec(text.replaceAll('+', ''));
  if (!match || text === '') return text;
  const [, days = '0', sign, hours = '0', minutes = '0', seconds = '0'] = match;
  const time = (Number(hours) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1000;
  return Number(days) * DAY_MS + (sign === '-' ? -time : time);
};

const isoTime = (text: string): Json => {
  const time = Date.parse(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'));
  return Number.isNaN(time) ? text : new Date(time).toISOString();
};

const parseJson = (text: string): Json => JSON.parse(text) as Json;

const asIs = (text: string): Json => text;

const PARSERS: ReadonlyMap<number, (text: string) => Json> = new Map<number, (text: string) => Json>([
  [builtins.BOOL, (text) => text === 't'],
  [builtins.INT2, exactNumber],
  [builtins.INT4, exactNumber],
  [builtins.INT8, exactNumber],
  [builtins.OID, exactNumber],
  [builtins.FLOAT4, floatNumber],
  [builtins.FLOAT8, floatNumber],
  [builtins.NUMERIC, exactNumber],
  [builtins.INTERVAL, intervalMs],
  [builtins.TIMESTAMPTZ, isoTime],
  [builtins.JSON, parseJson],
  [builtins.JSONB, parseJson],
]);

const isPlain = (value: unknown): value is string | number | boolean | null =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

const plainEntries = (value: unknown): Json => {
  if (Array.isArray(value)) return value.map((entry: unknown) => plainEntries(entry));
  return isPlain(value) ? value : null;
};

/** The driver knows how to take arrays apart. */
const arrayParser = (oid: number): ((text: string) => Json) => {
  // Its types know only the numbers of single values.
  const parse = (getTypeParser as (oid: number) => (text: string) => unknown)(oid);
  return (text) => plainEntries(parse(text));
};

// bool, char, name, int2, int4, text, bpchar, varchar, float4, float8, oid, numeric, uuid: arrays of what stays plain.
const ARRAY_OIDS = new Set([
  1000, 1002, 1003, 1005, 1007, 1009, 1014, 1015, 1016, 1021, 1022, 1028, 1231, 2951,
]);

/** How a column's text becomes JSON: exact numbers, intervals in milliseconds, times as ISO; unknown types stay text. */
export const parserOf = (oid: number): ((text: string) => Json) =>
  PARSERS.get(oid) ?? (ARRAY_OIDS.has(oid) ? arrayParser(oid) : asIs);
