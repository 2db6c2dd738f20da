/** A version as read from text; `pre` is the pre-release part, empty for a release. */
export type Version = { readonly parts: readonly [number, number, number]; readonly pre: readonly string[] };

type Comparator = { readonly op: '<' | '<=' | '>' | '>=' | '='; readonly version: Version };

const IN_TEXT =
  /(\d{1,15})(?:\.(\d{1,15}))?(?:\.(\d{1,15})(?:-([A-Za-z][0-9A-Za-z-]*(?:\.[0-9A-Za-z-]+)*))?)?/;
const COMPARATOR =
  /^(<=|>=|<|>|=|\^|~)?\s*v?(\d{1,15}|[xX*])(?:\.(\d{1,15}|[xX*]))?(?:\.(\d{1,15}|[xX*]))?(?:-([0-9A-Za-z.-]+))?$/;
const HYPHEN = /^(\S+)\s+-\s+(\S+)$/;

/** The first version in a text: "PostgreSQL 15.7 (Debian)" is 15.7.0. Undefined: no digit in it. */
export const parseVersion = (text: string): Version | undefined => {
  const match = IN_TEXT.exec(text);
  if (!match) return undefined;
  const [, major, minor, patch, pre] = match;
  return { parts: [Number(major), Number(minor ?? 0), Number(patch ?? 0)], pre: pre?.split('.') ?? [] };
};

/** As people write it: `15.7.0`, `1.2.3-rc.1`. */
export const formatVersion = ({ parts, pre }: Version): string =>
  parts.join('.') + (pre.length > 0 ? `-${pre.join('.')}` : '');

const compareIdentifiers = (left: string, right: string): number => {
  const [isLeftNumber, isRightNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)];
  if (isLeftNumber && isRightNumber) return Number(left) - Number(right);
  if (isLeftNumber !== isRightNumber) return isLeftNumber ? -1 : 1;
  return left < right ? -1 : Number(left > right);
};

const comparePre = (left: readonly string[], right: readonly string[]): number => {
  if (left.length === 0 || right.length === 0) return Number(left.length === 0) - Number(right.length === 0);
  for (const [position, identifier] of left.entries()) {
    const other = right[position];
    if (other === undefined) return 1;
    const order = compareIdentifiers(identifier, other);
    if (order !== 0) return order;
  }
  return left.length - right.length;
};

/** Negative, zero or positive; a pre-release stands before its release. */
export const compareVersions = (left: Version, right: Version): number => {
  for (const position of [0, 1, 2] as const) {
    const order = left.parts[position] - right.parts[position];
    if (order !== 0) return order;
  }
  return comparePre(left.pre, right.pre);
};

const numbersOf = (parts: readonly (string | undefined)[]): number[] => {
  const numbers: number[] = [];
  for (const part of parts) {
    if (part === undefined || /^[xX*]$/.test(part)) break;
    numbers.push(Number(part));
  }
  return numbers;
};

const floor = (numbers: readonly number[], pre: readonly string[] = []): Version => ({
  parts: [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0],
  pre,
});

// The lowest pre-release of the next version: 2.0.0-rc.1 does not belong to ^1.
const below = (numbers: readonly number[], position: number): Comparator => ({
  op: '<',
  version: floor([...numbers.slice(0, position), (numbers[position] ?? 0) + 1], ['0']),
});

const caretPosition = (numbers: readonly number[]): number => {
  const firstSet = numbers.findIndex((part) => part > 0);
  return firstSet === -1 ? numbers.length - 1 : firstSet;
};

const atLeast = (version: Version): Comparator => ({ op: '>=', version });

type Written = { readonly numbers: readonly number[]; readonly pre: readonly string[] };

/** What `<op> 1.2` means when parts are missing: the whole of 1.2.x counts. */
const expandPartial = (op: string, numbers: readonly number[]): readonly Comparator[] => {
  const last = numbers.length - 1;
  const version = floor(numbers);
  switch (op) {
    case '>':
      return [atLeast(floor([...numbers.slice(0, last), (numbers[last] ?? 0) + 1]))];
    case '>=':
      return [atLeast(version)];
    case '<':
      return [{ op, version: floor(numbers, ['0']) }];
    case '<=':
      return [below(numbers, last)];
    default:
      return [atLeast(version), below(numbers, last)];
  }
};

const expandFull = (op: string, { numbers, pre }: Written): readonly Comparator[] => {
  const version = floor(numbers, pre);
  if (op === '<') return [{ op, version: pre.length > 0 ? version : floor(numbers, ['0']) }];
  return [{ op: op === '>' || op === '>=' || op === '<=' ? op : '=', version }];
};

const NONE: Comparator = { op: '<', version: floor([], ['0']) };

const expand = (op: string, written: Written): readonly Comparator[] => {
  const { numbers, pre } = written;
  if (numbers.length === 0) return op === '<' || op === '>' ? [NONE] : [];
  if (op === '^') return [atLeast(floor(numbers, pre)), below(numbers, caretPosition(numbers))];
  if (op === '~') return [atLeast(floor(numbers, pre)), below(numbers, Math.min(1, numbers.length - 1))];
  return numbers.length < 3 ? expandPartial(op, numbers) : expandFull(op, written);
};

const parseComparator = (text: string): readonly Comparator[] | undefined => {
  const match = COMPARATOR.exec(text);
  if (!match) return undefined;
  const [, op, major, minor, patch, pre] = match;
  const numbers = numbersOf([major, minor, patch]);
  if (pre !== undefined && numbers.length < 3) return undefined;
  return expand(op ?? '', { numbers, pre: pre?.split('.') ?? [] });
};

const parseAll = (texts: readonly string[]): readonly Comparator[] | undefined => {
  const comparators: Comparator[] = [];
  for (const text of texts) {
    const parsed = parseComparator(text);
    if (!parsed) return undefined;
    comparators.push(...parsed);
  }
  return comparators;
};

const parseAlternative = (text: string): readonly Comparator[] | undefined => {
  const [, low, high] = HYPHEN.exec(text) ?? [];
  if (low !== undefined && high !== undefined) return parseAll([`>=${low}`, `<=${high}`]);
  const spaced = text.replace(/(<=|>=|<|>|=|\^|~)\s+/g, '$1').replaceAll(',', ' ');
  const words = spaced.split(/\s+/).filter((word) => word !== '');
  return words.length === 0 ? undefined : parseAll(words);
};

const accepts = ({ op, version }: Comparator, actual: Version): boolean => {
  const order = compareVersions(actual, version);
  switch (op) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '=':
      return order === 0;
  }
};

/**
 * A range as npm writes it: `>=1.2 <2`, `^1.2.3`, `~1.2`, `1.x`, `1.2 - 1.4`, `||` between alternatives. Versions stand in
 * one line, pre-releases too: `1.3.0-rc.1` lies in `>=1.2`. Undefined: not a range.
 */
export const parseRange = (text: string): ((version: Version) => boolean) | undefined => {
  const alternatives = text.split('||').map((part) => parseAlternative(part.trim()));
  const parsed = alternatives.filter((alternative) => alternative !== undefined);
  if (parsed.length < alternatives.length) return undefined;
  return (version) => parsed.some((comparators) => comparators.every((one) => accepts(one, version)));
};
