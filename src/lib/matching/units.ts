/** What a number counts: `duration` in milliseconds, `size` in bytes, `percent` in hundredths, `plain` nothing known. */
export type QuantityKind = 'plain' | 'duration' | 'size' | 'percent';
export type Quantity = { readonly kind: QuantityKind; readonly value: number };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const DURATIONS = new Map([
  ['ms', 1],
  ['s', SECOND],
  ['m', MINUTE],
  ['min', MINUTE],
  ['h', HOUR],
  ['d', DAY],
  ['w', 7 * DAY],
]);

const SIZES = new Map([
  ['b', 1],
  ['kb', 1e3],
  ['mb', 1e6],
  ['gb', 1e9],
  ['tb', 1e12],
  ['kib', 2 ** 10],
  ['mib', 2 ** 20],
  ['gib', 2 ** 30],
  ['tib', 2 ** 40],
]);

const NUMBER = /^[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
const DURATION = /^([+-]?)((?:\d+(?:\.\d+)?\s*(?:ms|min|[smhdw])\s*)+)$/;
const DURATION_PART = /(\d+(?:\.\d+)?)\s*(ms|min|[smhdw])/g;
const WITH_UNIT = /^([+-]?\d+(?:\.\d+)?)\s*(%|[A-Za-z]+)$/;

/** Milliseconds of `200ms`, `1.5 h`, `1h30m`, or of an offset like `+15m` and `-2h`. Undefined: not a duration. */
export const parseDuration = (text: string): number | undefined => {
  const match = DURATION.exec(text.trim());
  if (!match) return undefined;
  let total = 0;
  for (const [, amount, unit] of (match[2] ?? '').matchAll(DURATION_PART)) {
    total += Number(amount) * (DURATIONS.get(unit ?? '') ?? NaN);
  }
  return match[1] === '-' ? -total : total;
};

/** Bytes of `64KB` (1000) or `64 KiB` (1024); the case of the letters does not matter. Undefined: not a size. */
export const parseSize = (text: string): number | undefined => {
  const [, amount, unit] = WITH_UNIT.exec(text.trim()) ?? [];
  const factor = SIZES.get((unit ?? '').toLowerCase());
  return factor === undefined ? undefined : Number(amount) * factor;
};

/** A number with or without a unit. `m` is minutes, never mega. Undefined: not a quantity. */
export const parseQuantity = (text: string): Quantity | undefined => {
  const trimmed = text.trim();
  if (NUMBER.test(trimmed)) return { kind: 'plain', value: Number(trimmed) };
  const duration = parseDuration(trimmed);
  if (duration !== undefined) return { kind: 'duration', value: duration };
  const size = parseSize(trimmed);
  if (size !== undefined) return { kind: 'size', value: size };
  const [, amount, unit] = WITH_UNIT.exec(trimmed) ?? [];
  return unit === '%' ? { kind: 'percent', value: Number(amount) } : undefined;
};

const rounded = (value: number): string => String(Number(value.toPrecision(4)));

type Step = readonly [limit: number, factor: number, unit: string];

// Two days stay hours: "36 h" says more at night than "1.5 d".
const DURATION_STEPS: readonly Step[] = [
  [SECOND, 1, 'ms'],
  [MINUTE, SECOND, 's'],
  [HOUR, MINUTE, 'min'],
  [2 * DAY, HOUR, 'h'],
  [Infinity, DAY, 'd'],
];

const SIZE_STEPS: readonly Step[] = [
  [2 ** 10, 1, 'B'],
  [2 ** 20, 2 ** 10, 'KiB'],
  [2 ** 30, 2 ** 20, 'MiB'],
  [2 ** 40, 2 ** 30, 'GiB'],
  [Infinity, 2 ** 40, 'TiB'],
];

const inSteps = (value: number, steps: readonly Step[]): string => {
  const [, factor, unit] = steps.find(([limit]) => Math.abs(value) < limit) ?? [0, 1, ''];
  return `${rounded(value / factor)} ${unit}`;
};

/** `240 ms`, `2.4 s`, `5 min`, `36 h`, `6 d`: four digits at most. */
export const formatDuration = (ms: number): string => inSteps(ms, DURATION_STEPS);

/** `512 B`, `1.5 MiB`: four digits at most. */
export const formatSize = (bytes: number): string => inSteps(bytes, SIZE_STEPS);

/** A number in the words of its kind; plain numbers are written in full. */
export const formatQuantity = ({ kind, value }: Quantity): string => {
  switch (kind) {
    case 'duration':
      return formatDuration(value);
    case 'size':
      return formatSize(value);
    case 'percent':
      return `${rounded(value)} %`;
    case 'plain':
      return String(value);
  }
};
