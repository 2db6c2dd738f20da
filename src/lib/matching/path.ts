import { isJsonObject, type Json } from '../json.ts';
import { err, ok, type Result } from '../result.ts';

/** One step of a path: a key of an object, an index of a list, or every entry of either. */
export type Segment =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'each' };

/** Where a path cannot be read; `position` counts characters from 0. */
export type PathProblem = { readonly message: string; readonly position: number };

type Step = { readonly segment: Segment; readonly next: number };

const PLAIN_KEY = /[^.[\]"]+/y;
const INDEX = /\[(\d{1,9})\]/y;
const EACH = /\[\*\]/y;
const QUOTED_KEY = /\[("(?:[^"\\]|\\.)*")\]/y;

const matchAt = (pattern: RegExp, text: string, position: number): RegExpExecArray | null => {
  pattern.lastIndex = position;
  return pattern.exec(text);
};

const quotedKey = (literal: string): string | undefined => {
  try {
    return JSON.parse(literal) as string;
  } catch {
    return undefined; // an escape that JSON does not know: the caller reports the position
  }
};

const bracketStep = (text: string, position: number): Step | undefined => {
  const each = matchAt(EACH, text, position);
  if (each) return { segment: { kind: 'each' }, next: position + each[0].length };
  const index = matchAt(INDEX, text, position);
  if (index) return { segment: { kind: 'index', index: Number(index[1]) }, next: position + index[0].length };
  const quoted = matchAt(QUOTED_KEY, text, position);
  const key = quoted?.[1] === undefined ? undefined : quotedKey(quoted[1]);
  if (!quoted || key === undefined) return undefined;
  return { segment: { kind: 'key', key }, next: position + quoted[0].length };
};

const keyStep = (text: string, position: number): Step | undefined => {
  const match = matchAt(PLAIN_KEY, text, position);
  return match ? { segment: { kind: 'key', key: match[0] }, next: position + match[0].length } : undefined;
};

/**
 * Reads `headers.content-type`, `rows[0].n`, `["a key"].b` or `items[*].name` into steps. Keys hold anything but
 * `. [ ] "`; other keys are quoted in brackets. Spaces belong to a key.
 */
export const parsePath = (path: string): Result<readonly Segment[], PathProblem> => {
  const segments: Segment[] = [];
  let position = 0;
  while (position < path.length) {
    const isBracket = path[position] === '[';
    if (!isBracket && position > 0) {
      if (path[position] !== '.') return err({ message: 'expected . or [', position });
      position += 1;
    }
    const step = isBracket ? bracketStep(path, position) : keyStep(path, position);
    if (!step) {
      return err({ message: isBracket ? 'expected [n], [*] or ["key"]' : 'expected a key', position });
    }
    segments.push(step.segment);
    position = step.next;
  }
  return segments.length > 0 ? ok(segments) : err({ message: 'the path is empty', position: 0 });
};

/** How far a path could be followed. `some`: a `[*]` met entries with and entries without what follows it. */
export type Resolution =
  { readonly found: 'all' | 'some'; readonly value: Json } | { readonly found: 'none' };

const entriesOf = (value: Json): readonly Json[] | undefined => {
  if (Array.isArray(value)) return value as readonly Json[];
  return isJsonObject(value) ? Object.values(value) : undefined;
};

// Own properties only, and keys of objects only: `length` of a list or `constructor` is not a measured value.
const follow = (value: Json, segment: Segment): Json | undefined => {
  if (segment.kind === 'key') {
    return isJsonObject(value) && Object.hasOwn(value, segment.key) ? value[segment.key] : undefined;
  }
  return segment.kind === 'index' && Array.isArray(value)
    ? (value as readonly Json[])[segment.index]
    : undefined;
};

const resolveEach = (value: Json, rest: readonly Segment[]): Resolution => {
  const entries = entriesOf(value);
  if (!entries) return { found: 'none' };
  const results = entries.map((entry) => resolveSegments(entry, rest));
  const isNested = rest.some((segment) => segment.kind === 'each');
  const values = results.flatMap((result) => {
    if (result.found === 'none') return [];
    return isNested && Array.isArray(result.value) ? (result.value as readonly Json[]) : [result.value];
  });
  const found = results.filter((result) => result.found !== 'none').length;
  if (found === 0 && entries.length > 0) return { found: 'none' };
  return { found: results.every((result) => result.found === 'all') ? 'all' : 'some', value: values };
};

/** Follows parsed steps. `[*]` gives the list of what every entry holds; nested ones give one flat list. */
export const resolveSegments = (value: Json, segments: readonly Segment[]): Resolution => {
  let current = value;
  for (const [position, segment] of segments.entries()) {
    if (segment.kind === 'each') return resolveEach(current, segments.slice(position + 1));
    const next = follow(current, segment);
    if (next === undefined) return { found: 'none' };
    current = next;
  }
  return { found: 'all', value: current };
};

/**
 * The value at a path. Not found: a step is missing, or the path is malformed (`parsePath` says why), or a `[*]` met an
 * entry without the rest of the path: a list with silent gaps would be judged as if it were complete.
 */
export const readPath = (value: Json, path: string): { found: true; value: Json } | { found: false } => {
  const segments = parsePath(path);
  if (!segments.ok) return { found: false };
  const resolution = resolveSegments(value, segments.value);
  return resolution.found === 'all' ? { found: true, value: resolution.value } : { found: false };
};
