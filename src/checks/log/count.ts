import { setImmediate } from 'node:timers/promises';

/** Longer lines are searched up to here. */
const MAX_LINE = 16 * 1024;
/** Characters and lines between two looks at whether there is something else to do. */
const BATCH = 64 * 1024;
const BATCH_LINES = 500;
const KEPT = 5;

export type Search = (line: string) => boolean;

export type Counts = {
  /** Pattern -> lines that match it. */
  readonly counts: Readonly<Record<string, number>>;
  /** The last lines that match the first pattern, oldest first; not cut, so that redaction sees whole secrets. */
  readonly last: readonly string[];
  /** Lines that were only searched in part. */
  readonly longLines: number;
};

/** Counts matching lines; lets others work in between. Rejects when the signal aborts. */
export const countLines = async (
  lines: readonly string[],
  patterns: ReadonlyMap<string, Search>,
  signal: AbortSignal,
): Promise<Counts> => {
  const counts = new Map([...patterns.keys()].map((name) => [name, 0]));
  const [first] = patterns.keys();
  const last: string[] = [];
  let longLines = 0;
  let searched = 0;
  for (const whole of lines) {
    searched += Math.max(whole.length, BATCH / BATCH_LINES);
    if (searched > BATCH) {
      searched = 0;
      await setImmediate();
    }
    signal.throwIfAborted();
    if (whole.length > MAX_LINE) longLines += 1;
    const line = whole.slice(0, MAX_LINE);
    for (const [name, search] of patterns) {
      if (!search(line)) continue;
      counts.set(name, (counts.get(name) ?? 0) + 1);
      if (name === first) last.push(line);
    }
    if (last.length > KEPT) last.shift();
  }
  return { counts: Object.fromEntries(counts), last, longLines };
};
