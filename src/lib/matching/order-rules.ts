import { isJsonObject, type Json } from '../json.ts';
import { compare, parseTime, readOperand, showOperand } from './order.ts';
import { hasPlaceholder, isList, judged, show, unknown, type Judged, type Rule, type Trial } from './rule.ts';
import { formatDuration, parseDuration, parseQuantity } from './units.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

const isComparable = (operand: Json): boolean =>
  hasPlaceholder(operand) || readOperand(operand) !== undefined;

const NEEDS_OPERAND = 'needs a number, a number with a unit (200ms, 5 GiB, 80%) or a time';

const ordering = (sign: string, accepts: (order: number) => boolean): Rule => ({
  problem: (operand) => (isComparable(operand) ? undefined : NEEDS_OPERAND),
  expected: (operand) => `${sign} ${showOperand(operand)}`,
  test: ({ actual, operand }) => {
    const comparison = compare(actual, operand);
    return comparison.ok ? judged(accepts(comparison.order), comparison.got) : comparison.judged;
  },
});

const testBetween = ({ actual, operand }: Trial): Judged => {
  const [low = null, high = null] = isList(operand) ? operand : [];
  const [fromLow, fromHigh] = [compare(actual, low), compare(actual, high)];
  if (!fromLow.ok) return fromLow.judged;
  if (!fromHigh.ok) return fromHigh.judged;
  return judged(fromLow.order >= 0 && fromHigh.order <= 0, fromLow.got);
};

const between: Rule = {
  problem: (operand) =>
    isList(operand) && operand.length === 2 && operand.every(isComparable)
      ? undefined
      : 'needs a list of two: [lowest, highest], both included',
  expected: (operand) =>
    isList(operand) ? `between ${operand.map(showOperand).join(' and ')}` : show(operand),
  test: testBetween,
};

const durationOf = (operand: Json): number | undefined =>
  typeof operand === 'string' ? parseDuration(operand) : undefined;

/** Two clocks may differ by this much; what is dated later than that was not dated by a clock that is right. */
export const CLOCK_SKEW_MS = 5 * 60 * 1000;

const judgeAge = (age: number, limit: number, source = ''): Judged =>
  age < -CLOCK_SKEW_MS
    ? unknown(`a time ${formatDuration(-age)} in the future${source}`)
    : judged(age < limit, `${formatDuration(age)} old${source}`);

const testAge = ({ actual, operand, surroundings }: Trial): Judged => {
  const limit = durationOf(operand);
  if (limit === undefined) return unknown(`${show(actual)}, but ${show(operand)} is not a duration`);
  if (typeof actual === 'number') return judgeAge(actual, limit);
  const time = typeof actual === 'string' ? parseTime(actual) : undefined;
  if (actual === null) return unknown('null');
  if (time === undefined) return judged(false, `${show(actual)}, which is not a time`);
  if (!surroundings.now) return unknown(`${show(actual)}, but the time of the measurement is not known`);
  return judgeAge(surroundings.now.getTime() - time, limit, ` (${show(actual)})`);
};

const ageBelow: Rule = {
  problem: (operand) =>
    hasPlaceholder(operand) || durationOf(operand) !== undefined ? undefined : 'needs a duration such as 24h',
  expected: (operand) => `younger than ${showOperand(operand)}`,
  test: testAge,
};

const days = (count: number): string => `${Math.floor(count * 10) / 10} days`;

const testDaysUntil = ({ actual, operand, surroundings }: Trial): Judged => {
  const limit = typeof operand === 'string' ? parseQuantity(operand)?.value : operand;
  if (typeof limit !== 'number')
    return unknown(`${show(actual)}, but ${show(operand)} is not a number of days`);
  if (typeof actual === 'number') return judged(actual > limit, days(actual));
  const time = typeof actual === 'string' ? parseTime(actual) : undefined;
  if (actual === null) return unknown('null');
  if (time === undefined) return judged(false, `${show(actual)}, which is not a time`);
  if (!surroundings.now) return unknown(`${show(actual)}, but the time of the measurement is not known`);
  const left = (time - surroundings.now.getTime()) / DAY_MS;
  return judged(left > limit, `${days(left)} (${show(actual)})`);
};

const daysUntilAbove: Rule = {
  problem: (operand) =>
    hasPlaceholder(operand) || typeof operand === 'number' ? undefined : 'needs a number of days',
  expected: (operand) => `more than ${show(operand)} days left`,
  test: testDaysUntil,
};

const CHANGE_SIGNS: Readonly<Record<string, string>> = { lt: '<', lte: '<=', gt: '>', gte: '>=' };

const percentOf = (operand: Json): number | undefined => {
  if (typeof operand === 'number') return operand;
  const quantity = typeof operand === 'string' ? parseQuantity(operand) : undefined;
  return quantity && (quantity.kind === 'percent' || quantity.kind === 'plain') ? quantity.value : undefined;
};

const changeProblem = (operand: Json): string | undefined => {
  const problem = 'needs a percentage such as 10%, or {gte: "-5%", lte: "+10%"}';
  if (!isJsonObject(operand)) {
    return hasPlaceholder(operand) || percentOf(operand) !== undefined ? undefined : problem;
  }
  const entries = Object.entries(operand);
  const isFine = entries.every(
    ([name, limit]) =>
      Object.hasOwn(CHANGE_SIGNS, name) && (hasPlaceholder(limit) || percentOf(limit) !== undefined),
  );
  return isFine && entries.length > 0 ? undefined : problem;
};

const expectedChange = (operand: Json): string => {
  if (!isJsonObject(operand)) return `a change of at most ${percentOf(operand) ?? show(operand)} %`;
  const limits = Object.entries(operand).map(
    ([name, limit]) => `${CHANGE_SIGNS[name] ?? name} ${percentOf(limit) ?? show(limit)} %`,
  );
  return `a change ${limits.join(' and ')}`;
};

const isChangeAccepted = (change: number, operand: Json): boolean => {
  if (!isJsonObject(operand)) return Math.abs(change) <= (percentOf(operand) ?? NaN);
  return Object.entries(operand).every(([name, raw]) => {
    const limit = percentOf(raw) ?? NaN;
    if (name === 'lt') return change < limit;
    if (name === 'lte') return change <= limit;
    return name === 'gt' ? change > limit : change >= limit;
  });
};

const testChange = ({ actual, operand, surroundings }: Trial): Judged => {
  const { baseline } = surroundings;
  if (changeProblem(operand) !== undefined || hasPlaceholder(operand)) {
    return unknown(`${show(actual)}, but ${show(operand)} is not a change`);
  }
  if (typeof actual !== 'number') return unknown(`${show(actual)}, which is not a number`);
  if (baseline === undefined) return unknown(`${actual} and nothing earlier to compare with`);
  if (typeof baseline !== 'number') return unknown(`${actual} and earlier ${show(baseline)}`);
  if (baseline === 0 && actual !== 0) return unknown(`${actual} after 0, of which nothing is a percentage`);
  const change = baseline === 0 ? 0 : ((actual - baseline) / Math.abs(baseline)) * 100;
  const sign = change > 0 ? '+' : '';
  return judged(
    isChangeAccepted(change, operand),
    `${actual} after ${baseline} (${sign}${Number(change.toPrecision(3))} %)`,
  );
};

const changedBy: Rule = { problem: changeProblem, expected: expectedChange, test: testChange };

/** Matchers on numbers, quantities and times. */
export const orderRules = {
  gt: ordering('>', (order) => order > 0),
  gte: ordering('>=', (order) => order >= 0),
  lt: ordering('<', (order) => order < 0),
  lte: ordering('<=', (order) => order <= 0),
  between,
  age_lt: ageBelow,
  days_until_gt: daysUntilAbove,
  changed_by: changedBy,
} as const satisfies Record<string, Rule>;
