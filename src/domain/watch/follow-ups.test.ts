import { describe, expect, it } from 'vitest';
import {
  actor,
  answer,
  at,
  eventsOf,
  passTime,
  run,
  runningItems,
  resultOf,
  standing,
  tick,
  wakeAt,
  workerGone,
} from '../../../test/support/situation.ts';
import { situationIn } from '../../../test/support/journey.ts';
import { checked, manual, smallChecklist } from '../../../test/support/small-checklist.ts';
import { ok } from '../../lib/result.ts';
import { DAY, HOUR, MINUTE } from '../../lib/time.ts';
import { elapse, nextDueAt } from '../elapse.ts';
import { signOff } from '../decide/sign-off.ts';
import { rerunItems } from '../settle/rerun-items.ts';
import { settleChecks } from '../settle/settle-check.ts';
import { skipItem } from '../settle/skip-item.ts';
import type { Situation } from '../situation.ts';

const yaml = (ladder: string) =>
  smallChecklist({
    prepare: [checked('ready')],
    verify: [checked('a', 'watch: true'), checked('b'), checked('w', 'effect: write, required: false')],
    watch: [checked('c'), checked('d', 'at: +2h'), manual('e', 'at: +2h')],
    rest: `ladder: ${ladder}`,
  });
const watching = (ladder = '[{ at: +15m }, { at: +1h }, { at: +24h }]') =>
  situationIn('watching', { yaml: yaml(ladder), environment: 'staging' });
const rungs = ({ deployment }: Situation) =>
  deployment.followUps.map(({ title, state }) => `${title} ${state.kind}`);

describe('a rung', () => {
  it('runs at its exact time what is watched, and the checks of the watch itself', () => {
    const begun = tick(watching());
    expect(nextDueAt(begun)).toBe(begun.now + 15 * MINUTE);
    const due = wakeAt(begun, begun.now + 15 * MINUTE);
    expect(runningItems(due)).toEqual(['a', 'c']);
    expect(rungs(due)[0]).toBe('+15m running');
  });

  it('is done when its results are in, with how many are red', () => {
    const begun = watching();
    const done = answer(wakeAt(begun, begun.now + 15 * MINUTE));
    expect(done.deployment.followUps[0]?.state).toEqual({
      kind: 'done',
      at: done.now,
      late: false,
      red: 0,
      measured: 2,
      unmeasured: 0,
    });
  });

  it('waits for the second look, and then says what is red', () => {
    const begun = watching();
    const bad = answer(wakeAt(begun, begun.now + 15 * MINUTE), { a: 'fail' });
    expect(rungs(bad)[0]).toBe('+15m running');
    const looked = answer(wakeAt(bad, bad.now + MINUTE), { a: 'fail' });
    expect(looked.deployment.followUps[0]?.state).toMatchObject({ kind: 'done', red: 1 });
  });

  it('counts what is red among the checks of the watch itself too', () => {
    const begun = watching();
    const bad = answer(wakeAt(begun, begun.now + 15 * MINUTE), { c: 'fail' });
    const looked = answer(wakeAt(bad, bad.now + MINUTE), { c: 'fail' });
    expect(looked.deployment.followUps[0]?.state).toMatchObject({ kind: 'done', red: 1, measured: 1 });
  });

  it('whose runs are all lost has measured nothing, and says so', () => {
    const begun = watching();
    const lost = passTime(begun, begun.now + 30 * MINUTE);
    expect(lost.deployment.followUps[0]?.state).toMatchObject({ red: 0, measured: 0, unmeasured: 2 });
  });

  it('counts what it could not even ask for, although it was well the last time', () => {
    const begun = workerGone(watching());
    const alone = passTime(begun, begun.now + 20 * MINUTE);
    expect(standing(alone, 'a')).toBe('passed');
    expect(alone.deployment.followUps[0]?.state).toMatchObject({ red: 0, measured: 0, unmeasured: 2 });
  });

  it('waits five minutes for a worker that restarts, and asks it then', () => {
    const begun = watching();
    const alone = passTime(workerGone(begun), begun.now + 18 * MINUTE);
    expect([rungs(alone)[0], runningItems(alone)]).toEqual(['+15m running', []]);
    const due = nextDueAt(alone) ?? 0;
    expect(due).toBe(begun.now + 18.5 * MINUTE);
    const back = wakeAt({ ...alone, readiness: begun.readiness }, due);
    expect(runningItems(back)).toEqual(['a', 'c']);
    expect(answer(back).deployment.followUps[0]?.state).toMatchObject({ measured: 2, unmeasured: 0 });
  });

  it('does not count what was never connected here', () => {
    const begun = situationIn('watching', { yaml: yaml('[{ at: +15m }]'), connected: ['a', 'ready'] });
    const due = answer(wakeAt(begun, begun.now + 15 * MINUTE));
    expect(due.deployment.followUps[0]?.state).toMatchObject({ red: 0, measured: 1, unmeasured: 0 });
  });

  it('counts as measured what a click measured meanwhile, and waits for it', () => {
    const begun = watching();
    const click = run(at(begun, begun.now + 15 * MINUTE - 1), (now) =>
      rerunItems(now, { itemIds: ['a'], actor: actor(now, 'bob') }),
    );
    const due = wakeAt(click, begun.now + 15 * MINUTE);
    const runId = due.deployment.items['c']?.running?.runId ?? '';
    const half = run(due, (now) => ok(settleChecks(now, [{ itemId: 'c', runId, result: resultOf('pass') }])));
    expect(rungs(half)[0]).toBe('+15m running');
    expect(answer(half).deployment.followUps[0]?.state).toMatchObject({ measured: 2, unmeasured: 0 });
  });

  it('as the last word makes the outcome degraded when it could not measure', () => {
    const begun = watching('[{ at: +15m }]');
    const signed = (now: Situation) =>
      run(now, (one) =>
        signOff(one, { actor: actor(one, 'bob'), role: 'release-manager', acceptedDebts: [] }),
      );
    const outcome = (now: Situation) => signed(now).deployment.state;
    expect(outcome(passTime(begun, begun.now + 30 * MINUTE, answer))).toMatchObject({ outcome: 'healthy' });
    const alone = passTime(workerGone(begun), begun.now + 30 * MINUTE);
    expect(outcome(alone)).toMatchObject({ outcome: 'degraded' });
  });

  it('leaves alone what a person settled', () => {
    const begun = watching();
    const skipped = run(begun, (now) =>
      skipItem(now, { itemId: 'c', actor: actor(now, 'bob'), reason: 'later' }),
    );
    expect(runningItems(wakeAt(skipped, begun.now + 15 * MINUTE))).toEqual(['a']);
  });

  it('also runs while verification is not over', () => {
    const verifying = answer(situationIn('verifying', { yaml: yaml('[{ at: +15m }]') }), { b: 'fail' });
    const due = wakeAt(verifying, verifying.now + 15 * MINUTE);
    expect(runningItems(due)).toContain('a');
  });

  it('without anything to measure is done at once', () => {
    const begun = situationIn('watching', {
      yaml: smallChecklist({ verify: [manual('a')], rest: 'ladder: [{ at: +15m }]' }),
    });
    expect(rungs(wakeAt(begun, begun.now + 15 * MINUTE))).toEqual(['+15m done']);
  });

  it('of a deployment that was superseded does not run', () => {
    const begun = watching();
    const old = run(begun, () => ok([{ type: 'superseded', supersededBy: 'small-43' }]));
    expect(runningItems(passTime(old, old.now + 2 * DAY))).toEqual([]);
  });
});

describe('after downtime', () => {
  it('only the newest due rung runs, marked late; the older ones were missed', () => {
    const begun = watching();
    const back = answer(wakeAt(begun, begun.now + 3 * HOUR));
    expect(rungs(back)).toEqual(['+15m missed', '+1h done', '+24h planned']);
    expect(back.deployment.followUps[1]?.state).toMatchObject({ late: true });
  });

  it('a rung up to a minute late is not called late', () => {
    const begun = watching();
    const back = answer(wakeAt(begun, begun.now + 16 * MINUTE));
    expect(back.deployment.followUps[0]?.state).toMatchObject({ kind: 'done', late: false });
  });

  it('an open series that missed several runs goes on with one', () => {
    const begun = watching("[{ at: +15m }, { cron: '0 10 * * wed' }]");
    const back = answer(wakeAt(begun, begun.now + 17 * DAY));
    expect(rungs(back)).toEqual(['+15m missed', 'weekly done', 'weekly planned']);
    expect(back.deployment.followUps.at(-1)?.dueAt).toBe(Date.UTC(2026, 2, 25, 10));
  });

  it('the ladder ends with a missed rung as with a run one', () => {
    const begun = watching('[{ at: +15m }, { at: +1h }]');
    const events = eventsOf(at(begun, begun.now + 2 * HOUR), (now) => ok(elapse(now)));
    expect(events.filter(({ type }) => type.startsWith('follow_up')).map(({ type }) => type)).toEqual([
      'follow_ups_missed',
      'follow_up_started',
    ]);
  });
});

describe('an open series', () => {
  it('plans one run after the other until the deployment is completed', () => {
    const begun = watching("[{ cron: '0 10 * * wed' }]");
    const after = passTime(begun, begun.now + 2 * DAY + 2 * HOUR, answer);
    expect(rungs(after)).toEqual(['weekly done', 'weekly planned']);
  });

  it('does not keep a deployment open that nobody signs', () => {
    const begun = watching("[{ at: +1h }, { cron: '0 10 * * *' }]");
    const after = passTime(begun, begun.now + 20 * DAY, answer);
    expect(after.deployment.state.kind).toBe('completed');
    expect(after.deployment.followUps.at(-1)?.state.kind).toBe('cancelled');
  });
});

describe('an item with a time of its own', () => {
  it('is measured then, once', () => {
    const begun = watching('[]');
    expect(runningItems(wakeAt(begun, begun.now + 2 * HOUR - 1))).toEqual([]);
    const due = wakeAt(begun, begun.now + 2 * HOUR);
    expect(runningItems(due)).toEqual(['d']);
    expect(runningItems(wakeAt(answer(due, { d: 'inconclusive' }), due.now + DAY))).toEqual([]);
  });

  it('in an earlier stage waits for its time too', () => {
    const timed = smallChecklist({ prepare: [checked('a', 'at: -2h'), checked('b'), manual('m')] });
    const plannedGo = Date.UTC(2026, 2, 2, 15);
    const begun = situationIn('preparing', {
      yaml: timed,
      deployment: { anchors: { start: Date.UTC(2026, 2, 2, 9), plannedGo } },
    });
    expect(runningItems(begun)).toEqual(['b']);
    expect(runningItems(passTime(answer(begun), plannedGo - 2 * HOUR))).toEqual(['a']);
    const unplanned = situationIn('preparing', { yaml: timed });
    expect(runningItems(unplanned)).toEqual(['a', 'b']);
  });

  it('for a person is said in work hours, again after four hours and then daily', () => {
    // T-0 on Monday 10:00 in Berlin, the item is due at 12:00.
    const begun = situationIn('watching', { yaml: yaml('[]') });
    const sent: string[] = [];
    passTime(begun, begun.now + 4 * DAY, (now) => {
      const last = now.deployment.reminded['item:e'];
      const text = last === undefined ? undefined : new Date(last).toISOString().slice(5, 16);
      if (text !== undefined && !sent.includes(text)) sent.push(text);
      return answer(now);
    });
    expect(sent.slice(0, 4)).toEqual(['03-02T11:00', '03-02T15:00', '03-03T15:00', '03-04T15:00']);
  });

  it('due at night waits for the next work hour', () => {
    const night = smallChecklist({ verify: [manual('a')], watch: [manual('e', 'at: +10h')] });
    const begun = situationIn('watching', { yaml: night });
    const after = passTime(begun, begun.now + DAY - HOUR);
    expect(after.deployment.reminded['item:e']).toBe(Date.UTC(2026, 2, 3, 8));
  });

  it('is not asked for any more once it is settled', () => {
    const begun = situationIn('watching', { yaml: yaml('[]') });
    const skipped = run(begun, (now) =>
      skipItem(now, { itemId: 'e', actor: actor(now, 'bob'), reason: 'done elsewhere' }),
    );
    expect(passTime(skipped, skipped.now + DAY, answer).deployment.reminded['item:e']).toBeUndefined();
    expect(standing(skipped, 'e')).toBe('skipped');
  });
});

describe('what is due with its stage', () => {
  it('is reminded in one, four hours after the stage began, then daily', () => {
    const begun = answer(situationIn('preparing', { connected: [] }));
    const late = passTime(begun, begun.now + 5 * HOUR);
    expect(late.deployment.reminded).toEqual({ 'items:preparing': begun.now + 4 * HOUR });
    const next = passTime(late, begun.now + 29 * HOUR);
    expect(next.deployment.reminded['items:preparing']).toBe(begun.now + 28 * HOUR);
  });

  it('is not reminded at the gate, which asks on its own', () => {
    const waiting = situationIn('awaiting_go', { deployment: { version: null } });
    expect(passTime(waiting, waiting.now + DAY).deployment.reminded).toEqual({});
  });
});

it('the clock does nothing twice at one moment', () => {
  const begun = watching();
  const once = wakeAt(begun, begun.now + 15 * MINUTE);
  expect(eventsOf(once, (now) => ok(elapse(now)))).toEqual([]);
  expect(tick(once).deployment).toEqual(once.deployment);
});
