import { Cron } from 'croner';

/** One line of a crontab that runs something. */
export type CronEntry = {
  readonly schedule: string;
  readonly command: string;
};

const NICKNAMES: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

// Enough to meet the longest pause of a week of hours, a month of days and some years of months.
const RUNS = 200;

/**
 * Longest time between two of the next runs in milliseconds. Undefined: it runs at boot, or never, or cannot be read. It
 * takes its time, so ask it of a few entries and not of a whole file.
 */
export const longestPause = (schedule: string, now: Date): number | undefined => {
  try {
    const runs = new Cron(NICKNAMES.get(schedule) ?? schedule, { timezone: 'UTC', mode: '5-part' }).nextRuns(
      RUNS,
      now,
    );
    const pauses = runs.slice(1).map((run, i) => run.getTime() - (runs[i]?.getTime() ?? NaN));
    return pauses.length > 0 ? Math.max(...pauses) : undefined;
  } catch {
    return undefined; // cron itself would refuse the line, and so never run it
  }
};

const LINE = /^(@[a-z]+|(?:\S+\s+){4}\S+)\s+(.*)$/;
const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*\s*=/;

const entryOf = (line: string, hasUser: boolean): CronEntry | undefined => {
  const match = LINE.exec(line);
  if (!match) return undefined;
  const rest = match[2] ?? '';
  return {
    schedule: (match[1] ?? '').replace(/\s+/g, ' '),
    command: hasUser ? rest.replace(/^\S+\s+/, '') : rest,
  };
};

/** Lines of a crontab that run something; comments, settings and what cron would not read are none. */
export const parseCrontab = (text: string, hasUser: boolean): readonly CronEntry[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#') && !ASSIGNMENT.test(line))
    .map((line) => entryOf(line, hasUser))
    .filter((entry) => entry !== undefined);
