/** One measured number, and the bound it has to keep. */
export type Figure = {
  readonly benchmark: string;
  /** What was measured, e.g. `status requests per second against bare app`. */
  readonly name: string;
  readonly value: number;
  /** `ratio`, `ms`, `req/s`, `count`. */
  readonly unit: string;
  /** Absent: reported only. */
  readonly bound?: Bound;
};

export type Bound = { readonly atLeast: number } | { readonly atMost: number };

export type Benchmark = {
  readonly name: string;
  /** Measures; `say` tells how it goes while it goes on. */
  readonly run: (say: (line: string) => void) => Promise<readonly Figure[]>;
};

export const keepsBound = ({ value, bound }: Figure): boolean => {
  if (bound === undefined) return true;
  return 'atLeast' in bound ? value >= bound.atLeast : value <= bound.atMost;
};

/** The middle of the values; of two middles the lower. 0 for none. */
export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** The smallest value that `share` of all values do not exceed; 0 for none. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
};
