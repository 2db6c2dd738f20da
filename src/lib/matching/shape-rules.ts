import { isJsonObject, type Json } from '../json.ts';
import {
  isEqual,
  isList,
  judged,
  plain,
  show,
  showEach,
  unknown,
  type Judged,
  type Rule,
  type Trial,
} from './rule.ts';

const eq: Rule = {
  problem: () => undefined,
  expected: (operand) => show(operand),
  test: ({ actual, operand }) => judged(isEqual(actual, operand), show(actual)),
};

const ne: Rule = {
  problem: () => undefined,
  expected: (operand) => `anything but ${show(operand)}`,
  test: ({ actual, operand }) => judged(!isEqual(actual, operand), show(actual)),
};

const oneOf: Rule = {
  problem: (operand) => (isList(operand) && operand.length > 0 ? undefined : 'needs a list of values'),
  expected: (operand) => `one of ${showEach(operand)}`,
  test: ({ actual, operand }) =>
    judged(isList(operand) && operand.some((entry) => isEqual(actual, entry)), show(actual)),
};

const yesOrNo = (operand: Json): string | undefined =>
  typeof operand === 'boolean' ? undefined : 'needs true or false';

// Whether there is a value at all is decided before any rule runs (see judge.ts); what reaches these rules is there.
const exists: Rule = {
  problem: yesOrNo,
  expected: (operand) => (operand === false ? 'not to exist' : 'to exist'),
  test: ({ actual, operand }) => judged(operand !== false, show(actual)),
};

const absent: Rule = {
  problem: yesOrNo,
  expected: (operand) => (operand === false ? 'to exist' : 'not to exist'),
  test: ({ actual, operand }) => judged(operand === false, show(actual)),
};

/** Characters of a text, entries of a list, keys of an object; undefined for anything else. */
const sizeOf = (value: Json): number | undefined => {
  // Code points: what counts is how long a secret or a text is, and an emoji is one.
  if (typeof value === 'string') return Array.from(value).length;
  if (isList(value)) return value.length;
  return isJsonObject(value) ? Object.keys(value).length : undefined;
};

const empty: Rule = {
  problem: yesOrNo,
  expected: (operand) => (operand === false ? 'something' : 'nothing (empty)'),
  test: ({ actual, operand }) =>
    judged((actual === null || sizeOf(actual) === 0) === (operand !== false), show(actual)),
};

const length: Rule = {
  problem: (operand, nested) =>
    typeof operand === 'number' || isJsonObject(operand)
      ? nested.problem(operand)
      : 'needs a number or a matcher',
  expected: (operand, nested) => `length ${nested.expected(operand)}`,
  test: ({ actual, operand, surroundings, nested }) => {
    const size = sizeOf(actual);
    if (size === undefined) return judged(false, `${show(actual)}, which has no length`);
    return nested.test(size, operand, surroundings);
  },
};

const entriesOf = (value: Json): readonly Json[] | undefined => {
  if (isList(value)) return value;
  return isJsonObject(value) ? Object.values(value) : undefined;
};

const testEntries = (trial: Trial): readonly Judged[] | undefined =>
  entriesOf(trial.actual)?.map((entry) => trial.nested.test(entry, trial.operand, trial.surroundings));

const every: Rule = {
  problem: (operand, nested) => nested.problem(operand),
  expected: (operand, nested) => `every entry ${nested.expected(operand)}`,
  test: (trial) => {
    const results = testEntries(trial);
    if (!results) return judged(false, `${show(trial.actual)}, which is not a list`);
    // An empty list has nothing that was measured, so it proves nothing.
    if (results.length === 0) return unknown('an empty list');
    const wrong = results.filter((result) => result.verdict === 'false');
    const untold = results.find((result) => result.verdict === 'unknown');
    if (wrong[0]) return judged(false, `${wrong[0].got} (${wrong.length} of ${results.length} entries)`);
    return untold ? unknown(untold.got) : judged(true, `${results.length} entries`);
  },
};

const any: Rule = {
  problem: (operand, nested) => nested.problem(operand),
  expected: (operand, nested) => `at least one entry ${nested.expected(operand)}`,
  test: (trial) => {
    const results = testEntries(trial);
    if (!results) return judged(false, `${show(trial.actual)}, which is not a list`);
    const right = results.find((result) => result.verdict === 'holds');
    const untold = results.find((result) => result.verdict === 'unknown');
    if (right) return judged(true, right.got);
    return untold ? unknown(untold.got) : judged(false, show(trial.actual));
  },
};

const TYPES = ['string', 'number', 'integer', 'boolean', 'null', 'list', 'object'] as const;

const typeOf = (value: Json): (typeof TYPES)[number] => {
  if (value === null) return 'null';
  if (isList(value)) return 'list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value as 'string' | 'boolean' | 'object';
};

const type: Rule = {
  problem: (operand) =>
    TYPES.some((name) => name === operand) ? undefined : `needs one of ${TYPES.join(', ')}`,
  expected: (operand) => `type ${plain(operand)}`,
  test: ({ actual, operand }) => {
    const name = typeOf(actual);
    return judged(
      name === operand || (name === 'integer' && operand === 'number'),
      `${show(actual)} (${name})`,
    );
  },
};

/** Matchers on any value, and on lists as a whole. */
export const shapeRules = {
  eq,
  ne,
  in: oneOf,
  exists,
  absent,
  empty,
  length,
  every,
  any,
  type,
} as const satisfies Record<string, Rule>;
