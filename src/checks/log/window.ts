import { CLOCK_SKEW_MS } from '../../lib/matching/order-rules.ts';
import { formatDuration } from '../../lib/matching/units.ts';
import { lineTime, type Clock } from './times.ts';

/** Lines of a log that are looked at, oldest first. */
export type Window = {
  readonly lines: readonly string[];
  /** Why these may not be all lines of the window, behind "cannot be told: "; absent: they are. */
  readonly gap?: string;
  /** Milliseconds since the first line that says when it was written; absent: none does. */
  readonly span?: number;
};

/** Where a window begins: absent both, at the beginning of what there is. */
export type Asked = {
  /** Milliseconds back from now. */
  readonly since?: number;
  /** Number of lines, the last ones. */
  readonly lines?: number;
};

/** Whether the lines that were read reach back to where the window begins; what is older need not be read. */
export const reachesBack = (lines: readonly string[], asked: Asked, clock: Clock): boolean => {
  if (asked.lines !== undefined && lines.length > asked.lines) return true;
  const first = asked.since === undefined ? undefined : firstTime(lines, clock);
  return first !== undefined && first < clock.now - (asked.since ?? 0);
};

const firstTime = (lines: readonly string[], clock: Clock): number | undefined => {
  for (const line of lines) {
    const time = lineTime(line, clock);
    if (time !== undefined) return time;
  }
  return undefined;
};

/**
 * A log is written in order: the window begins with the first line that is young enough, and holds every line after it,
 * whatever that says of its time. Lines without a time before it belong to an older one, unless nothing is older.
 */
const beginOf = (lines: readonly string[], from: number, clock: Clock): number => {
  let isOlderSeen = false;
  for (const [i, line] of lines.entries()) {
    const time = lineTime(line, clock);
    if (time === undefined) continue;
    if (time >= from) return isOlderSeen ? i : 0;
    isOlderSeen = true;
  }
  return isOlderSeen ? lines.length : 0;
};

const lastTime = (lines: readonly string[], clock: Clock): number | undefined => {
  for (let i = lines.length - 1; i >= 0; i -= 1) {
    const time = lineTime(lines[i] ?? '', clock);
    if (time !== undefined) return time;
  }
  return undefined;
};

const timeGap = (lines: readonly string[], clock: Clock): string | undefined => {
  const last = lastTime(lines, clock);
  if (last === undefined) return lines.length === 0 ? undefined : 'no line says when it was written';
  const ahead = last - clock.now;
  return ahead > CLOCK_SKEW_MS
    ? `the last line is dated ${formatDuration(ahead)} in the future (is time_zone right?)`
    : undefined;
};

/** What of the lines that were read lies in the window. `cut`: why older lines may be missing. */
export const windowOf = (
  read: readonly string[],
  asked: Asked,
  { clock, cut }: { readonly clock: Clock; readonly cut?: string | undefined },
): Window => {
  const begin = asked.since === undefined ? 0 : beginOf(read, clock.now - asked.since, clock);
  const inTime = begin === 0 ? read : read.slice(begin);
  const lines = asked.lines === undefined ? inTime : inTime.slice(-asked.lines);
  const missing = reachesBack(read, asked, clock) ? undefined : cut;
  const gap = (asked.since === undefined ? undefined : timeGap(read, clock)) ?? missing;
  const first = firstTime(lines, clock);
  return {
    lines,
    ...(gap !== undefined && { gap }),
    ...(first !== undefined && { span: Math.max(0, clock.now - first) }),
  };
};
