import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Alias, Document, Node, YAMLMap, YAMLSeq } from 'yaml';
import type { Json, JsonObject } from '../lib/json.ts';

/** Keys and list indexes from the root of a file down to a value. */
export type Path = readonly (string | number)[];

/** A problem whose file is not named yet. Lines and columns count from 1. */
export type Located = { readonly line: number; readonly column: number; readonly message: string };

/** One YAML file as plain JSON that still knows where each value stands. */
export type Source = {
  readonly value: Json;
  /** Where a value (or its key) stands; a path that is not there gives the nearest enclosing value. */
  readonly at: (path: Path, part?: 'key' | 'value') => { readonly line: number; readonly column: number };
  /** First and last character of a value in the text; undefined when the path is not there. */
  readonly range: (path: Path) => readonly [number, number] | undefined;
};

/** Deep enough for three levels of items and any observation; a deeper file is a mistake or an attack. */
const MOST_LEVELS = 64;
/** Values reached through aliases; more is a file that unfolds without end ("billion laughs"). */
const MOST_ALIASED = 10_000;
/** A broken file tends to repeat one mistake; more lines than this help nobody. */
const MOST_PROBLEMS = 50;

/** Reads YAML 1.2 text. A value comes with problems when the text can be read but says a key twice and the like. */
export const parseSource = (
  text: string,
): { readonly source: Source | undefined; readonly problems: readonly Located[] } => {
  const lines = new LineCounter();
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  let document: Document;
  try {
    // Keys are compared below: the library compares each with all others, which takes minutes for a file of keys.
    document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false,
      logLevel: 'error',
    });
  } catch (cause) {
    // The parser recurses; a text of brackets overflows its stack.
    if (cause instanceof RangeError)
      return {
        source: undefined,
        problems: [{ line: 1, column: 1, message: 'nested too deeply to be read' }],
      };
    throw cause;
  }
  const refused = [...document.errors, ...document.warnings].slice(0, MOST_PROBLEMS);
  if (refused.length > 0) {
    const problems = refused.map((error) => ({
      ...place(error.pos[0]),
      message: `not valid YAML: ${wordsOf(error)}`,
    }));
    return { source: undefined, problems };
  }
  const reading: Reading = {
    found: [],
    anchors: new Map(),
    targets: new Map(),
    open: new Set(),
    aliasDepth: 0,
    aliased: 0,
  };
  const value = read(reading, document.contents, 0);
  const problems = reading.found
    .slice(0, MOST_PROBLEMS)
    .map(({ offset, message }) => ({ ...place(offset), message }));
  const source: Source = {
    value,
    at: (path, part = 'value') => place(offsetOf(follow(reading, document.contents, path), part)),
    range: (path) => {
      const found = follow(reading, document.contents, path);
      const range = found.steps === path.length ? found.node?.range : undefined;
      return range ? [range[0], range[1]] : undefined;
    },
  };
  return { source, problems };
};

const wordsOf = ({ code, message }: { readonly code: string; readonly message: string }): string =>
  code === 'MULTIPLE_DOCS' ? 'expected one document, a second one begins here' : message;

type Found = { readonly offset: number; readonly message: string };
type Step = { readonly key: Node | undefined; readonly node: Node | null; readonly steps: number };

const offsetOf = ({ key, node }: Step, part: 'key' | 'value'): number => {
  const range = part === 'key' ? (key?.range ?? node?.range) : (node?.range ?? key?.range);
  return range?.[0] ?? 0;
};

const keyText = (key: Node | null): string | undefined => {
  if (!isScalar(key) || key.value === null) return undefined;
  return typeof key.value === 'string' ? key.value : key.source;
};

/** What reading one document has met so far. */
type Reading = {
  readonly found: Found[];
  readonly anchors: Map<string, Node>;
  /** Alias -> what it stood for; an anchor may be set again further down. */
  readonly targets: Map<Alias, Node>;
  /** Collections that are being read: an alias to one of them would never end. */
  readonly open: Set<Node>;
  aliasDepth: number;
  aliased: number;
};

const refuse = (reading: Reading, node: Node | null, message: string): null => {
  reading.found.push({ offset: node?.range?.[0] ?? 0, message });
  return null;
};

/** Turns a node into JSON; what JSON cannot carry is refused and becomes null. */
const read = (reading: Reading, node: Node | null, depth: number): Json => {
  if (reading.aliasDepth > 0) {
    reading.aliased += 1;
    if (reading.aliased === MOST_ALIASED)
      return refuse(reading, node, `aliases unfold to more than ${MOST_ALIASED} values`);
    if (reading.aliased > MOST_ALIASED) return null;
  }
  if (node === null) return null;
  if (isAlias(node)) return readAlias(reading, node, depth);
  if (node.anchor !== undefined) reading.anchors.set(node.anchor, node);
  if (isMap(node) || isSeq(node)) return readCollection(reading, node, depth);
  return readScalar(reading, node);
};

const readAlias = (reading: Reading, node: Alias, depth: number): Json => {
  const name = node.source;
  const target = reading.targets.get(node) ?? reading.anchors.get(name);
  if (target === undefined) return refuse(reading, node, `*${name} stands for nothing: no &${name} above it`);
  if (reading.open.has(target)) return refuse(reading, node, `*${name} stands inside what it stands for`);
  reading.targets.set(node, target);
  reading.aliasDepth += 1;
  const value = read(reading, target, depth);
  reading.aliasDepth -= 1;
  return value;
};

const readCollection = (reading: Reading, node: YAMLMap | YAMLSeq, depth: number): Json => {
  if (depth > MOST_LEVELS) return refuse(reading, node, `nested more than ${MOST_LEVELS} levels deep`);
  reading.open.add(node);
  const value = isMap(node)
    ? readMap(reading, node, depth)
    : node.items.map((entry) => read(reading, entry as Node | null, depth + 1));
  reading.open.delete(node);
  return value;
};

const readMap = (reading: Reading, node: YAMLMap, depth: number): JsonObject => {
  const entries = new Map<string, Json>();
  for (const { key, value } of node.items) {
    const keyNode = key as Node | null;
    const name = keyText(keyNode);
    if (name === undefined) refuse(reading, keyNode, 'a key must be one word or a quoted text');
    else if (name === '__proto__' || name === '<<')
      refuse(reading, keyNode, `${name} is not allowed as a key`);
    else if (entries.has(name)) refuse(reading, keyNode, `${name} stands twice in the same map`);
    else entries.set(name, read(reading, value as Node | null, depth + 1));
  }
  return Object.fromEntries(entries);
};

const readScalar = (reading: Reading, node: Node): Json => {
  const value = isScalar(node) ? node.value : undefined;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  return refuse(reading, node, 'expected text, a finite number, true, false, a list or a map');
};

const follow = (reading: Reading, root: Node | null, path: Path): Step => {
  let step: Step = { key: undefined, node: root, steps: 0 };
  for (const name of path) {
    const at = isAlias(step.node) ? reading.targets.get(step.node) : step.node;
    const next = childOf(at, name);
    if (next === undefined) return step;
    step = { ...next, steps: step.steps + 1 };
  }
  return step;
};

// The library types the parts of a parsed map and list as unknown; a parsed document holds nodes and null only.
const childOf = (node: Node | null | undefined, name: string | number): Omit<Step, 'steps'> | undefined => {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => keyText(key as Node | null) === String(name));
    return pair && { key: pair.key as Node, node: pair.value as Node | null };
  }
  if (isSeq(node) && typeof name === 'number' && name < node.items.length)
    return { key: undefined, node: node.items[name] as Node | null };
  return undefined;
};
