import { describe, expect, test } from 'vitest';
import { ok } from '../../lib/result.ts';
import { MINUTE, SECOND } from '../../lib/time.ts';
import { supersede } from '../../domain/decide/newer-deployment.ts';
import { rerunItems } from '../../domain/settle/rerun-items.ts';
import { failItem, skipItem } from '../../domain/settle/skip-item.ts';
import type { Situation } from '../../domain/situation.ts';
import { cardText, confirm, drawn, TWO_PHASES, twoPhases, WITH_PEOPLE } from '../../../test/support/cards.ts';
import { situationIn, started } from '../../../test/support/journey.ts';
import { manual, smallChecklist } from '../../../test/support/small-checklist.ts';
import { outline } from '../../../test/support/outline.ts';
import { actor, answer, at, run } from '../../../test/support/situation.ts';
import { ACTION } from '../ids.ts';
import { decodeRef } from '../ref.ts';
import { elementsOf } from '../walk.ts';
import { cardChangesAt, cardMessage } from './card.ts';

describe('while preparing', () => {
  test('a failed check is not red, only not yet', () => {
    const failed = answer(twoPhases(), {
      certificates: { outcome: 'fail', line: 'expected > 14 days, got 6', tries: 2 },
    });
    expect(drawn(failed)).toContain(
      '◌ 3. *Certificates valid* · not yet · expected > 14 days, got 6 · {09:00}, 2 tries'.replace(
        '>',
        '&gt;',
      ),
    );
    expect(cardText(failed)).not.toMatch(/✖|\bred\b/);
    expect(cardText(failed)).toContain('[Re-run] [Skip…] [Details]');
  });

  test('what a person checks stands with its owner, its reason and its buttons', () => {
    expect(drawn(answer(twoPhases()))).toEqual(
      expect.arrayContaining([
        '☐ 1. *The plan is known* · backend-lead · It hangs on the wall',
        '[Confirm] [Skip…] [Fail…]',
      ]),
    );
  });

  test('a check that is not connected is by hand, and says what is missing', () => {
    const situation = started({ connected: [] });
    expect(cardText(situation)).toContain('by hand: kind env');
    expect(cardText(situation)).toContain('3 by hand, not connected');
    expect(cardText(situation)).not.toContain('being measured');
  });

  test('a phase with many lines is one row when there is no room for all', () => {
    expect(drawn(answer(twoPhases()))).toEqual(
      expect.arrayContaining(['☐ *Security: 4 lines* · <@UBOB>', '[Confirm group…] [Open phase]']),
    );
  });

  test('what only people know is not counted as a check that is not connected', () => {
    expect(cardText(answer(twoPhases()))).not.toContain('not connected');
  });

  test('numbers rise down the card, also where an optional line stands before a required one', () => {
    const yaml = TWO_PHASES.replace(/ {8}- \{ id: (secrets|audit).*\n/g, '');
    const numbers = drawn(answer(started({ yaml, environmentYaml: WITH_PEOPLE }))).flatMap(
      (line) => /^☐ (\d+)\./.exec(line)?.[1] ?? [],
    );
    expect(numbers).toEqual(['1', '2', '4', '5']);
  });

  test('lines stand one by one when there is room for all', () => {
    const yaml = TWO_PHASES.replace(/ {8}- \{ id: (secrets|audit).*\n/g, '');
    const card = cardText(answer(started({ yaml, environmentYaml: WITH_PEOPLE })));
    expect(card).toContain('*Keys are rotated*');
    expect(card).not.toContain('Confirm group…');
  });

  test('Confirm opens a dialog where a line has to be said', () => {
    const { blocks } = cardMessage({ situation: started({ connected: [] }) });
    const confirms = blocks
      .flatMap(elementsOf)
      .flatMap((element) => (element.type === 'button' && element.text.text === 'Confirm' ? [element] : []));
    const idFor = (itemId: string) =>
      confirms.find(({ value }) => decodeRef(value)?.itemId === itemId)?.action_id;
    expect(idFor('signing-key')).toBe(ACTION.itemConfirmLine);
    expect(idFor('rollback-plan')).toBe(ACTION.itemConfirm);
    expect(idFor('load-figures')).toBe(ACTION.itemConfirmLine);
  });

  test('a check that could not be measured stands first, with Re-run and Confirm', () => {
    const unclear = answer(twoPhases(), { certificates: { outcome: 'inconclusive', line: 'no answer' } });
    const rows = drawn(unclear);
    const row = rows.findIndex((line) => line.startsWith('? 3. *Certificates valid*'));
    expect(rows[row]).toContain('could not be measured: no answer');
    expect(rows[row + 1]).toBe('[Re-run] [Confirm] [Skip…]');
    expect(row).toBeLessThan(rows.findIndex((line) => line.includes('The plan is known')));
  });
});

describe('a settled row', () => {
  const settled = confirm(answer(twoPhases()), 'plan');
  const rowOf = (situation: Situation) =>
    drawn(situation).findIndex((line) => line.includes('The plan is known'));

  test('keeps its place for a minute, struck out, with Undo', () => {
    const before = rowOf(answer(twoPhases()));
    expect(rowOf(settled)).toBe(before);
    expect(drawn(settled)[before]).toBe(
      '☑ 1. ~The plan is known~ · confirmed by <@UBOB> {09:00} · seen [Undo]',
    );
    expect(rowOf(at(settled, settled.now + 59 * SECOND))).toBe(before);
  });

  test('gives its place up after that minute, and the card says when to draw again', () => {
    expect(cardChangesAt(settled)).toBe(settled.now + MINUTE);
    const later = at(settled, settled.now + MINUTE);
    expect(rowOf(later)).toBe(-1);
    expect(cardChangesAt(later)).toBeUndefined();
  });

  test('says who skipped it and why', () => {
    const skipped = run(answer(twoPhases()), (now) =>
      skipItem(now, { itemId: 'plan', actor: actor(now, 'bob'), reason: 'no wall' }),
    );
    expect(cardText(skipped)).toContain('⊘ 1. ~The plan is known~ · skipped by <@UBOB>: no wall [Undo]');
    expect(cardText(skipped)).toContain('1 skipped (debts)');
  });

  test('that was red stays among the red ones', () => {
    const failed = answer(twoPhases(), { certificates: 'fail' });
    const skipped = run(failed, (now) =>
      skipItem(now, { itemId: 'certificates', actor: actor(now, 'bob'), reason: 'renewed tonight' }),
    );
    const before = drawn(failed).findIndex((line) => line.includes('Certificates valid'));
    expect(drawn(skipped)[before]).toBe(
      '⊘ 3. ~Certificates valid~ · skipped by <@UBOB>: renewed tonight [Undo]',
    );
  });

  test('of a group is struck out when its last line is settled', () => {
    const all = ['keys', 'access', 'secrets', 'audit'].reduce(
      (now, id) => confirm(now, id),
      answer(twoPhases()),
    );
    expect(cardText(all)).toContain('☑ ~Security: 4 lines~ · settled by <@UBOB>');
  });
});

test('what a person failed is red with the reason, and can be taken back', () => {
  const failed = run(answer(twoPhases()), (now) =>
    failItem(now, { itemId: 'plan', actor: actor(now, 'bob'), reason: 'it fell down' }),
  );
  expect(cardText(failed)).toContain('*The plan is known* · not yet · failed by <@UBOB>: it fell down');
  expect(cardText(failed)).toContain('[Undo] [Skip…] [Details]');
});

describe('several by-click checks of a phase', () => {
  const yaml = `
system: tiny
title: Tiny
stages:
  verify:
    - id: smoke
      title: Smoke tests
      items:
        - { id: add, title: Add, effect: write, check: { http: { url: 'http://127.0.0.1:1' } } }
        - { id: change, title: Change, effect: write, check: { http: { url: 'http://127.0.0.1:1' } } }
        - { id: remove, title: Remove, effect: write, check: { http: { url: 'http://127.0.0.1:1' } } }
`;

  test('have one button, which asks first and says what it does', () => {
    const { blocks } = cardMessage({ situation: situationIn('verifying', { yaml }) });
    expect(outline(blocks)).toEqual(
      expect.arrayContaining([
        '☐ *Smoke tests: 3 write checks* · 3 by click',
        '[Run 3 write checks] [Open phase]',
      ]),
    );
    const button = blocks.flatMap(elementsOf).find(({ action_id }) => action_id === ACTION.groupRun);
    expect(button).toMatchObject({
      value: 'd=tiny-42&p=smoke&e=write',
      confirm: {
        text: { text: 'Runs against production and changes something there: Add, Change and Remove.' },
      },
    });
  });

  test('stay one row while they run', () => {
    const clicked = run(situationIn('verifying', { yaml }), (now) =>
      rerunItems(now, { itemIds: ['add', 'change', 'remove'], actor: actor(now, 'bob') }),
    );
    expect(drawn(clicked)).toContain('… *Smoke tests: 3 write checks* · 3 being measured');
  });
});

test('what can never be skipped is offered no Skip: the proof of a way back', () => {
  const rollingBack = cardText(
    situationIn('rolling_back', { yaml: smallChecklist({ verify: [manual('a')] }) }),
  );
  expect(rollingBack).toContain('The previous version is running again');
  expect(rollingBack).toContain('[Confirm] [Fail…]');
  expect(rollingBack).not.toContain('[Skip…]');
});

test('what a newer deployment replaced offers no way back', () => {
  const watching = situationIn('watching');
  expect(cardText(watching)).toContain('[Roll back…]');
  const old = run(watching, (now) => ok(supersede(now, { by: 'tiny-43' })));
  expect(cardText(old)).not.toContain('[Roll back…]');
});
