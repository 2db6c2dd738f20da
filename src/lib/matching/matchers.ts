import { isJsonObject, type Json } from '../json.ts';
import { err, ok, type Result } from '../result.ts';
import { orderRules } from './order-rules.ts';
import { parsePath } from './path.ts';
import { hasPlaceholder, type Judged, type Nested, type Rule } from './rule.ts';
import { shapeRules } from './shape-rules.ts';
import { textRules } from './text-rules.ts';

const RULES: ReadonlyMap<string, Rule> = new Map(
  Object.entries({ ...shapeRules, ...orderRules, ...textRules }),
);

/** Every matcher of the language, as an expectation may name it. */
export const MATCHER_NAMES: readonly string[] = [...RULES.keys()];

/** One expectation on one value: the matcher's name and what it was given. */
export type Matcher = { readonly name: string; readonly operand: Json; readonly rule: Rule };

/**
 * Reads an expectation: a bare value or list is `eq`, a map is one or more matchers that must all hold. The error says
 * which matcher is not known, or that the map is empty; operands are judged by `validateExpectations`.
 */
export const parseMatcher = (expectation: Json): Result<readonly Matcher[], string> => {
  if (!isJsonObject(expectation)) return ok([{ name: 'eq', operand: expectation, rule: shapeRules.eq }]);
  const matchers: Matcher[] = [];
  for (const [name, operand] of Object.entries(expectation)) {
    const rule = RULES.get(name);
    if (!rule) return err(`unknown matcher "${name}" (a whole object is compared with {eq: ...})`);
    matchers.push({ name, operand, rule });
  }
  return matchers.length > 0 ? ok(matchers) : err('an empty map expects nothing');
};

const WORST = ['false', 'unknown', 'holds'] as const;

const testAll = (results: readonly Judged[]): Judged => {
  for (const verdict of WORST) {
    const found = results.find((result) => result.verdict === verdict);
    if (found) return found;
  }
  return { verdict: 'unknown', got: 'nothing' };
};

/** Expectations inside a matcher, in the same language. */
export const nested: Nested = {
  problem: (operand) => expectationProblem(operand),
  expected: (operand) => {
    const matchers = parseMatcher(operand);
    return matchers.ok
      ? matchers.value.map(({ rule, operand: inner }) => rule.expected(inner, nested)).join(' and ')
      : matchers.error;
  },
  test: (actual, operand, surroundings) => {
    const matchers = parseMatcher(operand);
    if (!matchers.ok) return { verdict: 'unknown', got: matchers.error };
    return testAll(
      matchers.value.map(({ rule, operand: inner }) =>
        rule.test({ actual, operand: inner, surroundings, nested }),
      ),
    );
  },
};

/** Why a matcher cannot be used with its operand; an operand that still holds `${name}` is not judged yet. */
export const operandProblem = ({ operand, rule }: Matcher): string | undefined =>
  hasPlaceholder(operand) ? undefined : rule.problem(operand, nested);

const expectationProblem = (expectation: Json): string | undefined => {
  const matchers = parseMatcher(expectation);
  if (!matchers.ok) return matchers.error;
  for (const { name, operand, rule } of matchers.value) {
    const problem = operandProblem({ name, operand, rule });
    if (problem !== undefined) return `${name} ${problem}`;
  }
  return undefined;
};

/**
 * Every problem of a set of expectations, one line each, empty when there is none: malformed paths, unknown matchers,
 * broken patterns and units, an empty map. Operands that still hold `${name}` are judged at run time.
 */
export const validateExpectations = (expectations: Readonly<Record<string, Json>>): string[] => {
  const entries = Object.entries(expectations);
  if (entries.length === 0) return ['an empty map expects nothing'];
  return entries.flatMap(([path, expectation]) => {
    const parsed = parsePath(path);
    const problems = parsed.ok
      ? []
      : [`path "${path}": ${parsed.error.message} at character ${parsed.error.position + 1}`];
    const problem = expectationProblem(expectation);
    return problem === undefined ? problems : [...problems, `${path}: ${problem}`];
  });
};

/** An expectation in words, to stand after "expected": `< 200 ms`, `one of 200, 204`. */
export const expectationInWords = (expectation: Json): string => nested.expected(expectation);
