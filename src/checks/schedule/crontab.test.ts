import { describe, expect, it } from 'vitest';
import { longestPause, parseCrontab } from './crontab.ts';

const now = new Date('2026-11-20T10:00:00.000Z');
const HOUR = 3_600_000;

describe('a crontab', () => {
  it('has entries, and lines that are none', () => {
    const text =
      '# 0 1 * * * /old\nMAILTO=ops\n\n*/5  * * * *  /bin/sync --all\r\n@daily /bin/backup\nnonsense\n';
    expect(parseCrontab(text, false)).toEqual([
      { schedule: '*/5 * * * *', command: '/bin/sync --all' },
      { schedule: '@daily', command: '/bin/backup' },
    ]);
    expect(parseCrontab('0 2 * * * root /bin/backup', true)[0]?.command).toBe('/bin/backup');
  });

  it.each<[string, number | undefined]>([
    ['0 * * * *', HOUR],
    ['0 9-17 * * *', 16 * HOUR],
    ['0 0 * * 1-5', 72 * HOUR],
    ['@weekly', 168 * HOUR],
    ['@reboot', undefined],
    ['61 * * * *', undefined],
    ['0 0 31 2 *', undefined],
  ])('whose entry is %s pauses at most %s ms', (schedule, pause) => {
    expect(longestPause(schedule, now)).toBe(pause);
  });
});
