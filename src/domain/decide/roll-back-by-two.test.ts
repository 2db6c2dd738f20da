import { describe, expect, it } from 'vitest';
import { situationIn } from '../../../test/support/journey.ts';
import {
  actor,
  at,
  eventsOf,
  guest,
  passTime,
  refusalOf,
  run,
  userId,
} from '../../../test/support/situation.ts';
import { HOUR, MINUTE, SECOND } from '../../lib/time.ts';
import { ok } from '../../lib/result.ts';
import { elapse, nextDueAt } from '../elapse.ts';
import type { Situation } from '../situation.ts';
import { supersede } from './newer-deployment.ts';
import type { RollBackInput } from './roll-back.ts';
import { askedRollback, askIdOf, rollBack } from './roll-back.ts';

const back =
  ({ by = 'carol', ...more }: Partial<RollBackInput> & { by?: string }) =>
  (now: Situation) =>
    rollBack(now, { actor: actor(now, by), reason: 'users see 503', plans: [], ...more });
const kindOf = ({ deployment }: Situation) => deployment.state.kind;
const watching = () => situationIn('watching', { environment: 'staging' });

describe('a rollback with data loss without the typed word', () => {
  const asked = (more: Parameters<typeof back>[0] = {}) =>
    run(watching(), back({ plans: ['app', 'database'], targetVersion: '0.9.0', ...more }));

  it('is asked for, on the record, and starts nothing', () => {
    expect(eventsOf(watching(), back({ plans: ['app', 'database'], restoreWord: ' ' }))).toEqual([
      {
        type: 'rollback_asked',
        by: userId('carol'),
        plans: ['app', 'database'],
        targetVersion: '1.0.0',
        reason: 'users see 503',
      },
    ]);
    expect(kindOf(asked())).toBe('watching');
    expect(askedRollback(asked())).toMatchObject({ by: userId('carol'), at: asked().now });
  });

  it.each([[['app', 'database']], [['database']]])(
    'is started by a second person who names %j, with both names',
    (plans) => {
      const { deployment } = run(asked(), back({ by: 'dora', plans, reason: 'I see it too' }));
      expect(deployment.rollback).toMatchObject({
        plans,
        targetVersion: '0.9.0',
        by: userId('dora'),
        askedBy: userId('carol'),
      });
      expect(deployment.rollbackAsked).toBeUndefined();
    },
  );

  it('is started by who asked only with the word', () => {
    const again = run(asked(), back({ plans: ['database'] }));
    expect(kindOf(again)).toBe('watching');
    const { deployment } = run(again, back({ plans: ['database'], restoreWord: 'RESTORE' }));
    expect(deployment.rollback?.askedBy).toBeUndefined();
    expect(deployment.state.kind).toBe('rolling_back');
  });

  it('is no second voice for a guest, a wrong word or other plans that lose data', () => {
    const dora = (more: Partial<RollBackInput>) => back({ by: 'dora', plans: ['database'], ...more });
    expect(refusalOf(asked(), dora({ actor: guest() })).code).toBe('guest');
    expect(refusalOf(asked(), dora({ restoreWord: 'yes' })).code).toBe('restore_word_missing');
    const now = asked();
    const app = now.checklist.rollback.plans['app']!;
    const rollback = {
      ...now.checklist.rollback,
      plans: { ...now.checklist.rollback.plans, app: { ...app, dataLoss: true } },
    };
    const less = { ...now.deployment.rollbackAsked!, plans: ['database'] };
    const stricter = {
      ...now,
      checklist: { ...now.checklist, rollback },
      deployment: { ...now.deployment, rollbackAsked: less },
    };
    const other = run(stricter, back({ by: 'dora', plans: ['app', 'database'] }));
    expect(kindOf(other)).toBe('watching');
    expect(askedRollback(other)).toMatchObject({ by: userId('dora'), plans: ['app', 'database'] });
  });

  it('to another version is no second voice, but a new ask', () => {
    const other = run(asked(), back({ by: 'dora', plans: ['database'], targetVersion: '0.1.0' }));
    expect(kindOf(other)).toBe('watching');
    expect(askedRollback(other)).toMatchObject({ by: userId('dora'), targetVersion: '0.1.0' });
    const same = run(asked(), back({ by: 'dora', plans: ['database'], targetVersion: '0.9.0' }));
    expect(same.deployment.rollback).toMatchObject({ targetVersion: '0.9.0', askedBy: userId('carol') });
  });

  it('is confirmed by a form only where that showed the very ask that stands', () => {
    const first = asked();
    const shown = askIdOf(askedRollback(first)!);
    const dora = (confirms: string | null) =>
      back({ by: 'dora', plans: ['database'], targetVersion: '0.9.0', confirms });
    expect(run(first, dora(shown)).deployment.rollback?.askedBy).toBe(userId('carol'));
    const fromEmpty = run(first, dora(null));
    expect(kindOf(fromEmpty)).toBe('watching');
    expect(askedRollback(fromEmpty)?.by).toBe(userId('dora'));
    const anew = run(
      at(first, first.now + SECOND),
      back({ plans: ['app', 'database'], targetVersion: '0.9.0', reason: 'for another reason' }),
    );
    const stale = run(anew, dora(shown));
    expect(kindOf(stale)).toBe('watching');
    expect(askedRollback(stale)?.by).toBe(userId('dora'));
  });

  it('lapses after half an hour, and when there is no way back any more', () => {
    const late = at(asked(), asked().now + 30 * MINUTE);
    expect(askedRollback(at(late, late.now - SECOND))).toBeDefined();
    expect(askedRollback(late)).toBeUndefined();
    expect(kindOf(run(late, back({ by: 'dora', plans: ['database'] })))).toBe('watching');
    const replaced = run(asked(), (now) => ok(supersede(now, { by: 'tiny-43' })));
    expect(askedRollback(replaced)).toBeUndefined();
    const without = run(asked(), back({ by: 'dora', plans: ['app'] }));
    expect(without.deployment.rollback?.askedBy).toBeUndefined();
  });

  it('ends by itself once nobody has confirmed it, and says whose ask it was', () => {
    const now = asked();
    const due = now.now + 30 * MINUTE;
    expect(nextDueAt(now)).toBeLessThanOrEqual(due);
    const lapsed = passTime(now, due);
    const ended = passTime(now, due + MINUTE).deployment.rollbackAsked;
    expect(ended).toMatchObject({ by: userId('carol'), lapsedAt: due });
    expect(lapsed.deployment.rollbackAsked).toEqual(ended);
    expect(eventsOf(at(now, due), (late) => ok(elapse(late)))).toContainEqual({
      type: 'rollback_ask_lapsed',
      ask: now.deployment.rollbackAsked,
    });
    const again = run(lapsed, back({ plans: ['database'] }));
    expect(again.deployment.rollbackAsked).not.toHaveProperty('lapsedAt');
    expect(askedRollback(again)).toMatchObject({ by: userId('carol') });
  });

  it('is not said to have lapsed where there is no way back any more', () => {
    const replaced = run(asked(), (now) => ok(supersede(now, { by: 'tiny-43' })));
    expect(passTime(replaced, replaced.now + HOUR).deployment.rollbackAsked).not.toHaveProperty('lapsedAt');
  });
});
