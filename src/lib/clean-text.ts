import type { JsonObject } from './json.ts';

/** Control characters but tab and line ends. No text of ours needs them, and Postgres stores no NUL. */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/** A JSON value in which every text can be stored: no control characters, no halves of characters. */
export const cleanTexts = <Value>(value: Value): Value => clean(value) as Value;

const clean = (value: unknown): unknown => {
  if (typeof value === 'string') return value.replace(CONTROL, '').replace(/\p{Cs}/gu, '\ufffd');
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value as JsonObject).map(([key, inner]) => [key, clean(inner)]));
};
