import type { Json } from '../json.ts';
import { plain, show, type Judged } from './rule.ts';
import { formatQuantity, parseQuantity, type Quantity, type QuantityKind } from './units.ts';

type Operand = Quantity | { readonly kind: 'time'; readonly value: number };

/** How a measured value stands to an operand: `order` is negative, zero or positive. */
export type Comparison =
  | { readonly ok: true; readonly order: number; readonly got: string }
  | { readonly ok: false; readonly judged: Judged };

const ISO_TIME = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Milliseconds since 1970 of an ISO date or time; one without a zone is UTC. Undefined: not one. */
export const parseTime = (text: string): number | undefined => {
  const match = ISO_TIME.exec(text.trim());
  if (!match) return undefined;
  const hasZone = match[1] !== undefined || !text.includes(':');
  const time = Date.parse(text.trim().replace(' ', 'T') + (hasZone ? '' : 'Z'));
  return Number.isNaN(time) ? undefined : time;
};

/** What an ordering matcher may be given: a number, a number with a unit, or an ISO time. */
export const readOperand = (operand: Json): Operand | undefined => {
  if (typeof operand === 'number') return { kind: 'plain', value: operand };
  if (typeof operand !== 'string') return undefined;
  const time = parseTime(operand);
  return time === undefined ? parseQuantity(operand) : { kind: 'time', value: time };
};

/** The operand in words: `200 ms`, `1.5 MiB`, `80 %`, `2026-11-20T10:00:00.000Z`. */
export const showOperand = (operand: Json): string => {
  const read = readOperand(operand);
  if (!read) return show(operand);
  return read.kind === 'time' ? plain(operand) : formatQuantity(read);
};

const failed = (verdict: 'false' | 'unknown', got: string): Comparison => ({
  ok: false,
  judged: { verdict, got },
});

const compareTimes = (actual: Json, operand: number): Comparison => {
  if (actual === null) return failed('unknown', 'null');
  const time = typeof actual === 'string' ? parseTime(actual) : undefined;
  if (time === undefined) return failed('false', `${show(actual)}, which is not a time`);
  return { ok: true, order: time - operand, got: plain(actual) };
};

const isCompatible = (actual: QuantityKind, operand: QuantityKind): boolean =>
  actual === 'plain' || actual === operand;

// 2000.4 ms against 2 s would read "expected < 2 s, got 2 s": then the bare numbers are shown.
const inKind = (value: number, operand: Quantity): string => {
  const text = formatQuantity({ kind: operand.kind, value });
  const isMisleading =
    operand.kind !== 'plain' && value !== operand.value && text === formatQuantity(operand);
  const bare = { duration: ' ms', size: ' B', percent: ' %', plain: '' }[operand.kind];
  return isMisleading ? `${value}${bare}` : text;
};

const compareQuantities = (actual: Json, operand: Quantity): Comparison => {
  if (actual === null) return failed('unknown', 'null');
  if (typeof actual === 'number') {
    return { ok: true, order: actual - operand.value, got: inKind(actual, operand) };
  }
  const read = typeof actual === 'string' ? parseQuantity(actual) : undefined;
  if (!read || !isCompatible(read.kind, operand.kind)) {
    return failed('false', `${show(actual)}, which is not a number`);
  }
  const value = inKind(read.value, operand);
  return { ok: true, order: read.value - operand.value, got: `${show(actual)} (text read as ${value})` };
};

/**
 * Compares a measured value with an operand. A bare number is taken in the operand's unit (durations are measured in
 * milliseconds, sizes in bytes); a numeric text is read as a number and the line says so. null is unknown, never 0.
 */
export const compare = (actual: Json, operand: Json): Comparison => {
  const read = readOperand(operand);
  if (!read) return failed('unknown', `${show(actual)}, but ${show(operand)} cannot be compared with`);
  return read.kind === 'time' ? compareTimes(actual, read.value) : compareQuantities(actual, read);
};
