import type { Json } from '../json.ts';
import { placeholdersIn } from '../placeholders.ts';
import { nested, operandProblem, parseMatcher, type Matcher } from './matchers.ts';
import { parsePath, readPath, resolveSegments, type Resolution, type Segment } from './path.ts';
import { isEqual, show, type Judged, type Surroundings } from './rule.ts';

/** One expectation, judged. `unknown`: what it needs was not measured, which is never a pass. */
export type Finding = {
  readonly path: string;
  readonly verdict: 'holds' | 'fails' | 'warns' | 'unknown';
  /** `p95: expected < 200 ms, got 240 ms`. */
  readonly line: string;
};

export type JudgeOptions = {
  /** What a false expectation means. */
  readonly level: 'fail' | 'warn';
  /** For `age_lt` and `days_until_gt` on times; absent: those are unknown. */
  readonly now?: Date;
  /** An earlier observation for `changed_by`; absent: that is unknown. */
  readonly baseline?: Json;
};

type Found = { readonly resolution: Resolution; readonly surroundings: Surroundings };

// Asking for existence is the one question that a missing value answers.
const judgePresence = ({ name, operand }: Matcher, resolution: Resolution): Judged | undefined => {
  if (name !== 'exists' && name !== 'absent') return undefined;
  const isWanted = (name === 'exists') === (operand !== false);
  const got = resolution.found === 'none' ? 'nothing' : show(resolution.value);
  return { verdict: resolution.found === (isWanted ? 'all' : 'none') ? 'holds' : 'false', got };
};

const judgeOne = (matcher: Matcher, { resolution, surroundings }: Found): Judged => {
  const { rule, operand } = matcher;
  const missing = placeholdersIn(operand);
  if (missing.length > 0) return { verdict: 'unknown', got: `no value for ${missing.join(', ')}` };
  const problem = operandProblem(matcher);
  if (problem !== undefined)
    return { verdict: 'unknown', got: `a broken expectation: ${matcher.name} ${problem}` };
  const presence = judgePresence(matcher, resolution);
  if (presence) return presence;
  if (resolution.found === 'none') return { verdict: 'unknown', got: 'nothing: it was not measured' };
  if (resolution.found === 'some') return { verdict: 'unknown', got: 'a list in which some entries lack it' };
  return rule.test({ actual: resolution.value, operand, surroundings, nested });
};

/** A `[*]` over nothing finds nothing: neither does every entry hold a value, nor is one that is unwanted there. */
const resolvePath = (observation: Json, segments: readonly Segment[]): Resolution => {
  const resolution = resolveSegments(observation, segments);
  const isList = segments.some((segment) => segment.kind === 'each') && resolution.found === 'all';
  return isList && isEqual(resolution.value, []) ? { found: 'none' } : resolution;
};

const verdictOf = (judged: Judged, level: JudgeOptions['level']): Finding['verdict'] => {
  if (judged.verdict !== 'false') return judged.verdict;
  return level === 'fail' ? 'fails' : 'warns';
};

const judgePath = (
  path: string,
  expectation: Json,
  input: { observation: Json; options: JudgeOptions },
): Finding[] => {
  const { observation, options } = input;
  const segments = parsePath(path);
  if (!segments.ok) return [{ path, verdict: 'unknown', line: `${path}: ${segments.error.message}` }];
  const matchers = parseMatcher(expectation);
  if (!matchers.ok) return [{ path, verdict: 'unknown', line: `${path}: ${matchers.error}` }];
  const resolution = resolvePath(observation, segments.value);
  const earlier = options.baseline === undefined ? undefined : readPath(options.baseline, path);
  const surroundings: Surroundings = {
    ...(options.now && { now: options.now }),
    ...(earlier?.found && { baseline: earlier.value }),
  };
  return matchers.value.map((matcher) => {
    const judged = judgeOne(matcher, { resolution, surroundings });
    const expected = matcher.rule.expected(matcher.operand, nested);
    return {
      path,
      verdict: verdictOf(judged, options.level),
      line: `${path}: expected ${expected}, got ${judged.got}`,
    };
  });
};

/**
 * Judges every expectation on an observation, none left out, one finding per matcher in the order written. A missing
 * path is `unknown` except where existence itself is asked. Never throws: a malformed expectation is `unknown` and its
 * line says why (`validateExpectations` finds those beforehand).
 */
export const judge = (
  expectations: Readonly<Record<string, Json>>,
  observation: Json,
  options: JudgeOptions,
): Finding[] =>
  Object.entries(expectations).flatMap(([path, expectation]) =>
    judgePath(path, expectation, { observation, options }),
  );
