import type { z } from 'zod';
import type { Json } from '../lib/json.ts';
import { isJsonObject } from '../lib/json.ts';
import { didYouMean } from '../lib/nearest.ts';
import type { Path } from './source.ts';

/** What is wrong at one place of a file, in words; the place is still a path. */
export type Issue = { readonly path: Path; readonly part: 'key' | 'value'; readonly message: string };

/** Keys that are planned but not there: a person who read about them elsewhere is told so. */
const LATER: ReadonlySet<string> = new Set(['windows', 'freezes', 'extends']);

/** Parses a file's content with a schema; every problem in words that name what was expected. */
export const parseWith = <S extends z.ZodType>(
  schema: S,
  value: Json,
):
  | { readonly value: z.output<S>; readonly issues: readonly [] }
  | { readonly value?: undefined; readonly issues: readonly Issue[] } => {
  const parsed = schema.safeParse(value, { error: knownKeys });
  if (parsed.success) return { value: parsed.data, issues: [] };
  return { issues: parsed.error.issues.flatMap((issue) => inWords(issue, value)) };
};

/** The library does not say which keys it knows, so the message carries them to `unknownKeys`. */
const knownKeys: z.core.$ZodErrorMap = (issue) => {
  if (issue.code !== 'unrecognized_keys') return undefined;
  const definition = issue.inst?._zod.def;
  const shape = definition !== undefined && 'shape' in definition ? definition.shape : {};
  return Object.keys(shape ?? {}).join(' ');
};

const inWords = (issue: z.core.$ZodIssue, root: Json): readonly Issue[] => {
  const path = plainPath(issue.path);
  const say = (words: string, part: Issue['part'] = 'value') => [
    { path, part, message: `${nameOf(path)}: ${words}` },
  ];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(issue, [...path, key]));
  if (issue.code === 'invalid_key') return say(issue.issues[0]?.message ?? 'not allowed as a key', 'key');
  const value = valueAt(root, path);
  if (value === undefined)
    return [{ path, part: 'value', message: `${nameOf(path)} is missing: ${expected(issue)}` }];
  if (issue.code === 'invalid_union') return ofUnion(issue, root);
  if (issue.code === 'invalid_type') return say(`${expected(issue)}, got ${described(value)}`);
  if (issue.code !== 'invalid_value') return say(issue.message);
  const hint = typeof value === 'string' ? didYouMean(value, issue.values.map(String)) : '';
  return say(`${expected(issue)}${hint}`);
};

/** The schema's own words where it has some, else the type or the values it asks for. */
const expected = (issue: z.core.$ZodIssue): string => {
  if (issue.message.startsWith('expected')) return issue.message;
  if (issue.code === 'invalid_type') return `expected ${TYPES[issue.expected] ?? 'a value'}`;
  if (issue.code === 'invalid_value') return `expected ${issue.values.map(String).join(', ')}`;
  return 'expected a value';
};

const plainPath = (path: readonly PropertyKey[]): Path =>
  path.map((step) => (typeof step === 'symbol' ? String(step) : step));

/** The form a person meant is the one whose own type fits; its problems say more than "none of these". */
const ofUnion = (issue: z.core.$ZodIssueInvalidUnion, root: Json): readonly Issue[] => {
  const path = plainPath(issue.path);
  const meant = issue.errors.filter((errors) =>
    errors.every(
      ({ code, path: inner }) => inner.length > 0 || !['invalid_type', 'invalid_value'].includes(code),
    ),
  );
  const [only] = meant;
  if (only !== undefined && meant.length === 1)
    return only.flatMap((inner) => inWords({ ...inner, path: [...issue.path, ...inner.path] }, root));
  return [{ path, part: 'value', message: `${nameOf(path)}: ${expected(issue)}` }];
};

const unknownKey = (issue: z.core.$ZodIssueUnrecognizedKeys, path: Path): Issue => {
  const key = String(path.at(-1));
  const names = issue.message.split(' ');
  const hint = didYouMean(key, names) || `, expected one of ${names.join(', ')}`;
  return {
    path,
    part: 'key',
    message: `${key}: ${LATER.has(key) ? 'not supported yet' : `unknown key${hint}`}`,
  };
};

/** The last key with the indexes after it: `items[2]`. */
const nameOf = (path: Path): string => {
  const last = path.findLastIndex((step) => typeof step === 'string');
  if (last === -1) return 'the file';
  return path
    .slice(last)
    .map((step) => (typeof step === 'number' ? `[${step}]` : step))
    .join('');
};

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
};

const described = (value: Json): string => {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return TYPES[typeof value] ?? 'something else';
};

const valueAt = (root: Json, path: Path): Json | undefined => {
  let value: Json | undefined = root;
  for (const step of path) {
    if (Array.isArray(value)) value = typeof step === 'number' ? (value as readonly Json[])[step] : undefined;
    else if (isJsonObject(value)) value = Object.hasOwn(value, step) ? value[step] : undefined;
    else return undefined;
  }
  return value;
};
