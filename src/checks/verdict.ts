import type { CheckDefinition, Expectations, Finding, Outcome } from '../domain/check.ts';
import { isJsonObject, type Json, type JsonObject } from '../lib/json.ts';
import { judge } from '../lib/matching/judge.ts';
import { expectationInWords, validateExpectations } from '../lib/matching/matchers.ts';
import { parsePath, readPath } from '../lib/matching/path.ts';
import type { Incomplete, Measured } from './check.ts';
import { isSecretField } from './redact.ts';

/** How the findings of one measurement count together. */
export type Verdict = {
  readonly outcome: Extract<Outcome, 'pass' | 'warn' | 'fail' | 'inconclusive'>;
  readonly findings: readonly Finding[];
  /** Values to keep, as they were measured. */
  readonly captured: JsonObject;
};

type Judging = {
  readonly definition: CheckDefinition;
  /** What the kind expects when the definition expects nothing. */
  readonly passes: Expectations;
  /** What the parameters ask for besides; absent: nothing. */
  readonly demands?: Expectations;
  readonly now: Date;
};

/** Problems of what a definition expects and captures, one line each. */
export const expectationProblems = ({ expect, warn, capture }: CheckDefinition): string[] => [
  ...(expect ? validateExpectations(expect).map((problem) => `expect: ${problem}`) : []),
  ...(warn ? validateExpectations(warn).map((problem) => `warn: ${problem}`) : []),
  ...Object.entries(capture ?? {}).flatMap(([name, path]) => {
    const parsed = parsePath(path);
    return parsed.ok ? [] : [`capture: ${name}: ${parsed.error.message}`];
  }),
];

// What a part satisfies the whole satisfies too. Every matcher that is not here could be fooled by a cut.
const HOLDS_FOR_THE_WHOLE: Readonly<Record<string, (operand: Json, part: Json) => boolean>> = {
  contains: () => true,
  starts: () => true,
  exists: (operand) => operand !== false,
  // A count only grows with the rest; a text that reads as a number need not be one in the end.
  gt: (_, part) => typeof part === 'number',
  gte: (_, part) => typeof part === 'number',
};

const isSafeOnPart = (
  expectation: Json | undefined,
  { path, observation }: { path: string; observation: JsonObject },
): boolean => {
  const read = readPath(observation, path);
  // The rest of a list may lack what every entry of its part has.
  if (!isJsonObject(expectation) || !read.found || hasEach(path)) return false;
  return Object.entries(expectation).every(
    ([name, operand]) =>
      Object.hasOwn(HOLDS_FOR_THE_WHOLE, name) && HOLDS_FOR_THE_WHOLE[name]?.(operand, read.value),
  );
};

const hasEach = (path: string): boolean => {
  const segments = parsePath(path);
  return segments.ok && segments.value.some(({ kind }) => kind === 'each');
};

const touches = (path: string, { key }: Incomplete): boolean => {
  const segments = parsePath(path);
  const first = segments.ok ? segments.value[0] : undefined;
  return first?.kind === 'key' && first.key === key;
};

/** First keys of the paths that a definition judges or captures. */
const namedKeys = ({ expect = {}, warn = {}, capture = {} }: CheckDefinition): ReadonlySet<string> => {
  const paths = [...Object.keys(expect), ...Object.keys(warn), ...Object.values(capture)];
  return new Set(
    paths.flatMap((path) => {
      const segments = parsePath(path);
      const first = segments.ok ? segments.value[0] : undefined;
      return first?.kind === 'key' ? [first.key] : [];
    }),
  );
};

/** What of an observation is stored: keys listed in `ifNamed` only when the definition names them. */
export const storedPart = (
  observation: JsonObject,
  definition: CheckDefinition,
  ifNamed: readonly string[],
): JsonObject => {
  const named = namedKeys(definition);
  return Object.fromEntries(
    Object.entries(observation).filter(([key]) => !ifNamed.includes(key) || named.has(key)),
  );
};

const isExact = (path: string, observation: JsonObject): boolean => {
  const segments = parsePath(path);
  if (!segments.ok || segments.value.length < 2) return false;
  return !hasEach(path) && readPath(observation, path).found;
};

const isSecretPath = (path: string): boolean => {
  const segments = parsePath(path);
  return segments.ok && segments.value.some((one) => one.kind === 'key' && isSecretField(one.key));
};

// What stands at a path like `body.token` is in the line but not as a name and a value that redaction could find.
const concealed = (finding: Finding, expectation: Json | undefined): Finding => {
  if (!isSecretPath(finding.path) || expectation === undefined) return finding;
  return {
    path: finding.path,
    verdict: finding.verdict,
    line: `${finding.path}: expected ${expectationInWords(expectation)}, got a value that is not shown`,
  };
};

type Side = { readonly expectations: Expectations; readonly level: 'fail' | 'warn' };

/** What keeps the value at a path from being all there; undefined when it is. */
const cutAt = (path: string, { observation, incomplete = [] }: Measured): Incomplete | undefined =>
  isExact(path, observation) ? undefined : incomplete.find((one) => touches(path, one));

const judgeSide = (measured: Measured, { expectations, level }: Side, now: Date): Finding[] => {
  const { observation } = measured;
  return judge(expectations, observation, { level, now }).map((judged) => {
    const { path, verdict } = judged;
    const finding = concealed(judged, expectations[path]);
    const part = cutAt(path, measured);
    if (!part) return finding;
    const isSafe = !part.isOtherwise && isSafeOnPart(expectations[path], { path, observation });
    if (verdict === 'holds' && isSafe) return finding;
    return { path, verdict: 'unknown', line: `${path}: not judged, ${part.key} ${part.reason}` };
  });
};

const captureAll = (
  capture: Readonly<Record<string, string>>,
  measured: Measured,
): { captured: JsonObject; findings: Finding[] } => {
  const captured: Record<string, Json> = {};
  const findings: Finding[] = [];
  for (const [name, path] of Object.entries(capture)) {
    const read = readPath(measured.observation, path);
    const part = cutAt(path, measured);
    if (read.found && !part) captured[name] = read.value;
    else {
      const why = part ? `${part.key} ${part.reason}` : `nothing to keep at ${path}`;
      findings.push({ path, verdict: 'unknown', line: `${name}: ${why}` });
    }
  }
  return { captured, findings };
};

/** fail before inconclusive before warn before pass. */
const outcomeOf = (findings: readonly Finding[]): Verdict['outcome'] => {
  const verdicts = new Set(findings.map(({ verdict }) => verdict));
  if (verdicts.has('fails')) return 'fail';
  if (verdicts.has('unknown')) return 'inconclusive';
  return verdicts.has('warns') ? 'warn' : 'pass';
};

/** Judges a measurement: its faults, every expectation, the stricter ones, and whether what is to be kept was there. */
export const reachVerdict = (
  measured: Measured,
  { definition, passes, demands = {}, now }: Judging,
): Verdict => {
  const kept = captureAll(definition.capture ?? {}, measured);
  const expectations = definition.expect ? { ...demands, ...definition.expect } : { ...passes, ...demands };
  const findings: Finding[] = [
    ...(measured.faults ?? []).map(({ path, line, isUnknown = false }) => ({
      path,
      verdict: isUnknown ? ('unknown' as const) : ('fails' as const),
      line,
    })),
    ...judgeSide(measured, { expectations, level: 'fail' }, now),
    ...judgeSide(measured, { expectations: definition.warn ?? {}, level: 'warn' }, now),
    ...kept.findings,
    ...(measured.remarks ?? []).map((remark) => ({ ...remark, verdict: 'holds' as const })),
  ];
  return { outcome: outcomeOf(findings), findings, captured: kept.captured };
};

const DECIDING = { fail: 'fails', warn: 'warns', inconclusive: 'unknown' } as const;

/** The finding that decided, and how many more there are like it. Undefined when all is well. */
export const decidingFinding = ({
  outcome,
  findings,
}: Verdict): { finding: Finding; more: number } | undefined => {
  if (outcome === 'pass') return undefined;
  const deciding = findings.filter(({ verdict }) => verdict === DECIDING[outcome]);
  return deciding[0] && { finding: deciding[0], more: deciding.length - 1 };
};
