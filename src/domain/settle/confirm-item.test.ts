import { describe, expect, it } from 'vitest';
import {
  actor,
  answer,
  at,
  eventsOf,
  guest,
  refusalOf,
  run,
  situationOf,
  standing,
  userId,
} from '../../../test/support/situation.ts';
import { started } from '../../../test/support/journey.ts';
import { checked, manual, smallChecklist } from '../../../test/support/small-checklist.ts';
import type { Situation } from '../situation.ts';
import type { ConfirmInput } from './confirm-item.ts';
import { confirmItem } from './confirm-item.ts';

const confirm =
  (itemId: string, { by = 'bob', ...more }: Partial<ConfirmInput> & { by?: string } = {}) =>
  (situation: Situation) =>
    confirmItem(situation, { itemId, actor: actor(situation, by), ...more });

describe('a person confirms', () => {
  it('an item with one click, and is remembered with the moment', () => {
    const situation = run(started(), confirm('rollback-plan'));
    expect(standing(situation, 'rollback-plan')).toBe('confirmed');
    expect(situation.deployment.items['rollback-plan']?.settled).toEqual({
      kind: 'confirmed',
      by: userId('bob'),
      at: situation.now,
    });
  });

  it('and a second click is told who was first', () => {
    const once = run(started(), confirm('rollback-plan'));
    expect(refusalOf(once, confirm('rollback-plan', { by: 'carol' }))).toEqual({
      code: 'item_already_settled',
      message: 'All on duty know the way back was already confirmed by <@UBOB>. Undo it first to change it.',
    });
  });

  it('nothing as a guest', () => {
    expect(
      refusalOf(started(), (now) => confirmItem(now, { itemId: 'rollback-plan', actor: guest() })).code,
    ).toBe('guest');
  });

  it('nothing that is not there, and hears the nearest name', () => {
    expect(refusalOf(started(), confirm('rollback-plam'))).toEqual({
      code: 'unknown_item',
      message: 'There is no item `rollback-plam` in this checklist; did you mean rollback-plan?',
    });
  });

  it.each([
    [
      'a later stage',
      'run-deploy',
      'The deploy script has run belongs to the deployment, which has not begun yet; wait for it.',
    ],
    [
      'a rollback',
      'rollback-app',
      'The version before runs again belongs to a rollback. Press Roll back first.',
    ],
    [
      'the success criteria',
      'healthy-day',
      'It stayed healthy belongs to the success criteria, which has not begun yet; wait for it.',
    ],
  ])('nothing of %s', (_what, itemId, message) => {
    expect(refusalOf(started(), confirm(itemId))).toEqual({ code: 'item_not_active', message });
  });

  it('nothing whose condition does not hold', () => {
    const situation = situationOf({ deployment: { state: { kind: 'deploying', since: 0 } } });
    expect(refusalOf(situation, confirm('publish-vendor')).message).toContain('its condition does not hold');
  });

  it.each([
    ['parent', 'database', 'its lines'],
    ['twin', 'same', 'the item that says the same'],
    ['timer', 'wait', 'the clock'],
    ['judgement', 'judge', 'the items it looks at'],
  ])('nothing that settles itself: a %s', (_what, itemId, by) => {
    const yaml = smallChecklist({
      prepare: [
        '{ id: database, title: Database, items: [{ id: a, title: A }] }',
        manual('same', 'same_as: a'),
        manual('wait', 'timer: 30m'),
        '{ id: judge, title: Judge, check: { state: { of: [a] } } }',
      ],
    });
    const refused = refusalOf(started({ yaml }), confirm(itemId));
    expect(refused.code).toBe('item_settles_itself');
    expect(refused.message).toContain(`settled by ${by}.`);
  });
});

describe('a check', () => {
  it.each(['fail', 'error', 'timed_out'] as const)(
    'that ended as %s is never confirmed: re-run it',
    (outcome) => {
      const red = answer(started(), { 'database-answers': { outcome, line: 'no route' } });
      expect(refusalOf(red, confirm('database-answers', { seen: 'I looked, it is fine' }))).toEqual({
        code: 'item_not_confirmable',
        message:
          'The database answers is red (no route) and cannot be confirmed. Re-run it, or skip it with a reason.',
      });
    },
  );

  it('that could not be measured is confirmed with a line of what was seen', () => {
    const unclear = answer(started(), { 'database-answers': 'inconclusive' });
    expect(refusalOf(unclear, confirm('database-answers')).code).toBe('line_missing');
    expect(refusalOf(unclear, confirm('database-answers', { seen: '  ' })).message).toBe(
      'The database answers was not measured: say in one line what you saw.',
    );
    const seen = run(unclear, confirm('database-answers', { seen: ' psql answers ' }));
    expect(seen.deployment.items['database-answers']?.settled).toMatchObject({ seen: 'psql answers' });
  });

  it('that a click would run is confirmed by hand only with a line of what was seen', () => {
    const byClick = started({ yaml: smallChecklist({ prepare: [checked('w', 'effect: write')] }) });
    expect(refusalOf(byClick, confirm('w'))).toEqual({
      code: 'line_missing',
      message: 'Item w was not measured: say in one line what you saw.',
    });
    expect(standing(run(byClick, confirm('w', { seen: 'wrote a row myself' })), 'w')).toBe('confirmed');
  });

  it('that is not connected is confirmed by a click, a critical one with a line', () => {
    const byHand = started({ connected: [] });
    expect(standing(run(byHand, confirm('database-answers')), 'database-answers')).toBe('confirmed');
    expect(refusalOf(byHand, confirm('signing-key')).code).toBe('line_missing');
    expect(standing(run(byHand, confirm('signing-key', { seen: '48 characters' })), 'signing-key')).toBe(
      'confirmed',
    );
  });

  it('that is being measured is waited for', () => {
    expect(refusalOf(started(), confirm('database-answers')).code).toBe('check_running');
  });

  it('that was measured needs nobody', () => {
    expect(refusalOf(answer(started()), confirm('database-answers')).code).toBe('item_already_settled');
  });

  it('that could be measured but was not is run, not confirmed', () => {
    const yaml = smallChecklist({ deploy: [checked('step', 'command: ./step.sh')] });
    const deploying = situationOf({ yaml, deployment: { state: { kind: 'deploying', since: 0 } } });
    expect(refusalOf(deploying, confirm('step')).message).toContain('Press Run check');
  });
});

describe('an item that asks for evidence', () => {
  const figures = (evidence: string) => confirm('load-figures', { evidence });

  it('is refused without it, and with something else', () => {
    expect(refusalOf(started(), confirm('load-figures'))).toEqual({
      code: 'evidence_missing',
      message: 'The load at peak is known asks for a number in ms when it is confirmed.',
    });
    expect(refusalOf(started(), figures('fast')).code).toBe('evidence_invalid');
  });

  it.each(['120', '120 ms', '120ms', ' 120 '])('takes %j for 120', (typed) => {
    const situation = run(started(), figures(typed));
    expect(situation.deployment.items['load-figures']?.settled).toMatchObject({
      kind: 'confirmed',
      evidence: 120,
    });
  });

  it('fails on a figure outside what is expected, with what was expected', () => {
    const events = eventsOf(started(), figures('240'));
    expect(events[0]).toMatchObject({
      type: 'item_failed',
      itemId: 'load-figures',
      reason: 'value: expected < 200, got 240',
    });
  });

  it('may ask for a link or a text', () => {
    const yaml = smallChecklist({
      prepare: [manual('ticket', 'evidence: { kind: link }'), manual('name', 'evidence: { kind: text }')],
    });
    const situation = started({ yaml });
    expect(refusalOf(situation, confirm('ticket', { evidence: 'T-12' })).code).toBe('evidence_invalid');
    const linked = run(situation, confirm('ticket', { evidence: 'https://tickets.example/T-12' }));
    const named = run(linked, confirm('name', { seen: 'Ada' }));
    expect(named.deployment.items['name']?.settled).toMatchObject({ evidence: 'Ada' });
  });
});

describe('an approval', () => {
  const yaml = smallChecklist({ prepare: [manual('ok', 'approval: { role: approver }')] });

  it('is given by a holder of its role', () => {
    expect(standing(run(started({ yaml }), confirm('ok', { by: 'alice' })), 'ok')).toBe('confirmed');
    expect(refusalOf(started({ yaml }), confirm('ok', { by: 'carol' }))).toEqual({
      code: 'not_allowed',
      message: 'Item ok is given by <@UALICE> or <@UBOB>. Ask one of them.',
    });
  });

  it.each([true, false])('is never given by the starter, four eyes or not (%s)', (fourEyes) => {
    const situation = started({ yaml, policy: { fourEyes }, deployment: { startedBy: userId('alice') } });
    expect(refusalOf(situation, confirm('ok', { by: 'alice' }))).toEqual({
      code: 'second_person_needed',
      message: 'You started this deployment: Item ok needs a second person. Ask <@UBOB>.',
    });
  });

  it('may be given by anybody else where the role names nobody', () => {
    const situation = started({ yaml, environment: 'staging' });
    expect(standing(run(situation, confirm('ok', { by: 'zoe' })), 'ok')).toBe('confirmed');
    expect(refusalOf(situation, confirm('ok', { by: 'ana' })).message).toContain('any other full member');
  });
});

describe('version-live without a connected check', () => {
  const verifying = () =>
    run(
      situationOf({
        connected: [],
        deployment: { state: { kind: 'verifying', since: 0 }, anchors: { start: 0, deployed: 0 } },
      }),
      confirm('health', { seen: 'answers' }),
    );

  it('is confirmed by hand, with a line of what was seen', () => {
    expect(refusalOf(verifying(), confirm('version-live')).code).toBe('line_missing');
    const live = run(verifying(), confirm('version-live', { seen: '/version says 1.1.0' }));
    expect(standing(live, 'version-live')).toBe('confirmed');
  });
});

it('once the deployment has ended nothing can be confirmed', () => {
  const ended = at(
    situationOf({ deployment: { state: { kind: 'completed', at: 0, outcome: 'healthy', unsigned: [] } } }),
    1,
  );
  expect(refusalOf(ended, confirm('rollback-plan')).code).toBe('wrong_state');
});
