import { describe, expect, it } from 'vitest';
import { actor, answer, at, refusalOf, run, workerGone } from '../../../test/support/situation.ts';
import { situationIn } from '../../../test/support/journey.ts';
import { checked, smallChecklist } from '../../../test/support/small-checklist.ts';
import { HOUR, MINUTE } from '../../lib/time.ts';
import { rerunItems } from '../settle/rerun-items.ts';
import { skipItem } from '../settle/skip-item.ts';
import type { Situation } from '../situation.ts';
import { giveGo } from './gate.ts';

const go = () => (now: Situation) => giveGo(now, { actor: actor(now, 'bob') });
const kindOf = ({ deployment }: Situation) => deployment.state.kind;

describe('Go on evidence that it cannot make fresh', () => {
  it('waits for a click where only a click measures again', () => {
    const yaml = smallChecklist({ prepare: [checked('a'), checked('w', 'effect: write')] });
    const awaiting = situationIn('awaiting_go', { yaml });
    const old = at(awaiting, awaiting.now + HOUR);
    expect(refusalOf(old, go())).toEqual({
      code: 'evidence_stale',
      message:
        'Item w: measured more than 30 min ago, and only a click measures it again. Press Re-run, then Go.',
    });
    const clicked = run(old, (now) => rerunItems(now, { itemIds: ['w'], actor: actor(now, 'bob') }));
    expect(kindOf(run(answer(run(answer(clicked), go())), go()))).toBe('deploying');
  });

  describe('when the worker is gone that measured the evidence', () => {
    const yaml = smallChecklist({ prepare: [checked('a'), checked('b', 'required: false')] });
    const alone = (minutes: number) => {
      const awaiting = situationIn('awaiting_go', { yaml });
      return workerGone(at(awaiting, awaiting.now + minutes * MINUTE));
    };

    it('stands on it while it is fresh', () => {
      expect(kindOf(run(alone(30), go()))).toBe('deploying');
    });

    it('is refused once it is old, with what is missing', () => {
      expect(refusalOf(alone(31), go())).toEqual({
        code: 'evidence_stale',
        message:
          'Item a and Item b: measured more than 30 min ago, and no worker that is alive can measure it again (database-url not set (DATABASE_URL)). Start the worker, or skip with a reason.',
      });
    });

    it('is possible once somebody answers for what cannot be measured: a debt', () => {
      const skipped = ['a', 'b'].reduce(
        (now, itemId) =>
          run(now, (one) => skipItem(one, { itemId, actor: actor(one, 'bob'), reason: 'seen by hand' })),
        alone(31),
      );
      expect(skipped.deployment.debts.map(({ itemId }) => itemId)).toEqual(['a']);
      expect(kindOf(run(skipped, go()))).toBe('deploying');
    });
  });
});
