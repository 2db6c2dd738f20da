import { describe, expect, it } from 'vitest';
import { acknowledgeAlert } from '../../src/domain/decide/answer-alert.ts';
import { declareDeployed } from '../../src/domain/decide/deploying.ts';
import { giveGo } from '../../src/domain/decide/gate.ts';
import { supersede } from '../../src/domain/decide/newer-deployment.ts';
import { rollBack } from '../../src/domain/decide/roll-back.ts';
import { signOff } from '../../src/domain/decide/sign-off.ts';
import { evolve } from '../../src/domain/evolve/evolve.ts';
import { confirmItem } from '../../src/domain/settle/confirm-item.ts';
import { skipItem } from '../../src/domain/settle/skip-item.ts';
import type { Situation } from '../../src/domain/situation.ts';
import { ok } from '../../src/lib/result.ts';
import type { Notice } from '../../src/usecases/notices.ts';
import { noticesFor } from '../../src/usecases/notices.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/lib/time.ts';
import { actor, situationOf, standing } from '../support/situation.ts';
import type { World } from '../support/virtual-time.ts';
import { virtualBot } from '../support/virtual-time.ts';

/** Wednesday; in the night to Sunday 29 March the clocks of Berlin go forward: this week has an hour less. */
const START = Date.UTC(2026, 2, 25, 9, 0);
const BERLIN = `
environment: production
time_zone: Europe/Berlin
work_hours: { days: mon-fri, from: '09:00', to: '17:30' }
people:
  approver: ['@alice', '@bob']
  release-manager: ['@bob']
  product-owner: ['@carol']
  on_call: ['@oncall']
`;

const well: World = () => 'pass';
const shown = (instant: number): string => new Date(instant).toISOString().slice(5, 16);

type Bot = ReturnType<typeof virtualBot>;

const confirm = (bot: Bot, ...itemIds: string[]): void => {
  for (const itemId of itemIds) {
    bot.act((now) => confirmItem(now, { itemId, actor: actor(now, 'bob'), seen: 'seen', evidence: '120' }));
  }
};

const start = (): Situation => situationOf({ environmentYaml: BERLIN, now: START });

/** From the start to T-0, the ordinary way. The new version answers half a minute after T-0. */
const deployed = (world: World = well, begun = start()): { bot: Bot; t0: number } => {
  let t0 = Infinity;
  const bot = virtualBot(begun, (itemId, at) =>
    itemId === 'version-live' && at < t0 + 30 * SECOND
      ? { outcome: 'fail', line: 'got 1.0.0' }
      : world(itemId, at),
  );
  const { startedBy: by, version, checklistHash, choices } = begun.deployment;
  bot.act(() => ok([{ type: 'deployment_started', by, version, checklistHash, choices }]));
  bot.until(START + 10 * MINUTE);
  confirm(bot, 'rollback-plan', 'load-figures');
  bot.until(START + 20 * MINUTE);
  bot.act((now) => giveGo(now, { actor: actor(now, 'alice') }));
  bot.until(START + 40 * MINUTE);
  confirm(bot, 'run-deploy', 'publish-script');
  t0 = bot.now.now;
  bot.act((now) => declareDeployed(now, { actor: actor(now, 'bob') }));
  return { bot, t0 };
};

const sign = (bot: Bot, name: string): void =>
  bot.act((now) =>
    signOff(now, {
      actor: actor(now, name),
      acceptedDebts: now.deployment.debts.map(({ id }) => id),
    }),
  );

const rungs = ({ now }: Bot): string[] =>
  now.deployment.followUps.map(({ title, dueAt, state }) => `${title} ${shown(dueAt)} ${state.kind}`);

describe('a clean week', () => {
  const { bot, t0 } = deployed();
  bot.until(t0 + 20 * SECOND);
  const waiting = standing(bot.now, 'health');
  bot.until(t0 + 2 * MINUTE);
  const verified = bot.now.deployment.state.kind;
  bot.act((now) =>
    skipItem(now, { itemId: 'create-user', actor: actor(now, 'alice'), reason: 'no test account' }),
  );
  bot.until(t0 + 3 * HOUR);
  sign(bot, 'bob');
  bot.until(t0 + DAY + HOUR);
  confirm(bot, 'complaints');
  sign(bot, 'carol');
  bot.until(t0 + 30 * DAY);

  it('waits for the new version, then verifies', () => {
    expect(waiting).toBe('unclear');
    expect(verified).toBe('verifying');
    expect(bot.times('verified').map((at) => at - t0)).toEqual([2 * MINUTE]);
    expect(standing(bot.now, 'health')).toBe('passed');
  });

  it('has its rungs at their times on the clock on the wall, over the change of clocks too', () => {
    expect(rungs(bot)).toEqual([
      '+15m 03-25T09:55 done',
      '+1h 03-25T10:40 done',
      '+24h 03-26T09:40 done',
      'd2 03-27T08:00 done',
      'd3 03-28T08:00 done',
      'd4 03-29T07:00 done',
      'd5 03-30T07:00 done',
      'd6 03-31T07:00 done',
      'd7 04-01T07:00 done',
      // The first Monday has its daily rung an hour earlier; the series yields to it.
      'weekly 04-06T08:00 cancelled',
    ]);
  });

  it('is completed with its last rung, healthy, and silent afterwards', () => {
    const { state } = bot.now.deployment;
    expect(state).toMatchObject({ kind: 'completed', outcome: 'healthy', unsigned: [] });
    expect(state.kind === 'completed' && shown(state.at)).toBe('04-01T07:00');
    expect(bot.log.at(-1)?.event.type).toBe('completed');
  });

  it('asked people only what they had to be asked', () => {
    expect(bot.times('alert_fired')).toEqual([]);
    const reminded = bot.log.flatMap(({ event }) => (event.type === 'reminded' ? [event.key] : []));
    expect(reminded).toEqual(['sign-off:asked', 'item:complaints']);
  });

  it('posted four times: Go asked, Deployed, sign-off asked and the report', () => {
    const { deployment } = bot.now;
    const said = bot.log
      .flatMap(({ event }) => noticesFor({ before: deployment, after: deployment, events: [event] }))
      .map(({ body }) => body as Notice)
      .filter((notice) => notice.kind === 'report' || (notice.kind === 'event' && notice.broadcast));
    expect(said.map((notice) => (notice.kind === 'event' ? notice.event.type : notice.kind))).toEqual([
      'go_asked',
      'deployed',
      'sign_off_asked',
      'report',
    ]);
  });

  it('replayed from its log gives the same deployment', () => {
    const replayed = bot.log.reduce(
      (deployment, { at, event }) => evolve(deployment, event, at),
      start().deployment,
    );
    const last = bot.now.deployment;
    expect({ ...replayed, revision: last.revision }).toEqual(last);
  });
});

describe('a week with downtime in the middle', () => {
  const { bot, t0 } = deployed();
  bot.until(t0 + HOUR / 2);
  bot.act((now) =>
    skipItem(now, { itemId: 'create-user', actor: actor(now, 'alice'), reason: 'no test account' }),
  );
  bot.until(t0 + DAY + HOUR);
  const friday = bot.now.now;
  // Gone from Thursday noon until Sunday evening.
  bot.down(t0 + 4 * DAY + 8 * HOUR);
  bot.until(t0 + 5 * DAY);

  it('runs the newest rung late and counts the ones before it as missed', () => {
    expect(friday).toBeLessThan(Date.UTC(2026, 2, 27));
    expect(rungs(bot).slice(2, 7)).toEqual([
      '+24h 03-26T09:40 done',
      'd2 03-27T08:00 missed',
      'd3 03-28T08:00 missed',
      'd4 03-29T07:00 done',
      'd5 03-30T07:00 done',
    ]);
    const late = bot.now.deployment.followUps.map(({ state }) => state.kind === 'done' && state.late);
    expect(late.slice(2, 7)).toEqual([false, false, false, true, false]);
  });

  it('goes on with the open series once the week is over and nobody has signed, and ends without them', () => {
    bot.until(t0 + 30 * DAY);
    // The last rung is on Wednesday 1 April at 09:00 in Berlin; three working days later is Monday.
    expect(bot.now.deployment.state).toEqual({
      kind: 'completed',
      at: Date.UTC(2026, 3, 6, 7, 0, 1),
      outcome: 'degraded',
      unsigned: ['release-manager', 'product-owner'],
    });
  });
});

describe('a watch that goes on', () => {
  const begun = start();
  const opens = { anchor: 'deployed', ms: 20 * DAY } as const;
  const signOffLate = { ...begun.checklist.signOff, opens };
  const { bot, t0 } = deployed(well, { ...begun, checklist: { ...begun.checklist, signOff: signOffLate } });
  bot.until(t0 + HOUR / 2);
  bot.act((now) =>
    skipItem(now, { itemId: 'create-user', actor: actor(now, 'alice'), reason: 'no test account' }),
  );
  bot.until(t0 + 14 * DAY);

  it('has a rung every Monday after its first week', () => {
    expect(rungs(bot).slice(-2)).toEqual(['weekly 04-06T08:00 done', 'weekly 04-13T08:00 planned']);
  });

  it('ends when a newer deployment takes over', () => {
    bot.act((now) => ok(supersede(now, { by: 'tiny-43' })));
    expect(rungs(bot).at(-1)).toBe('weekly 04-13T08:00 cancelled');
    const runs = bot.times('checks_requested').length;
    bot.until(t0 + 19 * DAY);
    expect(bot.times('checks_requested')).toHaveLength(runs);
  });
});

describe('a week with an outage', () => {
  const night = { from: 0, to: 0 };
  const { bot, t0 } = deployed((itemId, at) =>
    itemId === 'health' && at >= night.from && at < night.to
      ? { outcome: 'fail', line: 'status: expected 200, got 503', cause: 'api 503' }
      : 'pass',
  );
  bot.until(t0 + HOUR / 2);
  bot.act((now) =>
    skipItem(now, { itemId: 'create-user', actor: actor(now, 'alice'), reason: 'no test account' }),
  );
  night.from = t0 + 2 * DAY - 10 * HOUR;
  night.to = night.from + 12 * HOUR;
  bot.until(t0 + 2 * DAY + 5 * MINUTE);
  const rung = Date.UTC(2026, 2, 27, 8, 0);

  it('is seen by the next rung, confirmed a minute later and said once', () => {
    expect(bot.times('suspected').slice(0, 1)).toEqual([rung + SECOND]);
    expect(bot.times('alert_fired')).toEqual([rung + MINUTE + 2 * SECOND]);
    expect(bot.now.deployment.alerts).toMatchObject([{ cause: 'api 503', since: rung + SECOND, pings: 3 }]);
    expect(bot.now.deployment.followUps[3]?.state).toMatchObject({ kind: 'done', red: 1 });
  });

  it('is repeated after ten minutes and to the backup after twenty, and quiet once acknowledged', () => {
    const fired = rung + MINUTE + 2 * SECOND;
    expect(bot.times('alert_repeated')).toEqual([fired + 10 * MINUTE, fired + 20 * MINUTE]);
    bot.act((now) => acknowledgeAlert(now, { actor: actor(now, 'bob') }));
    bot.until(bot.now.now + 30 * MINUTE);
    expect(bot.times('alert_repeated')).toHaveLength(2);
  });

  it('is over by itself when the service is back, within five minutes', () => {
    bot.until(night.to + 5 * MINUTE + SECOND);
    const [resolved] = bot.times('alert_resolved');
    expect(resolved).toBeGreaterThanOrEqual(night.to);
    expect(bot.now.deployment.alerts[0]?.state.kind).toBe('resolved');
    expect(standing(bot.now, 'health')).toBe('passed');
  });

  it('makes the week degraded, however well it ends', () => {
    confirm(bot, 'complaints');
    sign(bot, 'bob');
    sign(bot, 'carol');
    bot.until(t0 + 30 * DAY);
    expect(bot.now.deployment.state).toMatchObject({ kind: 'completed', outcome: 'degraded', unsigned: [] });
  });
});

describe('a week that ends in a rollback', () => {
  const broken = { from: Infinity };
  const { bot, t0 } = deployed((itemId, at) => {
    if (itemId === 'rollback-health' || itemId.startsWith('previous-version-runs'))
      return at < broken.from + 90 * MINUTE ? 'fail' : 'pass';
    return at >= broken.from ? { outcome: 'timed_out', cause: 'api down' } : 'pass';
  });
  bot.until(t0 + 5 * MINUTE);
  bot.act((now) =>
    skipItem(now, { itemId: 'create-user', actor: actor(now, 'alice'), reason: 'no test account' }),
  );
  broken.from = t0 + 50 * MINUTE;
  bot.until(t0 + 65 * MINUTE);
  const firing = bot.now.deployment.alerts.map(({ state }) => state.kind);
  bot.act((now) => rollBack(now, { actor: actor(now, 'carol'), reason: 'the API is down', plans: [] }));
  bot.until(t0 + 70 * MINUTE);
  confirm(bot, 'rollback-app');
  bot.until(t0 + 30 * DAY);

  it('begins with an alert and one person', () => {
    expect(firing).toEqual(['firing']);
    expect(bot.now.deployment.rollback).toMatchObject({ plans: ['app'], targetVersion: '1.0.0' });
  });

  it('lasts until the old version passes its checks, and pings meanwhile', () => {
    const [rolledBack] = bot.times('rolled_back');
    expect(rolledBack).toBeGreaterThanOrEqual(broken.from + 90 * MINUTE);
    expect(rolledBack).toBeLessThan(broken.from + 92 * MINUTE);
    const pings = bot.log.filter(({ event }) => event.type === 'reminded' && event.key === 'rollback:open');
    expect(pings).toHaveLength(7);
  });

  it('cancels everything that was still to come', () => {
    expect(bot.now.deployment.followUps.map(({ state }) => state.kind)).toEqual([
      'done',
      'done',
      ...Array<string>(8).fill('cancelled'),
    ]);
  });

  it('leaves the cause to be written down, asked for on work mornings only', () => {
    const asked = bot.log.flatMap(({ at, event }) =>
      event.type === 'reminded' && event.key === 'item:cause-found' ? [shown(at)] : [],
    );
    expect(asked.slice(0, 5)).toEqual([
      '03-26T08:00',
      '03-26T12:00',
      '03-27T12:00',
      '03-30T07:00',
      '03-31T07:00',
    ]);
    expect(bot.now.deployment.state.kind).toBe('rolled_back');
  });
});
