import { MINUTE } from '../../lib/time.ts';
import { describe, expect, test } from 'vitest';
import { confirmItem } from '../../domain/settle/confirm-item.ts';
import { rerunItems } from '../../domain/settle/rerun-items.ts';
import { skipItem } from '../../domain/settle/skip-item.ts';
import { signOff } from '../../domain/decide/sign-off.ts';
import type { Situation } from '../../domain/situation.ts';
import { eventPost } from '../messages/posts.ts';
import { sceneOf } from '../scene.ts';
import { cardText, confirm, drawn } from '../../../test/support/cards.ts';
import { settleAll, started } from '../../../test/support/journey.ts';
import { actor, answer, at, refusalOf, run } from '../../../test/support/situation.ts';
import { giveGo } from '../../domain/decide/gate.ts';
import { declareDeployed } from '../../domain/decide/deploying.ts';

const bob = (now: Situation) => actor(now, 'bob');

/** Everything of the verification holds but the judgement: an optional line of the preparation was left open. */
const stuck = (): Situation => {
  const prepared = confirm(answer(started()), 'rollback-plan');
  const deploying = run(prepared, (now) => giveGo(now, { actor: bob(now) }));
  const verifying = run(settleAll(deploying, ['deploy']), (now) => declareDeployed(now, { actor: bob(now) }));
  return settleAll(verifying, ['verify']);
};

describe('a judgement about items that no stage under way shows', () => {
  test('is named with what it waits for, and can be skipped; so can what it looks at be settled', () => {
    const situation = stuck();
    expect(situation.deployment.state.kind).toBe('verifying');
    const rows = drawn(situation);
    expect(cardText(situation)).toContain(
      'Waiting for: Nothing of the preparation is open: waits for load-figures',
    );
    const row = rows.findIndex((line) => line.includes('*Nothing of the preparation is open*'));
    expect(rows[row]).toContain('waits for load-figures');
    expect(rows[row + 1]).toContain('[Skip…]');
    const other = rows.findIndex((line) => line.includes('*The load at peak is known*'));
    expect(rows[other + 1]).toContain('[Confirm');
  });

  test('says how to go on when it is run, confirmed or the sign-off is asked for', () => {
    const situation = stuck();
    expect(
      refusalOf(situation, (now) => rerunItems(now, { itemIds: ['all-prepared'], actor: bob(now) })).message,
    ).toBe(
      'Nothing of the preparation is open looks at other items and has no check to run. Settle load-figures, or skip it with a reason.',
    );
    expect(
      refusalOf(situation, (now) => confirmItem(now, { itemId: 'all-prepared', actor: bob(now) })).message,
    ).toBe(
      'Nothing of the preparation is open is settled by the items it looks at. Settle load-figures, or skip it with a reason.',
    );
    expect(refusalOf(situation, (now) => signOff(now, { actor: bob(now), acceptedDebts: [] })).message).toBe(
      'Sign-off opens when verification is done. Still open there: Nothing of the preparation is open.',
    );
  });

  test('is no longer in the way once it is skipped', () => {
    const watching = run(stuck(), (now) =>
      skipItem(now, { itemId: 'all-prepared', actor: bob(now), reason: 'known' }),
    );
    expect(watching.deployment.state.kind).toBe('watching');
    expect(cardText(watching)).toContain('~Nothing of the preparation is open~');
  });
});

test('to run a sum names the checks to run instead', () => {
  const situation = answer(started());
  expect(
    refusalOf(situation, (now) => rerunItems(now, { itemIds: ['database'], actor: bob(now) })).message,
  ).toBe('Database has no check of its own. Re-run database-answers and users-before.');
});

describe('a required step that was open at Deployed', () => {
  const watching = (): Situation => {
    const prepared = settleAll(started(), ['prepare']);
    const deploying = run(prepared, (now) => giveGo(now, { actor: bob(now) }));
    const early = run(deploying, (now) => declareDeployed(now, { actor: bob(now), override: 'in a hurry' }));
    return settleAll(early, ['verify']);
  };

  test('stands in the watch with its buttons, and the sign-off question names it', () => {
    const situation = watching();
    expect(situation.deployment.state.kind).toBe('watching');
    const rows = drawn(situation);
    expect(cardText(situation)).toContain('Waiting for: The deploy script has run (open still)');
    const later = drawn(at(situation, situation.now + 2 * MINUTE));
    const row = later.findIndex((line) => line.includes('*The deploy script has run*'));
    expect(later[row + 1]).toContain('[Confirm]');
    expect(rows.length).toBeLessThanOrEqual(16);
    const post = eventPost(sceneOf(situation), { type: 'sign_off_asked' });
    expect(post.text).toContain('Still open before that: The deploy script has run');
  });

  test('keeps its place with Undo when another one was settled just before', () => {
    const situation = at(watching(), watching().now + 2 * MINUTE);
    const first = confirm(situation, 'publish-script');
    const both = confirm(at(first, first.now + 5000), 'run-deploy');
    expect(cardText(both)).toContain('~The script has published the frontend~');
    expect(cardText(both)).toContain('~The deploy script has run~');
  });
});
