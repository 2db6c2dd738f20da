import { describe, expect, it } from 'vitest';
import { START, situationOf } from '../../../test/support/situation.ts';
import { smallChecklist } from '../../../test/support/small-checklist.ts';
import { DAY, HOUR, MINUTE } from '../../lib/time.ts';
import { materialiseLadder, momentOf, nextInSeries, offsetText } from './ladder.ts';

const berlin = 'environment: production\ntime_zone: Europe/Berlin\n';

/** The schedule after T-0 on the Monday of `START`, 10:00 in Berlin, or another moment. */
const ladderOf = (ladder: string, deployedAt = START) => {
  const situation = situationOf({
    yaml: smallChecklist({ rest: `ladder: ${ladder}` }),
    environmentYaml: berlin,
    now: deployedAt,
    deployment: { anchors: { start: START, deployed: deployedAt } },
  });
  return { situation, followUps: materialiseLadder(situation, deployedAt) };
};
const shown = (ladder: string, deployedAt = START) =>
  ladderOf(ladder, deployedAt).followUps.map(
    ({ title, dueAt }) => `${title} ${new Date(dueAt).toISOString().slice(5, 16)}`,
  );

describe('the schedule after T-0', () => {
  it('holds bounded series in full and open ones one run ahead', () => {
    expect(
      shown("[{ at: +15m }, { at: +1h }, { cron: '0 9 * * *', for: 3d }, { cron: '0 10 * * fri' }]"),
    ).toEqual([
      '+15m 03-02T09:15',
      '+1h 03-02T10:00',
      'd1 03-03T08:00',
      'd2 03-04T08:00',
      'd3 03-05T08:00',
      'weekly 03-06T09:00',
    ]);
  });

  it('is the default one where the file names none: close at first, daily for a week, then weekly', () => {
    const situation = situationOf({
      yaml: 'system: small\ntitle: Small\nstages: {}\n',
      environmentYaml: berlin,
    });
    expect(materialiseLadder(situation, START).map(({ title }) => title)).toEqual([
      '+15m',
      '+1h',
      '+24h',
      'd2',
      'd3',
      'd4',
      'd5',
      'd6',
      'd7',
      'weekly',
    ]);
  });

  it('merges runs closer than a tenth of their offset, the exact one stays', () => {
    expect(shown("[{ at: +24h }, { cron: '0 9 * * *', for: 1d }]")).toEqual(['+24h 03-03T09:00']);
    expect(shown("[{ at: +20h }, { cron: '0 9 * * *', for: 1d }]")).toHaveLength(2);
    expect(shown('[{ at: +60m }, { at: +65m }, { at: +70m }]')).toEqual([
      '+1h 03-02T10:00',
      '+70m 03-02T10:10',
    ]);
  });

  it('lets an open series yield to a bounded run, for its next one', () => {
    expect(shown("[{ cron: '0 9 * * *', for: 7d }, { cron: '0 10 * * mon' }]").slice(-2)).toEqual([
      'd7 03-09T08:00',
      'weekly 03-16T09:00',
    ]);
  });

  it('follows the clock on the wall when summer time begins', () => {
    const friday = Date.UTC(2026, 2, 27, 12, 0);
    expect(shown("[{ cron: '0 9 * * *', for: 3d }]", friday)).toEqual([
      'd1 03-28T08:00',
      'd2 03-29T07:00',
      'd3 03-30T07:00',
    ]);
  });

  it('takes a daily run in the missing hour at the first valid minute', () => {
    const friday = Date.UTC(2026, 2, 28, 12, 0);
    expect(shown("[{ cron: '30 2 * * *', for: 2d }]", friday)).toEqual(['d1 03-29T01:00', 'd2 03-30T00:30']);
  });

  it('calls a rung as the file calls it', () => {
    expect(shown("[{ at: +1h, title: First look }, { cron: '0 9 * * *', title: Morning }]")).toEqual([
      'First look 03-02T10:00',
      'Morning 03-03T08:00',
    ]);
  });

  it('may be empty, and a series may never come', () => {
    expect(shown('[]')).toEqual([]);
    expect(shown("[{ cron: '0 9 30 2 *' }]")).toEqual([]);
  });

  it('leaves the tail of an absurdly long series out', () => {
    expect(ladderOf("[{ cron: '* * * * *', for: 7d }]").followUps.length).toBeLessThanOrEqual(100);
  });

  it('gives each run an id of its own', () => {
    const ids = ladderOf("[{ at: +15m }, { cron: '0 9 * * *', for: 7d }]").followUps.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('an open series', () => {
  it('plans its next run after now, however late the last one was', () => {
    const { situation, followUps } = ladderOf("[{ cron: '0 10 * * mon' }]");
    const last = followUps[0]!;
    const late = { ...situation, now: last.dueAt + 15 * DAY };
    expect(nextInSeries(situation, last)?.dueAt).toBe(last.dueAt + 7 * DAY);
    // Summer time has begun in between.
    expect(nextInSeries(late, last)?.dueAt).toBe(last.dueAt + 21 * DAY - HOUR);
  });

  it('is the only one with a next run', () => {
    const { situation, followUps } = ladderOf("[{ at: +15m }, { cron: '0 9 * * *', for: 7d }]");
    expect(followUps.map((followUp) => nextInSeries(situation, followUp))).toEqual(
      followUps.map(() => undefined),
    );
  });
});

describe('the moment of an offset', () => {
  const anchors = { start: 1 * HOUR, plannedGo: 10 * HOUR, go: 11 * HOUR, deployed: 12 * HOUR };
  it.each([
    ['after T-0', { anchor: 'deployed', ms: HOUR }, 13 * HOUR],
    ['after Go', { anchor: 'go', ms: 30 * MINUTE }, 11.5 * HOUR],
    ['after the start', { anchor: 'start', ms: HOUR }, 2 * HOUR],
    ['before planned Go, as files say it', { anchor: 'go', ms: -2 * HOUR }, 8 * HOUR],
    ['before planned Go, said of T-0', { anchor: 'deployed', ms: -2 * HOUR }, 8 * HOUR],
  ] as const)('%s', (_name, offset, expected) => {
    expect(momentOf(offset, anchors)).toBe(expected);
  });

  it('is unknown while its anchor is', () => {
    expect(momentOf({ anchor: 'deployed', ms: HOUR }, { start: 0 })).toBeUndefined();
    expect(momentOf({ anchor: 'go', ms: -HOUR }, { start: 0 })).toBeUndefined();
  });
});

it.each([
  [15 * MINUTE, '+15m'],
  [HOUR, '+1h'],
  [DAY, '+24h'],
  [7 * DAY, '+7d'],
  [90 * MINUTE, '+90m'],
  [6000, '+6s'],
  [-2 * HOUR, '-2h'],
  [1500, '+1500ms'],
])('%d ms is said as %s', (ms, text) => {
  expect(offsetText(ms)).toBe(text);
});
