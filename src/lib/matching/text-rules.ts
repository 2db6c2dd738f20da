import { isJsonObject, type Json } from '../json.ts';
import { compilePattern } from './regex.ts';
import {
  hasPlaceholder,
  isEqual,
  isList,
  judged,
  plain,
  show,
  showEach,
  unknown,
  type Rule,
  type Trial,
} from './rule.ts';
import { formatVersion, parseRange, parseVersion } from './versions.ts';

const textRule = (words: string, accepts: (actual: string, operand: string) => boolean): Rule => ({
  problem: (operand) => (typeof operand === 'string' && operand !== '' ? undefined : 'needs a text'),
  expected: (operand) => `${words} ${show(operand)}`,
  test: ({ actual, operand }) => {
    if (typeof actual !== 'string') return judged(false, `${show(actual)}, which is not text`);
    return judged(accepts(actual, plain(operand)), show(actual));
  },
});

const holdsEntry = (actual: Json, wanted: Json): boolean => {
  if (typeof actual === 'string') return typeof wanted === 'string' && actual.includes(wanted);
  if (isList(actual)) return actual.some((entry) => isEqual(entry, wanted));
  return isJsonObject(actual) && typeof wanted === 'string' && Object.hasOwn(actual, wanted);
};

const isContainer = (actual: Json): boolean =>
  typeof actual === 'string' || (typeof actual === 'object' && actual !== null);

const wantedOf = (operand: Json): readonly Json[] => (isList(operand) ? operand : [operand]);

const isUsableWanted = (operand: Json): boolean =>
  wantedOf(operand).length > 0 && !wantedOf(operand).includes('');

const containing = (words: string, accepts: (trial: Trial) => boolean): Rule => ({
  problem: (operand) => (isUsableWanted(operand) ? undefined : 'needs what to look for'),
  expected: (operand) => `${words} ${showEach(operand)}`,
  test: (trial) =>
    isContainer(trial.actual)
      ? judged(accepts(trial), show(trial.actual))
      : judged(false, `${show(trial.actual)}, which is neither text nor a list`),
});

const patternProblem = (operand: Json): string | undefined => {
  if (typeof operand !== 'string') return 'needs a pattern';
  if (hasPlaceholder(operand)) return undefined;
  const compiled = compilePattern(operand);
  return compiled.ok ? undefined : `pattern ${show(operand)}: ${compiled.error}`;
};

const matches: Rule = {
  problem: patternProblem,
  expected: (operand) => `to match ${plain(operand)}`,
  test: ({ actual, operand }) => {
    const compiled = compilePattern(typeof operand === 'string' ? operand : '(');
    if (!compiled.ok) return unknown(`${show(actual)}, but the pattern is broken: ${compiled.error}`);
    if (typeof actual !== 'string') return judged(false, `${show(actual)}, which is not text`);
    return judged(compiled.value(actual), show(actual));
  },
};

const semver: Rule = {
  problem: (operand) =>
    typeof operand === 'string' && (hasPlaceholder(operand) || parseRange(operand) !== undefined)
      ? undefined
      : 'needs a range such as ">=1.2 <2", ^1.2 or 15.x',
  expected: (operand) => `a version in ${plain(operand)}`,
  test: ({ actual, operand }) => {
    const range = typeof operand === 'string' ? parseRange(operand) : undefined;
    if (!range) return unknown(`${show(actual)}, but ${show(operand)} is not a range`);
    const isReadable = typeof actual === 'string' || typeof actual === 'number';
    const version = isReadable ? parseVersion(plain(actual)) : undefined;
    if (!version) return judged(false, `${show(actual)}, which names no version`);
    const read = formatVersion(version);
    return judged(range(version), actual === read ? read : `${show(actual)} (read as ${read})`);
  },
};

/** Matchers on texts, and on what lists and objects hold. */
export const textRules = {
  contains: containing('to contain', ({ actual, operand }) =>
    wantedOf(operand).every((wanted) => holdsEntry(actual, wanted)),
  ),
  not_contains: containing('not to contain', ({ actual, operand }) =>
    wantedOf(operand).every((wanted) => !holdsEntry(actual, wanted)),
  ),
  starts: textRule('to start with', (actual, operand) => actual.startsWith(operand)),
  ends: textRule('to end with', (actual, operand) => actual.endsWith(operand)),
  matches,
  semver,
} as const satisfies Record<string, Rule>;
