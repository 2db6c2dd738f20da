import { describe, expect, it } from 'vitest';
import {
  actor,
  answer,
  at,
  guest,
  openForPeople,
  passTime,
  refusalOf,
  run,
  runningItems,
  standing,
  tick,
  userId,
} from '../../../test/support/situation.ts';
import { settleAll, situationIn } from '../../../test/support/journey.ts';
import { checked, manual, smallChecklist } from '../../../test/support/small-checklist.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../lib/time.ts';
import { ok } from '../../lib/result.ts';
import { confirmItem } from '../settle/confirm-item.ts';
import { skipItem } from '../settle/skip-item.ts';
import type { Situation } from '../situation.ts';
import { supersede } from './newer-deployment.ts';
import type { RollBackInput } from './roll-back.ts';
import { rollBack } from './roll-back.ts';

const back =
  ({ by = 'carol', ...more }: Partial<RollBackInput> & { by?: string } = {}) =>
  (now: Situation) =>
    rollBack(now, { actor: actor(now, by), reason: 'users see 503', plans: [], ...more });
const confirm = (itemId: string) => (now: Situation) =>
  confirmItem(now, { itemId, actor: actor(now, 'carol'), seen: 'seen' });
const kindOf = ({ deployment }: Situation) => deployment.state.kind;

const staging = { environment: 'staging' };
const watching = () => situationIn('watching', staging);

describe('Roll back', () => {
  it.each(['deploying', 'verifying', 'watching'] as const)('is possible while %s, by one person', (state) => {
    const rollingBack = run(situationIn(state), back());
    expect(rollingBack.deployment.rollback).toEqual({
      plans: ['app'],
      targetVersion: '1.0.0',
      reason: 'users see 503',
      by: userId('carol'),
      at: rollingBack.now,
    });
  });

  it.each([
    ['preparing', 'Nothing is deployed yet: Abort instead.'],
    ['rolling_back', 'It is already rolling back; settle what is open in the plan.'],
    ['completed', 'It is completed. Start a deployment of the earlier version instead.'],
  ] as const)('while %s is refused', (state, message) => {
    expect(refusalOf(situationIn(state), back())).toEqual({ code: 'wrong_state', message });
  });

  it('needs a reason, a member and plans that exist', () => {
    expect(refusalOf(watching(), back({ reason: '' })).code).toBe('reason_missing');
    expect(
      refusalOf(watching(), (now) => rollBack(now, { actor: guest(), reason: 'x', plans: [] })).code,
    ).toBe('guest');
    expect(refusalOf(watching(), back({ plans: ['app', 'cache'] }))).toEqual({
      code: 'plan_unknown',
      message: 'There is no plan `cache`. Plans: app, database.',
    });
  });

  it('with data loss is started by the typed word, and by no other', () => {
    const plans = ['app', 'database'];
    expect(refusalOf(watching(), back({ plans, restoreWord: 'restore' }))).toEqual({
      code: 'restore_word_missing',
      message:
        'Type the word RESTORE to go on with it yourself, or leave it empty: then a second person confirms it.',
    });
    const rollingBack = run(watching(), back({ plans, restoreWord: ' RESTORE ' }));
    expect(rollingBack.deployment.rollback?.askedBy).toBeUndefined();
    expect(openForPeople(rollingBack, ['rollback'])).toEqual([
      'rollback-app',
      'rollback-health',
      'previous-version-runs.app',
      'rollback-restore',
      'previous-version-runs.database',
    ]);
  });

  it('without data loss takes no word: whoever types one may mean another plan', () => {
    const code = 'restore_word_needless';
    expect(refusalOf(watching(), back({ restoreWord: 'RESTORE' })).code).toBe(code);
    expect(refusalOf(watching(), back({ restoreWord: 'restore' })).code).toBe(code);
    expect(kindOf(run(watching(), back({ restoreWord: ' ' })))).toBe('rolling_back');
  });

  it('may lead to another version than the one before', () => {
    expect(run(watching(), back({ targetVersion: '0.9.0' })).deployment.rollback?.targetVersion).toBe(
      '0.9.0',
    );
  });

  it('never leads to the version that goes out, neither typed nor by the records', () => {
    expect(refusalOf(watching(), back({ targetVersion: '1.1.0' }))).toEqual({
      code: 'version_invalid',
      message: '`1.1.0` is what goes out here, so that it is no way back. Name another one: to=1.0.0',
    });
    const again = { previousVersion: '1.1.0' };
    const yaml = smallChecklist({ verify: [manual('a')] });
    const same = situationIn('watching', { ...staging, yaml, deployment: again });
    expect(run(same, back()).deployment.rollback?.targetVersion).toBeNull();
  });

  describe('while the version before is not known', () => {
    const plan = (more: string) =>
      `rollback: { plans: { app: { title: App, items: [{ id: r, title: R${more} }] } } }`;
    const unknown = (rest: string) =>
      situationIn('watching', {
        ...staging,
        yaml: smallChecklist({ verify: [manual('a')], rest }),
        deployment: { previousVersion: null },
      });
    const version = "version: { check: { http: { url: 'http://127.0.0.1:1/v' } }, path: body.version }";

    it.each([
      ['a command', plan(", command: './deploy.sh ${deployment.previous}'")],
      ['a check', plan(", check: { http: { url: 'http://127.0.0.1:1/${deployment.previous}' } }")],
      ['the proof', `${plan('')}\n${version}`],
    ])('asks for it where %s needs it', (_what, rest) => {
      const refused = refusalOf(unknown(rest), back());
      expect(refused.code).toBe('version_missing');
      expect(refused.message).toContain('to=<version>');
      expect(run(unknown(rest), back({ targetVersion: '1.0.0' })).deployment.rollback?.targetVersion).toBe(
        '1.0.0',
      );
    });

    it('goes back without it where nothing of the plan needs it', () => {
      expect(run(unknown(plan('')), back()).deployment.rollback?.targetVersion).toBeNull();
    });
  });

  it.each(['1.0.0; rm -rf /', '$(id)', '', '1 0'])(
    'never leads to %j: people paste it into a shell',
    (text) => {
      expect(refusalOf(watching(), back({ targetVersion: text })).code).toBe('version_invalid');
    },
  );

  it('of what a newer deployment replaced is refused, naming the newer one', () => {
    const old = run(watching(), (now) => ok(supersede(now, { by: 'tiny-43' })));
    expect(refusalOf(old, back())).toEqual({
      code: 'wrong_state',
      message:
        '#43 is deployed over this one, and going back from here would undo it too. Roll back #43 instead.',
    });
  });

  it('cancels the ladder, and nothing of the old watch runs any more', () => {
    const rollingBack = run(watching(), back());
    expect(rollingBack.deployment.followUps.every(({ state }) => state.kind === 'cancelled')).toBe(true);
    const later = passTime(rollingBack, rollingBack.now + DAY);
    expect(runningItems(later)).toEqual([]);
  });

  it('leaves plans that were not chosen alone', () => {
    expect(refusalOf(run(watching(), back()), confirm('rollback-restore')).code).toBe('item_not_active');
  });
});

describe('the way back', () => {
  const rollingBack = () => run(watching(), back());

  it('measures a check once the steps before it are done', () => {
    expect(runningItems(rollingBack())).toEqual([]);
    expect(runningItems(run(rollingBack(), confirm('rollback-app')))).toEqual([
      'rollback-health',
      'previous-version-runs.app',
    ]);
  });

  it('asks its checks again until they pass, and only then is rolled back', () => {
    const failing = answer(run(rollingBack(), confirm('rollback-app')), { 'rollback-health': 'fail' });
    expect(kindOf(failing)).toBe('rolling_back');
    const again = tick(at(failing, failing.now + 10 * SECOND));
    expect(runningItems(again)).toEqual(['rollback-health']);
    const done = answer(again);
    expect(done.deployment.state).toEqual({ kind: 'rolled_back', at: done.now });
  });

  it('is not over while the version gone back to does not answer, and nobody says it in its place', () => {
    const failing = answer(run(rollingBack(), confirm('rollback-app')), {
      'previous-version-runs.app': 'fail',
    });
    expect(kindOf(failing)).toBe('rolling_back');
    expect(refusalOf(failing, confirm('previous-version-runs.app')).code).toBe('item_not_confirmable');
    expect(
      refusalOf(failing, (now) =>
        skipItem(now, { itemId: 'previous-version-runs.app', actor: actor(now, 'bob'), reason: 'x' }),
      ).code,
    ).toBe('item_not_skippable');
    expect(kindOf(answer(tick(at(failing, failing.now + 10 * SECOND))))).toBe('rolled_back');
  });

  it('asks less often when it takes long, and never stops', () => {
    const failing = answer(run(rollingBack(), confirm('rollback-app')), {}, 'fail');
    let looks = 0;
    passTime(failing, failing.now + 30 * MINUTE, (now) => {
      looks += runningItems(now).filter((id) => id === 'rollback-health').length;
      return answer(now, {}, 'fail');
    });
    expect(looks).toBeGreaterThan(60 + 18);
    expect(looks).toBeLessThan(60 + 25);
  });

  it('pings again every ten minutes until it is over', () => {
    const open = rollingBack();
    const later = passTime(open, open.now + 25 * MINUTE);
    expect(later.deployment.reminded['rollback:open']).toBe(open.now + 20 * MINUTE);
    const done = settleAll(later, ['rollback']);
    expect(passTime(done, done.now + HOUR).deployment.reminded['rollback:open']).toBe(open.now + 20 * MINUTE);
  });

  it('pings nobody at night, and goes on in the morning', () => {
    const open = run(situationIn('watching', { ...staging, now: Date.UTC(2026, 2, 2, 21, 55) }), back());
    const morning = Date.UTC(2026, 2, 3, 8, 0);
    expect(passTime(open, morning - 1).deployment.reminded['rollback:open']).toBeUndefined();
    expect(passTime(open, morning).deployment.reminded['rollback:open']).toBe(morning);
  });

  it('may be proven by hand where its check is not connected', () => {
    const byHand = situationIn('watching', { ...staging, connected: [] });
    const proven = run(run(run(byHand, back()), confirm('rollback-app')), confirm('rollback-health'));
    expect(kindOf(proven)).toBe('rolling_back');
    const done = run(proven, confirm('previous-version-runs.app'));
    expect(kindOf(done)).toBe('rolled_back');
  });

  it('leaves work for the next work morning', () => {
    const done = settleAll(rollingBack(), ['rollback']);
    const sent = (now: Situation) => now.deployment.reminded['item:cause-found'];
    const morning = Date.UTC(2026, 2, 3, 9, 0);
    expect(sent(passTime(done, morning - 1))).toBeUndefined();
    expect(sent(passTime(done, morning))).toBe(morning);
    const written = run(done, confirm('cause-found'));
    expect(standing(written, 'cause-found')).toBe('confirmed');
    expect(sent(passTime(written, morning + DAY))).toBeUndefined();
  });
});

describe('a checklist without any plan', () => {
  const yaml = smallChecklist({ deploy: [manual('step')], verify: [checked('a')] });

  it('still has a way back: a person says that the previous version is running again', () => {
    const rollingBack = run(situationIn('verifying', { yaml }), back());
    expect(rollingBack.deployment.rollback?.plans).toEqual(['previous-version']);
    expect(kindOf(rollingBack)).toBe('rolling_back');
    expect(openForPeople(rollingBack, ['rollback'])).toEqual(['previous-version-runs']);
    expect(kindOf(run(rollingBack, confirm('previous-version-runs')))).toBe('rolled_back');
  });

  it('knows that plan by name', () => {
    expect(kindOf(run(situationIn('verifying', { yaml }), back({ plans: ['previous-version'] })))).toBe(
      'rolling_back',
    );
  });
});

describe('a plan of which nothing required applies', () => {
  const item = (more: string) =>
    smallChecklist({
      verify: [manual('a')],
      rest: [
        'parameters: { big: { describe: Is it big, default: false, ask: true } }',
        `rollback: { plans: { app: { title: App, items: [{ id: r, title: R, ${more} }] } } }`,
      ].join('\n'),
    });

  it('is not over before a person says that the previous version is running again', () => {
    const rollingBack = run(situationIn('watching', { yaml: item('when: { parameter.big: true }') }), back());
    expect(kindOf(rollingBack)).toBe('rolling_back');
    expect(openForPeople(rollingBack, ['rollback'])).toContain('previous-version-runs.app');
    const skipped = refusalOf(rollingBack, (now) =>
      skipItem(now, { itemId: 'previous-version-runs.app', actor: actor(now, 'bob'), reason: 'x' }),
    );
    expect(skipped.code).toBe('item_not_skippable');
    expect(kindOf(run(rollingBack, confirm('previous-version-runs.app')))).toBe('rolled_back');
  });

  it('is left alone when something of its own shows that it worked', () => {
    const yaml = item('when: { parameter.big: false }');
    expect(openForPeople(run(situationIn('watching', { yaml }), back()), ['rollback'])).toEqual(['r']);
  });
});

describe('plans without a default', () => {
  it('begin with the first', () => {
    const yaml = smallChecklist({
      verify: [manual('a')],
      rest: [
        'rollback:',
        '  plans:',
        `    one: { title: One, items: [${manual('one-a')}] }`,
        `    two: { title: Two, items: [${manual('two-a')}] }`,
      ].join('\n'),
    });
    expect(run(situationIn('watching', { yaml }), back()).deployment.rollback?.plans).toEqual(['one']);
    expect(
      run(situationIn('watching', { yaml }), back({ plans: ['two', 'two'] })).deployment.rollback?.plans,
    ).toEqual(['two']);
  });
});
