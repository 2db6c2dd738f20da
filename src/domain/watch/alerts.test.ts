import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../test/support/situation.ts';
import {
  actor,
  answer,
  at,
  guest,
  passTime,
  refusalOf,
  run,
  runningItems,
  standing,
  wakeAt,
  workerGone,
} from '../../../test/support/situation.ts';
import { situationIn } from '../../../test/support/journey.ts';
import { checked, smallChecklist } from '../../../test/support/small-checklist.ts';
import { HOUR, MINUTE } from '../../lib/time.ts';
import { acknowledgeAlert, takeOverAlert } from '../decide/answer-alert.ts';
import { rollBack } from '../decide/roll-back.ts';
import { acceptRed } from '../settle/undo-item.ts';
import { rerunItems } from '../settle/rerun-items.ts';
import type { Situation } from '../situation.ts';

const yaml = smallChecklist({
  verify: [
    ...['a', 'b', 'c', 'd'].map((id) => checked(id, 'watch: true')),
    checked('w', 'effect: write, required: false'),
  ],
  rest: 'ladder: [{ at: +1h }, { at: +3h }]',
});
const watching = () => situationIn('watching', { yaml });
type Answers = Record<string, Answer>;

/** The rung at +1h finds this, and the second look a minute later too. */
const broken = (answers: Answers, situation = watching()): Situation => {
  const due = answer(wakeAt(situation, situation.now + HOUR), answers);
  return answer(wakeAt(due, due.now + MINUTE), answers);
};
const down: Answer = { outcome: 'fail', line: 'status: expected 200, got 503', cause: 'api 503' };
const alerts = ({ deployment }: Situation) =>
  deployment.alerts.map(({ cause, itemIds, state }) => `${cause}: ${itemIds.join(' ')} ${state.kind}`);
const unanswered = (now: Situation) => answer(now, { a: down });

describe('an alert', () => {
  it('fires when an item is bad twice, one for all items of a cause', () => {
    const situation = broken({ a: down, b: down, c: down, d: 'timed_out' });
    expect(alerts(situation)).toEqual(['api 503: a b c firing', 'd: d firing']);
    expect(situation.deployment.alerts[0]).toMatchObject({
      line: 'status: expected 200, got 503',
      since: watching().now + HOUR,
      firedAt: watching().now + HOUR + MINUTE,
    });
  });

  it('is one cause: Re-run of one item measures the others with it, and nothing else', () => {
    const situation = broken({ a: down, b: down, c: 'timed_out' });
    const again = run(situation, (now) => rerunItems(now, { itemIds: ['b'], actor: actor(now, 'bob') }));
    expect(runningItems(again)).toEqual(['a', 'b']);
  });

  it('is joined by a further item of its cause', () => {
    const first = broken({ a: down });
    const clicked = answer(
      run(first, (now) => rerunItems(now, { itemIds: ['b'], actor: actor(now, 'bob') })),
      { a: down, b: down },
    );
    expect(alerts(answer(wakeAt(clicked, clicked.now + MINUTE), { a: down, b: down }))).toEqual([
      'api 503: a b firing',
    ]);
  });

  it('does not fire a second time while it stands', () => {
    const first = broken({ a: down });
    expect(alerts(passTime(first, first.now + 3 * HOUR, unanswered))).toEqual(['api 503: a firing']);
  });

  it('is looked at every minute for an hour, then every five', () => {
    const first = broken({ a: down });
    let looks = 0;
    const look = (now: Situation) => {
      looks += runningItems(now).length;
      return unanswered(now);
    };
    const hour = passTime(first, first.now + HOUR - 1, look);
    expect(looks).toBe(59);
    looks = 0;
    passTime(hour, hour.now + 30 * MINUTE, look);
    expect(looks).toBe(6);
  });

  it('is over when every item is good again', () => {
    const first = broken({ a: down, b: down });
    const half = answer(wakeAt(first, first.now + MINUTE), { b: down });
    expect(alerts(half)).toEqual(['api 503: a b firing']);
    expect(alerts(answer(wakeAt(half, half.now + MINUTE)))).toEqual(['api 503: a b resolved']);
  });

  it('comes anew when it happens again', () => {
    const over = answer(wakeAt(broken({ a: down }), watching().now + HOUR + 3 * MINUTE));
    const third = answer(wakeAt(over, watching().now + 3 * HOUR), { a: down });
    expect(alerts(answer(wakeAt(third, third.now + MINUTE), { a: down }))).toEqual([
      'api 503: a resolved',
      'api 503: a firing',
    ]);
  });

  it('about a check that runs only by click fires with that click, and nothing runs it again but the next', () => {
    const click = (now: Situation) => rerunItems(now, { itemIds: ['w'], actor: actor(now, 'bob') });
    const once = answer(run(watching(), click), { w: 'fail' });
    expect([standing(once, 'w'), alerts(once)]).toEqual(['red', ['w: w firing']]);
    expect(runningItems(passTime(once, once.now + 30 * MINUTE))).toEqual([]);
    expect(alerts(answer(run(once, click)))).toEqual(['w: w resolved']);
  });

  it('is not looked at any more while rolling back or when a newer deployment is there', () => {
    const first = broken({ a: down });
    const back = run(first, (now) => rollBack(now, { actor: actor(now, 'bob'), reason: '503', plans: [] }));
    const later = passTime(back, back.now + HOUR);
    expect([runningItems(later), later.deployment.alerts[0]?.pings]).toEqual([[], 1]);
  });
});

describe('an alert nobody answers', () => {
  it('is repeated after 10 minutes, and to the backup after 20, no more', () => {
    const first = broken({ a: down });
    const pings = (minutes: number) =>
      passTime(first, first.now + minutes * MINUTE, unanswered).deployment.alerts[0]?.pings;
    expect([pings(9), pings(10), pings(19), pings(20), pings(60)]).toEqual([1, 2, 2, 3, 3]);
  });

  it.each([
    ['acknowledged', acknowledgeAlert, { kind: 'acknowledged', by: 'UCAROL' }],
    ['taken over', takeOverAlert, { kind: 'acknowledged', by: 'UCAROL' }],
  ] as const)('is not repeated once it is %s', (_name, act, state) => {
    const first = broken({ a: down });
    const seen = run(first, (now) => act(now, { actor: actor(now, 'carol') }));
    expect(seen.deployment.alerts[0]?.state).toMatchObject(state);
    expect(passTime(seen, seen.now + HOUR, unanswered).deployment.alerts[0]?.pings).toBe(1);
  });
});

describe('answering an alert', () => {
  const first = () => broken({ a: down });
  const acknowledge = (alertId?: string) => (now: Situation) =>
    acknowledgeAlert(now, { actor: actor(now, 'carol'), ...(alertId === undefined ? {} : { alertId }) });

  it('a second time says who did', () => {
    expect(refusalOf(run(first(), acknowledge()), acknowledge()).message).toBe(
      '<@UCAROL> acknowledged this alert already.',
    );
  });

  it('may be taken over from somebody else, and shows who works on it', () => {
    const carol = run(first(), (now) => takeOverAlert(now, { actor: actor(now, 'carol') }));
    expect(refusalOf(carol, (now) => takeOverAlert(now, { actor: actor(now, 'carol') })).message).toContain(
      'took this alert over already',
    );
    const bob = run(carol, (now) => takeOverAlert(now, { actor: actor(now, 'bob') }));
    expect(bob.deployment.alerts[0]?.takenBy).toBe('UBOB');
  });

  it('is for members, and for alerts that are open', () => {
    expect(refusalOf(first(), (now) => acknowledgeAlert(now, { actor: guest() })).code).toBe('guest');
    expect(refusalOf(watching(), acknowledge()).code).toBe('alert_unknown');
    expect(refusalOf(first(), acknowledge('nope')).code).toBe('alert_unknown');
    const over = answer(wakeAt(first(), first().now + MINUTE));
    expect(refusalOf(over, acknowledge(over.deployment.alerts[0]?.id)).message).toContain('works again');
  });
});

describe('an item that was accepted red', () => {
  const accepted = () => {
    const red = answer(situationIn('verifying', { yaml }), { a: down });
    return run(red, (now) => acceptRed(now, { itemId: 'a', actor: actor(now, 'alice'), reason: 'known' }));
  };

  it('does not alert again', () => {
    expect(alerts(broken({ a: down }, accepted()))).toEqual([]);
    expect(standing(broken({ a: down }, accepted()), 'a')).toBe('accepted');
  });

  it('alerts once it was good in between: what was accepted is over, the debt is not', () => {
    const good = answer(
      run(accepted(), (now) => rerunItems(now, { itemIds: ['a'], actor: actor(now, 'bob') })),
    );
    expect(standing(good, 'a')).toBe('passed');
    expect(good.deployment.debts).toMatchObject([{ itemId: 'a', kind: 'accepted_red' }]);
    const again = broken({ a: down }, good);
    expect(alerts(again)).toEqual(['api 503: a firing']);
    expect(standing(again, 'a')).toBe('red');
  });

  it('alerts when it is red for another cause than the accepted one', () => {
    const other: Answer = { outcome: 'fail', line: 'certificate is over', cause: 'tls' };
    const worse = broken({ a: other }, accepted());
    expect(alerts(worse)).toEqual(['tls: a firing']);
    expect(standing(worse, 'a')).toBe('red');
  });

  it('accepted a second time owes one debt, the newer', () => {
    const good = answer(
      run(accepted(), (now) => rerunItems(now, { itemIds: ['a'], actor: actor(now, 'bob') })),
    );
    const taken = run(broken({ a: down }, good), (now) =>
      acceptRed(now, { itemId: 'a', actor: actor(now, 'alice'), reason: 'known too' }),
    );
    expect(taken.deployment.debts.map(({ reason }) => reason)).toEqual(['known too']);
  });

  it('that could not be measured when it was accepted alerts when it turns red', () => {
    const unclear = answer(situationIn('verifying', { yaml }), { a: 'inconclusive' });
    const taken = run(unclear, (now) =>
      acceptRed(now, { itemId: 'a', actor: actor(now, 'alice'), reason: 'no data yet' }),
    );
    expect(alerts(broken({ a: down }, taken))).toEqual(['api 503: a firing']);
  });

  it('ends its alert when it is accepted while it fires', () => {
    const firing = broken({ a: down });
    const taken = run(firing, (now) =>
      acceptRed(now, { itemId: 'a', actor: actor(now, 'alice'), reason: 'known' }),
    );
    expect(alerts(taken)).toEqual(['api 503: a resolved']);
  });
});

describe('a second look that cannot tell', () => {
  const suspect = () => answer(wakeAt(watching(), watching().now + HOUR), { a: down });
  const look = (now: Situation, outcome: Answer) => answer(wakeAt(now, now.now + MINUTE), { a: outcome });

  it('keeps the suspicion: the next one decides, and the alert counts from the first bad result', () => {
    const kept = look(suspect(), 'inconclusive');
    expect([standing(kept, 'a'), alerts(kept)]).toEqual(['passed', []]);
    expect(kept.deployment.followUps[0]?.state.kind).toBe('running');
    const decided = look(kept, down);
    expect(alerts(decided)).toEqual(['api 503: a firing']);
    expect(decided.deployment.alerts[0]?.since).toBe(suspect().now);
    expect(standing(look(kept, 'pass'), 'a')).toBe('passed');
  });

  it('is said to be not measured after the third', () => {
    const third = look(look(look(suspect(), 'inconclusive'), 'inconclusive'), 'inconclusive');
    expect(standing(third, 'a')).toBe('unclear');
    expect(third.deployment.items['a']).not.toHaveProperty('suspectSince');
    expect(third.deployment.items['a']).not.toHaveProperty('suspectLooks');
    expect(third.deployment.followUps[0]?.state).toMatchObject({ kind: 'done', red: 0, unmeasured: 1 });
  });

  it('for want of a worker is not waited for either', () => {
    const alone = workerGone(suspect());
    const waited = passTime(alone, alone.now + 3 * MINUTE);
    expect(waited.deployment.items['a']?.measured).toMatchObject({
      outcome: 'inconclusive',
      line: 'it was bad once and could not be looked at again: database-url not set (DATABASE_URL)',
    });
    expect(waited.deployment.followUps[0]?.state).toMatchObject({ kind: 'done', unmeasured: 1 });
  });
});

it('a bad look while nobody watches is still remembered as suspect until it was seen twice', () => {
  const bad = answer(wakeAt(watching(), watching().now + HOUR), { a: down });
  expect(bad.deployment.items['a']?.suspectSince).toBe(bad.now);
  const down40 = answer(wakeAt(at(bad, bad.now), bad.now + 40 * MINUTE), { a: down });
  expect(alerts(down40)).toEqual(['api 503: a firing']);
});
