import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../test/support/situation.ts';
import {
  actor,
  answer,
  at,
  eventsOf,
  resultOf,
  run,
  runningItems,
  standing,
  tick,
} from '../../../test/support/situation.ts';
import { situationIn, started } from '../../../test/support/journey.ts';
import { checked, manual, smallChecklist } from '../../../test/support/small-checklist.ts';
import { ok } from '../../lib/result.ts';
import { MINUTE, SECOND } from '../../lib/time.ts';
import { giveGo } from '../decide/gate.ts';
import { rollBack } from '../decide/roll-back.ts';
import type { Situation } from '../situation.ts';
import { confirmItem } from './confirm-item.ts';
import { rerunItems } from './rerun-items.ts';
import { settleChecks } from './settle-check.ts';

const runIdOf = ({ deployment }: Situation, itemId: string): string =>
  deployment.items[itemId]?.running?.runId ?? 'none';

const settle =
  (itemId: string, runId: string, result: Answer = 'pass') =>
  (situation: Situation) =>
    ok(settleChecks(situation, [{ itemId, runId, result: resultOf(result) }]));

const rerun = (itemId: string) => (situation: Situation) =>
  rerunItems(situation, { itemIds: [itemId], actor: actor(situation, 'bob') });

describe('a result', () => {
  it('is kept with its line, tries and both moments', () => {
    const begun = started();
    const situation = run(
      at(begun, begun.now + 2 * SECOND),
      settle('database-answers', runIdOf(begun, 'database-answers'), {
        outcome: 'fail',
        line: 'refused',
        tries: 3,
      }),
    );
    expect(situation.deployment.items['database-answers']).toEqual({
      measured: {
        runId: runIdOf(begun, 'database-answers'),
        outcome: 'fail',
        line: 'refused',
        tries: 3,
        askedAt: begun.now,
        at: begun.now + 2 * SECOND,
      },
    });
  });

  it('keeps what it captured for later items', () => {
    const situation = answer(started(), {
      'users-before': { outcome: 'pass', captured: { 'users-before': 12 } },
    });
    expect(situation.deployment.captured).toEqual({ 'users-before': 12 });
  });

  it('that comes twice changes nothing the second time', () => {
    const begun = started();
    const runId = runIdOf(begun, 'database-answers');
    const once = run(begun, settle('database-answers', runId));
    const twice = run(once, settle('database-answers', runId, 'fail'));
    expect({ ...twice.deployment, revision: 0 }).toEqual({ ...once.deployment, revision: 0 });
    expect(eventsOf(once, settle('database-answers', runId))).toEqual([
      { type: 'check_discarded', itemId: 'database-answers', runId, why: 'nobody waits for it any more' },
    ]);
  });

  it('of a run that a newer one replaced is put aside', () => {
    const situation = started();
    const [event] = eventsOf(situation, settle('database-answers', 'an-older-run', 'fail'));
    expect(event).toMatchObject({ type: 'check_discarded', why: 'a newer run replaced it' });
  });

  it.each([
    ['Go', (now: Situation) => giveGo(now, { actor: actor(now, 'bob') }), 'awaiting_go', 'database-answers'],
    [
      'a rollback',
      (now: Situation) => rollBack(now, { actor: actor(now, 'bob'), reason: 'bad', plans: [] }),
      'watching',
      'health',
    ],
  ] as const)(
    'asked for before %s says nothing about what comes after it',
    (_what, decision, state, itemId) => {
      const asked = run(situationIn(state), rerun(itemId));
      const after = run(asked, decision);
      expect(after.deployment.items[itemId]?.running).toBeUndefined();
      expect(eventsOf(after, settle(itemId, runIdOf(asked, itemId), 'fail')).map(({ type }) => type)).toEqual(
        ['check_discarded'],
      );
    },
  );
});

describe('while the old version answers', () => {
  const begin = () => situationIn('verifying', { environment: 'staging' });
  const first = () => answer(begin(), { 'version-live': { outcome: 'fail', line: 'got 1.0.0' } });

  it('nothing measured in verify counts: inconclusive, "old version answers"', () => {
    const situation = first();
    expect(situation.deployment.items['health']?.measured).toMatchObject({
      outcome: 'inconclusive',
      line: 'old version answers',
    });
    expect(standing(situation, 'version-live')).toBe('unclear');
    expect(situation.deployment.state.kind).toBe('verifying');
  });

  it('nothing it captured is kept', () => {
    const situation = answer(begin(), {
      'version-live': 'fail',
      'users-after': { outcome: 'pass', captured: { n: 1 } },
    });
    expect(situation.deployment.captured).toEqual({});
  });

  it('version-live is asked again every ten seconds, and the new version lets everything be measured again', () => {
    const waiting = tick(at(first(), first().now + 10 * SECOND));
    expect(runningItems(waiting)).toEqual(['version-live']);
    const live = run(waiting, settle('version-live', runIdOf(waiting, 'version-live')));
    expect(runningItems(live)).toEqual(['health', 'users-after', 'pods']);
    expect(standing(answer(live), 'health')).toBe('passed');
  });

  it('a run that was under way when the new version came is measured again too', () => {
    const begun = begin();
    const old = run(
      at(begun, begun.now + SECOND),
      settle('version-live', runIdOf(begun, 'version-live'), 'fail'),
    );
    const polled = tick(at(old, old.now + 10 * SECOND));
    const live = run(polled, settle('version-live', runIdOf(polled, 'version-live')));
    const late = run(live, settle('health', runIdOf(live, 'health')));
    expect(late.deployment.items['health']?.measured?.line).toBe('old version answers');
    expect(runningItems(late)).toContain('health');
  });

  it('what writes is not run a second time without a click', () => {
    const clicked = answer(run(first(), rerun('create-user')), { 'version-live': 'fail' });
    expect(standing(clicked, 'create-user')).toBe('unclear');
    const live = answer(tick(at(clicked, clicked.now + 10 * SECOND)));
    expect(standing(live, 'create-user')).toBe('unclear');
    expect(live.deployment.state.kind).toBe('verifying');
  });

  it('a person who sees the new version can say so, where it is not connected', () => {
    const connected = ['health'];
    const begun = situationIn('verifying', { connected, environment: 'staging' });
    const blind = answer(begun);
    expect(standing(blind, 'health')).toBe('unclear');
    const seen = run(at(blind, blind.now + MINUTE), (now) =>
      confirmItem(now, { itemId: 'version-live', actor: actor(now, 'bob'), seen: 'footer says 1.1.0' }),
    );
    expect(standing(answer(seen), 'health')).toBe('passed');
  });
});

describe('in the watch', () => {
  const watching = () => situationIn('watching', { environment: 'staging' });

  it('one bad result is looked at a second time before it counts', () => {
    const bad = answer(run(watching(), rerun('health')), { health: { outcome: 'fail', line: '503' } });
    expect(standing(bad, 'health')).toBe('passed');
    expect(bad.deployment.items['health']?.suspectSince).toBe(bad.now);
    expect(bad.deployment.alerts).toEqual([]);
    expect(runningItems(tick(at(bad, bad.now + MINUTE - 1)))).toEqual([]);
    expect(runningItems(tick(at(bad, bad.now + MINUTE)))).toEqual(['health']);
  });

  it('bad twice, a minute apart, is red and an alert since the first time', () => {
    const bad = answer(run(watching(), rerun('health')), { health: { outcome: 'fail', line: '503' } });
    const twice = answer(tick(at(bad, bad.now + MINUTE)), { health: { outcome: 'fail', line: '503 again' } });
    expect(standing(twice, 'health')).toBe('red');
    expect(twice.deployment.alerts).toMatchObject([
      { cause: 'health', line: '503 again', itemIds: ['health'], since: bad.now, state: { kind: 'firing' } },
    ]);
  });

  it('bad once and then good is nothing', () => {
    const bad = answer(run(watching(), rerun('health')), { health: 'timed_out' });
    const good = answer(tick(at(bad, bad.now + MINUTE)));
    expect(standing(good, 'health')).toBe('passed');
    expect(good.deployment.items['health']?.suspectSince).toBeUndefined();
    expect(good.deployment.alerts).toEqual([]);
  });

  it('no data is inconclusive, never an alert', () => {
    const none = answer(run(watching(), rerun('health')), { health: 'inconclusive' });
    expect(standing(none, 'health')).toBe('unclear');
    expect(none.deployment.alerts).toEqual([]);
  });
});

it('a check of the work after a rollback settles, although the deployment has ended', () => {
  const yaml = smallChecklist({
    prepare: [manual('a')],
    rest: `rollback:\n  after:\n    - ${checked('logs-quiet')}`,
  });
  const back = situationIn('rolled_back', { yaml });
  const clicked = run(back, rerun('logs-quiet'));
  expect(standing(answer(clicked), 'logs-quiet')).toBe('passed');
});
