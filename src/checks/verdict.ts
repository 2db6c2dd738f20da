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

// What a part satisfies the whole satisfies too; every other matcher could be fooled by a cut.
const HOLDS_FOR_THE_WHOLE = new Set(['contains', 'starts', 'gt', 'gte', 'exists']);

const isSafeOnPart = (expectation: Json | undefined): boolean =>
  isJsonObject(expectation) && Object.keys(expectation).every((name) => HOLDS_FOR_THE_WHOLE.has(name));

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
  return !segments.value.some(({ kind }) => kind === 'each') && readPath(observation, path).found;
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

const judgeSide = (
  { observation, incomplete = [] }: Measured,
  { expectations, level }: Side,
  now: Date,
): Finding[] =>
  judge(expectations, observation, { level, now }).map((judged) => {
    const { path, verdict } = judged;
    const finding = concealed(judged, expectations[path]);
    const part = incomplete.find((one) => touches(path, one));
    if (!part || isExact(path, observation)) return finding;
    if (verdict === 'holds' && isSafeOnPart(expectations[path])) return finding;
    return { path, verdict: 'unknown', line: `${path}: not judged, ${part.key} ${part.reason}` };
  });

const captureAll = (
  capture: Readonly<Record<string, string>>,
  observation: JsonObject,
): { captured: JsonObject; findings: Finding[] } => {
  const captured: Record<string, Json> = {};
  const findings: Finding[] = [];
  for (const [name, path] of Object.entries(capture)) {
    const read = readPath(observation, path);
    if (read.found) captured[name] = read.value;
    else findings.push({ path, verdict: 'unknown', line: `${name}: nothing to keep at ${path}` });
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

/** Judges a measurement: every expectation, the stricter ones, and whether what is to be kept was there. */
export const reachVerdict = (measured: Measured, { definition, passes, now }: Judging): Verdict => {
  const kept = captureAll(definition.capture ?? {}, measured.observation);
  const findings = [
    ...judgeSide(measured, { expectations: definition.expect ?? passes, level: 'fail' }, now),
    ...judgeSide(measured, { expectations: definition.warn ?? {}, level: 'warn' }, now),
    ...kept.findings,
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
