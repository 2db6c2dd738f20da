import { describe, expect, it } from 'vitest';
import {
  actor,
  answer,
  refusalOf,
  run,
  situationOf,
  standing,
  userId,
} from '../../../test/support/situation.ts';
import { situationIn, started } from '../../../test/support/journey.ts';
import { checked, manual, smallChecklist } from '../../../test/support/small-checklist.ts';
import type { Situation } from '../situation.ts';
import { failItem, markNotApplicable, skipItem } from './skip-item.ts';

type Act = typeof skipItem;
const doing =
  (act: Act, reason: string | undefined = 'no access') =>
  (itemId: string, by = 'carol') =>
  (situation: Situation) =>
    act(situation, { itemId, actor: actor(situation, by), reason });
const skip = doing(skipItem);
const notApplicable = doing(markNotApplicable);
const fail = doing(failItem);

const debtsOf = ({ deployment }: Situation) =>
  deployment.debts.map(({ itemId, kind }) => `${itemId ?? ''} ${kind}`);

describe('every one of skip, n/a and fail', () => {
  it.each([
    ['skip', skipItem],
    ['n/a', markNotApplicable],
    ['fail', failItem],
  ] as const)('%s needs a reason', (_name, act) => {
    for (const reason of [undefined, '', '   ']) {
      const refused = refusalOf(started(), (now) =>
        act(now, { itemId: 'rollback-plan', actor: actor(now, 'bob'), reason }),
      );
      expect(refused).toEqual({
        code: 'reason_missing',
        message: 'A reason is needed: say why in one line.',
      });
    }
  });
});

describe('skip', () => {
  it('of an optional item owes nothing', () => {
    const situation = run(started(), skip('load-figures'));
    expect(standing(situation, 'load-figures')).toBe('skipped');
    expect(debtsOf(situation)).toEqual([]);
  });

  it('of a required item is a debt with who, when and why', () => {
    const situation = run(started(), skip('rollback-plan'));
    expect(situation.deployment.debts).toMatchObject([
      { itemId: 'rollback-plan', kind: 'skip', by: userId('carol'), at: situation.now, reason: 'no access' },
    ]);
  });

  it('of a critical item is an override by an approver', () => {
    const waiting = started({ connected: [] });
    expect(refusalOf(waiting, skip('signing-key'))).toEqual({
      code: 'not_allowed',
      message: 'Skipping The signing key is long enough is given by <@UALICE> or <@UBOB>. Ask one of them.',
    });
    expect(debtsOf(run(waiting, skip('signing-key', 'bob')))).toEqual(['signing-key override']);
  });

  it('of a red check is an override by an approver who did not start it', () => {
    const red = answer(started({ deployment: { startedBy: userId('alice') } }), {
      'database-answers': 'fail',
    });
    expect(refusalOf(red, skip('database-answers')).code).toBe('not_allowed');
    expect(refusalOf(red, skip('database-answers', 'alice')).message).toContain('second person');
    const skipped = run(red, skip('database-answers', 'bob'));
    expect(standing(skipped, 'database-answers')).toBe('skipped');
    expect(debtsOf(skipped)).toEqual(['database-answers override']);
  });

  it('of what a person failed is an override by somebody else', () => {
    const failed = run(started(), fail('rollback-plan', 'bob'));
    expect(refusalOf(failed, skip('rollback-plan', 'bob'))).toEqual({
      code: 'second_person_needed',
      message: 'You failed All on duty know the way back. Skipping it needs a second person. Ask <@UALICE>.',
    });
    expect(standing(run(failed, skip('rollback-plan', 'alice')), 'rollback-plan')).toBe('skipped');
  });

  it('of what could not be measured is a plain debt', () => {
    const unclear = answer(started(), { 'database-answers': 'inconclusive' });
    expect(debtsOf(run(unclear, skip('database-answers')))).toEqual(['database-answers skip']);
  });

  it('of what is settled well is refused', () => {
    expect(refusalOf(answer(started()), skip('database-answers')).code).toBe('item_already_settled');
  });

  it('of a wait or a judgement is possible: going on early is a debt', () => {
    const yaml = smallChecklist({
      prepare: [
        manual('wait', 'timer: 30m'),
        manual('a'),
        '{ id: judge, title: Judge, check: { state: { of: [a] } } }',
      ],
    });
    const situation = run(run(started({ yaml }), skip('wait')), skip('judge'));
    expect(debtsOf(situation)).toEqual(['wait skip', 'judge skip']);
    expect(standing(situation, 'wait')).toBe('skipped');
    expect(standing(situation, 'judge')).toBe('skipped');
  });

  it('of a parent is done line by line', () => {
    expect(refusalOf(started(), skip('database')).code).toBe('item_settles_itself');
  });
});

describe('never skipped and never n/a', () => {
  it.each([
    ['version-live', () => situationIn('verifying'), 'version-live'],
    [
      'a check of the rollback',
      () => run(situationIn('rolling_back'), doing(skipItem)('rollback-app')),
      'rollback-health',
    ],
  ] as const)('is %s', (_what, situation, itemId) => {
    for (const act of [skip, notApplicable]) {
      expect(refusalOf(situation(), act(itemId, 'bob'))).toMatchObject({
        code: 'item_not_skippable',
        message: expect.stringContaining('can never be skipped: it is the proof. Re-run it, or roll back.'),
      });
    }
  });

  it('is the last line of a way back: skipped to the end, nothing would have been rolled back', () => {
    const steps = [manual('one'), manual('two'), manual('three', 'required: false')].join(', ');
    const rest = `rollback: { plans: { app: { title: App, items: [${steps}] } } }`;
    const rollingBack = situationIn('rolling_back', {
      yaml: smallChecklist({ verify: [manual('a')], rest }),
    });
    const withoutOne = run(rollingBack, skip('one', 'bob'));
    for (const act of [skip, notApplicable]) {
      expect(refusalOf(withoutOne, act('two', 'bob'))).toEqual({
        code: 'item_not_skippable',
        message:
          'Item two is all that is left to show that the rollback worked, so it cannot be skipped. Do it, then confirm it.',
      });
    }
    expect(standing(run(withoutOne, skip('three', 'bob')), 'three')).toBe('skipped');
    expect(withoutOne.deployment.state.kind).toBe('rolling_back');
  });

  it('is the one item of the built-in way back', () => {
    const rollingBack = situationIn('rolling_back', { yaml: smallChecklist({ verify: [manual('a')] }) });
    expect(refusalOf(rollingBack, skip('previous-version-runs', 'bob')).code).toBe('item_not_skippable');
  });
});

describe('n/a', () => {
  it('owes nothing, stands apart from skipped, and lets the gate open', () => {
    const yaml = smallChecklist({ prepare: [manual('a')] });
    const situation = run(started({ yaml }), notApplicable('a'));
    expect(standing(situation, 'a')).toBe('not_applicable');
    expect(debtsOf(situation)).toEqual([]);
    expect(situation.deployment.state.kind).toBe('awaiting_go');
  });
});

describe('going on without', () => {
  const consent = '{ id: consent, title: Consent, approval: { role: approver } }';
  const yaml = smallChecklist({ prepare: [consent, checked('c', 'critical: true')] });
  const red = (startedBy = userId('alice')) =>
    answer(started({ yaml, deployment: { startedBy } }), { c: 'fail' });

  it.each([
    ['Skipping Consent', skip],
    ['Marking Consent not applicable', notApplicable],
  ] as const)('an approval: %s is for those who could give it, never the starter', (what, act) => {
    for (const policy of [{}, { fourEyes: false }]) {
      const situation = { ...red(), policy: { ...red().policy, ...policy } };
      expect(refusalOf(situation, act('consent', 'alice'))).toEqual({
        code: 'second_person_needed',
        message: `You started this deployment: ${what} needs a second person. Ask <@UBOB>.`,
      });
    }
    expect(refusalOf(red(), act('consent', 'carol'))).toEqual({
      code: 'not_allowed',
      message: `${what} is given by <@UALICE> or <@UBOB>. Ask one of them.`,
    });
    expect(standing(run(red(), act('consent', 'bob')), 'consent')).not.toBe('open');
  });

  it('what is critical or red, n/a asks for the approver that a skip asks for', () => {
    expect(refusalOf(red(), notApplicable('c', 'carol')).code).toBe('not_allowed');
    expect(refusalOf(red(), notApplicable('c', 'alice')).message).toContain('second person');
    expect(standing(run(red(), notApplicable('c', 'bob')), 'c')).toBe('not_applicable');
    const failed = run(started(), fail('rollback-plan', 'bob'));
    expect(refusalOf(failed, notApplicable('rollback-plan', 'bob')).message).toBe(
      'You failed All on duty know the way back. Marking it not applicable needs a second person. Ask <@UALICE>.',
    );
  });
});

describe('fail', () => {
  it('makes an item red, and it blocks like a failed check', () => {
    const yaml = smallChecklist({ prepare: [manual('a'), checked('b')] });
    const ready = answer(run(started({ yaml }), doing(failItem)('a')));
    expect(standing(ready, 'a')).toBe('red');
    expect(ready.deployment.state.kind).toBe('preparing');
  });

  it('also overrules what a check measured', () => {
    expect(standing(run(answer(started()), fail('database-answers')), 'database-answers')).toBe('red');
  });

  it('closes a gate that was open', () => {
    const situation = run(situationIn('awaiting_go'), fail('database-answers'));
    expect(situation.deployment.state.kind).toBe('preparing');
  });

  it('is refused for what settles itself', () => {
    expect(refusalOf(started(), fail('database')).code).toBe('item_settles_itself');
  });
});

it('after the rollback only the work after it can be settled', () => {
  const back = situationIn('rolled_back');
  expect(standing(run(back, skip('cause-found')), 'cause-found')).toBe('skipped');
  expect(refusalOf(back, skip('rollback-plan')).message).toBe(
    'All on duty know the way back belongs to the preparation, which is over: this deployment was rolled back.',
  );
  expect(refusalOf(back, skip('rollback-restore')).message).toContain('a rollback plan that was not chosen');
});

it('an item that does not apply cannot be skipped', () => {
  const situation = situationOf({ deployment: { state: { kind: 'deploying', since: 0 } } });
  expect(refusalOf(situation, skip('second-instance')).code).toBe('item_not_active');
});
