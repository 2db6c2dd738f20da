import { describe, expect, it } from 'vitest';
import { actor, answer, at, refusalOf, run, standing, userId } from '../../../test/support/situation.ts';
import { situationIn, started } from '../../../test/support/journey.ts';
import { checked, manual, smallChecklist } from '../../../test/support/small-checklist.ts';
import { MINUTE } from '../../lib/time.ts';
import { giveGo } from '../decide/gate.ts';
import type { Situation } from '../situation.ts';
import { confirmItem } from './confirm-item.ts';
import { failItem, skipItem } from './skip-item.ts';
import { acceptRed, noteItem, undoItem } from './undo-item.ts';

const undo =
  (itemId: string, { by = 'bob', reason }: { by?: string; reason?: string } = {}) =>
  (situation: Situation) =>
    undoItem(situation, { itemId, actor: actor(situation, by), reason });

const confirmed = () =>
  run(started(), (now) => confirmItem(now, { itemId: 'rollback-plan', actor: actor(now, 'bob') }));

describe('undo', () => {
  it('of an own click is free for five minutes', () => {
    const situation = confirmed();
    const late = at(situation, situation.now + 5 * MINUTE);
    expect(standing(run(late, undo('rollback-plan')), 'rollback-plan')).toBe('open');
  });

  it('later needs a reason', () => {
    const situation = confirmed();
    const later = at(situation, situation.now + 5 * MINUTE + 1);
    expect(refusalOf(later, undo('rollback-plan'))).toEqual({
      code: 'reason_missing',
      message:
        'Only your own click can be undone without a reason, and only for 5 minutes. Give a reason to undo All on duty know the way back.',
    });
    expect(standing(run(later, undo('rollback-plan', { reason: 'wrong line' })), 'rollback-plan')).toBe(
      'open',
    );
  });

  it("of somebody else's click needs a reason at once", () => {
    expect(refusalOf(confirmed(), undo('rollback-plan', { by: 'carol' })).code).toBe('reason_missing');
  });

  it('takes the debt of a skip away with it', () => {
    const skipped = run(started(), (now) =>
      skipItem(now, { itemId: 'rollback-plan', actor: actor(now, 'bob'), reason: 'no time' }),
    );
    expect(skipped.deployment.debts).toHaveLength(1);
    expect(run(skipped, undo('rollback-plan')).deployment.debts).toEqual([]);
  });

  it('shows again what a check had measured', () => {
    const failed = run(answer(started()), (now) =>
      failItem(now, { itemId: 'database-answers', actor: actor(now, 'bob'), reason: 'it is slow' }),
    );
    expect(standing(run(failed, undo('database-answers')), 'database-answers')).toBe('passed');
  });

  it('closes a gate that stood on it', () => {
    const awaiting = situationIn('awaiting_go');
    expect(run(awaiting, undo('rollback-plan')).deployment.state.kind).toBe('preparing');
  });

  it('finds nothing where nobody settled anything, twice is once too often', () => {
    expect(refusalOf(answer(started()), undo('database-answers')).code).toBe('nothing_to_undo');
    expect(refusalOf(run(confirmed(), undo('rollback-plan')), undo('rollback-plan')).code).toBe(
      'nothing_to_undo',
    );
  });

  it('takes back an approval before Go, never after', () => {
    const yaml = smallChecklist({
      prepare: [manual('ok', 'approval: { role: approver }')],
      deploy: [manual('step')],
    });
    const awaiting = situationIn('awaiting_go', { yaml });
    expect(run(awaiting, undo('ok')).deployment.state.kind).toBe('preparing');
    const deploying = run(awaiting, (now) => giveGo(now, { actor: actor(now, 'alice') }));
    expect(refusalOf(deploying, undo('ok', { reason: 'sorry' }))).toMatchObject({
      code: 'undo_impossible',
      message: expect.stringContaining('No-go or Roll back instead'),
    });
  });

  it('does not reach a timer that has run out', () => {
    const yaml = smallChecklist({ prepare: [manual('wait', 'timer: 1m'), manual('a')] });
    const situation = started({
      yaml,
      deployment: { items: { wait: { settled: { kind: 'elapsed', at: 0 } } } },
    });
    expect(refusalOf(situation, undo('wait')).code).toBe('nothing_to_undo');
  });
});

describe('accept', () => {
  const yaml = smallChecklist({ verify: [checked('a'), checked('b')] });
  const red = (outcome: 'fail' | 'inconclusive' = 'fail') =>
    answer(situationIn('verifying', { yaml }), { a: { outcome, line: 'p95 is 900 ms' } });
  const accept =
    (by: string, reason: string | undefined = 'known, ticket 7') =>
    (situation: Situation) =>
      acceptRed(situation, { itemId: 'a', actor: actor(situation, by), reason });

  it('takes a red result on purpose: a debt, and verification is done', () => {
    const accepted = run(red(), accept('alice'));
    expect(standing(accepted, 'a')).toBe('accepted');
    expect(accepted.deployment.debts).toMatchObject([
      { itemId: 'a', kind: 'accepted_red', by: userId('alice') },
    ]);
    expect(accepted.deployment.state.kind).toBe('watching');
  });

  it('takes what could not be measured too', () => {
    expect(standing(run(red('inconclusive'), accept('alice')), 'a')).toBe('accepted');
  });

  it('is for an approver who is not the deployer', () => {
    expect(refusalOf(red(), accept('carol'))).toEqual({
      code: 'not_allowed',
      message: 'Item a is accepted by an approver. Ask <@UALICE> or <@UBOB>.',
    });
    expect(refusalOf(red(), accept('bob'))).toEqual({
      code: 'second_person_needed',
      message: 'You deployed this: accepting Item a needs a second person. Ask <@UALICE>.',
    });
  });

  it('needs a reason', () => {
    expect(refusalOf(red(), accept('alice', ' ')).code).toBe('reason_missing');
  });

  it('finds nothing on a good item, and nothing a second time', () => {
    const good = (now: Situation) =>
      acceptRed(now, { itemId: 'b', actor: actor(now, 'alice'), reason: 'why not' });
    expect(refusalOf(red(), good).code).toBe('nothing_to_accept');
    expect(refusalOf(run(red(), accept('alice')), accept('alice')).code).toBe('nothing_to_accept');
  });

  it('is for what was deployed, not for the preparation', () => {
    const before = answer(started(), { 'database-answers': 'fail' });
    const act = (now: Situation) =>
      acceptRed(now, { itemId: 'database-answers', actor: actor(now, 'alice'), reason: 'ok' });
    expect(refusalOf(before, act).code).toBe('wrong_state');
  });

  it('never replaces the proof that the new version answers', () => {
    const old = answer(situationIn('verifying'), { 'version-live': 'error' });
    const act = (now: Situation) =>
      acceptRed(now, { itemId: 'version-live', actor: actor(now, 'alice'), reason: 'it will come' });
    expect(refusalOf(old, act).code).toBe('item_not_skippable');
  });

  it('is done on the lines themselves, not on a parent or a judgement about them', () => {
    const sums = smallChecklist({
      verify: [
        `{ id: group, title: Group, items: [${checked('a')}] }`,
        '{ id: judge, title: Judge, check: { state: { of: [a] } } }',
      ],
    });
    const situation = answer(situationIn('verifying', { yaml: sums }), { a: 'fail' });
    for (const itemId of ['group', 'judge']) {
      expect(standing(situation, itemId)).toBe('red');
      const act = (now: Situation) => acceptRed(now, { itemId, actor: actor(now, 'alice'), reason: 'ok' });
      expect(refusalOf(situation, act).code).toBe('item_settles_itself');
    }
  });

  it('can be undone like any other click', () => {
    const back = run(run(red(), accept('alice')), undo('a', { by: 'alice' }));
    expect(standing(back, 'a')).toBe('red');
    expect(back.deployment.debts).toEqual([]);
  });
});

describe('a note', () => {
  const note = (text: string) => (now: Situation) =>
    noteItem(now, { itemId: 'rollback-plan', actor: actor(now, 'bob'), text });

  it('is kept with the item, in order, and settles nothing', () => {
    const twice = run(run(started(), note('first')), note(' second '));
    expect(twice.deployment.items['rollback-plan']?.notes?.map(({ text }) => text)).toEqual([
      'first',
      'second',
    ]);
    expect(standing(twice, 'rollback-plan')).toBe('open');
  });

  it('needs a text', () => {
    expect(refusalOf(started(), note(' ')).code).toBe('line_missing');
  });
});
