import { isJsonObject, type Json } from '../json.ts';
import { placeholdersIn } from '../placeholders.ts';

/** One matcher applied to one value; `got` is the value in words a person understands. */
export type Judged = { readonly verdict: 'holds' | 'false' | 'unknown'; readonly got: string };

/** What a matcher may need besides the value it looks at. */
export type Surroundings = {
  /** For ages; absent: matchers on ages cannot tell. */
  readonly now?: Date;
  /** The value at the same path in an earlier observation; absent: `changed_by` cannot tell. */
  readonly baseline?: Json;
};

/** Matchers inside matchers: `length: {gte: 32}`, `every: {eq: ok}`. */
export type Nested = {
  readonly problem: (operand: Json) => string | undefined;
  readonly expected: (operand: Json) => string;
  readonly test: (actual: Json, operand: Json, surroundings: Surroundings) => Judged;
};

/** A value under test: what was measured, what the matcher was given, and what surrounds them. */
export type Trial = {
  readonly actual: Json;
  readonly operand: Json;
  readonly surroundings: Surroundings;
  readonly nested: Nested;
};

/** One matcher of the language. */
export type Rule = {
  /** Why the operand cannot be used; undefined when it can. An operand that still holds `${name}` is not judged yet. */
  readonly problem: (operand: Json, nested: Nested) => string | undefined;
  /** The expectation in words, to stand after "expected". */
  readonly expected: (operand: Json, nested: Nested) => string;
  readonly test: (trial: Trial) => Judged;
};

const MAX_SHOWN = 80;

/** A value as one short line: texts quoted, so that "3" and 3 look different. */
export const show = (value: Json): string => {
  const text = JSON.stringify(value);
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN - 1)}…`;
};

/** Short list of values for "one of 200, 204". */
export const showEach = (operand: Json): string =>
  Array.isArray(operand) ? operand.map((entry: Json) => show(entry)).join(', ') : show(operand);

export const judged = (holds: boolean, got: string): Judged => ({ verdict: holds ? 'holds' : 'false', got });
export const unknown = (got: string): Judged => ({ verdict: 'unknown', got });

/** Still to be filled in, at any depth: nothing can be said about such an operand before the run. */
export const hasPlaceholder = (operand: Json): boolean => placeholdersIn(operand).length > 0;

/** A text as it stands, anything else as JSON. */
export const plain = (value: Json): string => (typeof value === 'string' ? value : show(value));

/** Deep equality with types: "3" and 3 differ, the order of keys does not matter, the order of a list does. */
export const isEqual = (left: Json, right: Json): boolean => {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    const others = right as readonly Json[];
    return left.length === others.length && left.every((entry: Json, i) => isEqual(entry, others[i] ?? null));
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && isEqual(left[key] ?? null, right[key] ?? null))
  );
};

export const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
