import type { KnownBlock, ModalView } from '@slack/types';
import { describe, expect, test } from 'vitest';
import { cardText, twoPhases } from '../../../test/support/cards.ts';
import { situationIn, started } from '../../../test/support/journey.ts';
import { buttonsIn, outline } from '../../../test/support/outline.ts';
import { answer, userId } from '../../../test/support/situation.ts';
import { itemIdByNumber, numberOf } from '../item/number.ts';
import { assertWithinLimits } from '../limits.ts';
import { decodeRef } from '../ref.ts';
import { sceneOf } from '../scene.ts';
import { elementsOf } from '../walk.ts';
import { phaseModal, ROWS_PER_PAGE } from './phase.ts';

const VIEWER = userId('bob');

const rows = (view: ModalView): readonly string[] => {
  assertWithinLimits(view);
  return outline(view.blocks);
};

const long = (count: number): string => {
  const lines = Array.from(
    { length: count },
    (_, index) => `        - { id: line-${index}, title: Line ${index}, command: './do ${index}' }`,
  );
  return `system: tiny\ntitle: Tiny\nstages:\n  prepare:\n    - id: long\n      title: A phase with a very long title\n      items:\n${lines.join('\n')}\n`;
};

describe('a phase', () => {
  const scene = sceneOf(answer(twoPhases(), { certificates: { outcome: 'fail', line: 'got 6 days' } }));

  test('shows open lines with everything that can be done to them', () => {
    expect(rows(phaseModal(scene, { phaseId: 'basics', viewer: VIEWER }))).toEqual([
      '[Open] [Mine] [Red] [All] [Confirm group…] [Another phase: Basics 0/3, Security 0/4]',
      'Showing Open: 3 of 3 lines',
      '☐ 1. *The plan is known* / Open · backend-lead · It hangs on the wall · `plan`',
      '[Confirm] [Skip…] [N/A…] [Fail…] [Details]',
      '☐ 2. *Quota is enough* / Open · backend-lead · `quota`',
      '[Confirm] [Skip…] [N/A…] [Fail…] [Details]',
      '◌ 3. *Certificates valid* / Not yet · backend-lead · got 6 days · {09:00} · `certificates`',
      '[Re-run] [Skip…] [Details]',
    ]);
  });

  test('filters by what is red and by whose it is', () => {
    const shown = (filter: 'red' | 'mine', viewer: string, phaseId: string) =>
      rows(phaseModal(scene, { phaseId, viewer, filter }))[1];
    expect(shown('red', VIEWER, 'basics')).toBe('Showing Red: 1 of 3 lines');
    expect(shown('mine', VIEWER, 'security')).toBe('Showing Mine: 4 of 4 lines');
    expect(shown('mine', userId('carol'), 'security')).toBe('Showing Mine: 0 of 4 lines');
  });

  test('keeps filter and page in its metadata, and each button names the next', () => {
    const view = phaseModal(scene, { phaseId: 'basics', viewer: VIEWER, filter: 'all' });
    expect(decodeRef(view.private_metadata)).toEqual({
      deploymentId: 'tiny-42',
      phaseId: 'basics',
      filter: 'all',
      page: 1,
    });
    const [open] = (view.blocks as KnownBlock[]).flatMap(elementsOf);
    expect(open?.type === 'button' && decodeRef(open.value)).toMatchObject({ filter: 'open', page: 1 });
  });

  test('says so when nothing is left', () => {
    const settled = sceneOf(situationIn('awaiting_go'));
    const input = { phaseId: 'environment', viewer: VIEWER };
    const view = phaseModal(settled, { ...input, filter: 'open' });
    expect(rows(phaseModal(settled, input))[1]).toMatch(/^Showing All: /);
    expect(rows(view)).toContain('Nothing is open here. All shows what was settled, and how.');
  });

  test('shows settled lines struck out, with Undo', () => {
    const settled = rows(
      phaseModal(sceneOf(situationIn('awaiting_go')), {
        phaseId: 'environment',
        viewer: VIEWER,
        filter: 'all',
      }),
    );
    expect(settled).toContain(
      '☑ 2. ~All on duty know the way back~ / confirmed by <@UBOB> {09:00} · seen · `rollback-plan`',
    );
    expect(settled).toContain('[Undo] [Details]');
  });
});

describe('a long phase', () => {
  const scene = sceneOf(started({ yaml: long(95) }));
  const page = (number: number) => phaseModal(scene, { phaseId: 'long', viewer: VIEWER, page: number });

  test('comes in pages of forty, each within a hundred blocks', () => {
    expect(page(1).blocks.length).toBeLessThanOrEqual(100);
    expect(rows(page(1))[1]).toBe('Showing Open: 95 of 95 lines · page 1 of 3');
    expect(rows(page(1)).at(-1)).toBe('[Next page]');
    expect(rows(page(2)).at(-1)).toBe('[Previous page] [Next page]');
    expect(rows(page(3)).at(-1)).toBe('[Previous page]');
    expect(rows(page(3)).filter((row) => row.startsWith('☐'))).toHaveLength(95 - 2 * ROWS_PER_PAGE);
  });

  test('shows its last page when the asked one is gone', () => {
    expect(rows(page(9))[1]).toContain('page 3 of 3');
  });

  test('has a title Slack takes, and commands to copy', () => {
    expect(page(1).title.text).toBe('A phase with a very lon…');
    expect(rows(page(1))[2]).toBe(
      '☐ 1. *Line 0* / Open · `line-0` / ``` / ./do 0 / ``` / To copy: never run by the bot.',
    );
  });
});

test('the number on a row is the one to type', () => {
  const situation = answer(twoPhases());
  const { board } = sceneOf(situation);
  expect(numberOf(board, 'certificates')).toBe(3);
  expect(itemIdByNumber(board, 3)).toBe('certificates');
  expect(itemIdByNumber(board, 0)).toBeUndefined();
  expect(itemIdByNumber(board, 99)).toBeUndefined();
  expect(cardText(situation)).toContain('1. *The plan is known*');
});

test('lines that judge others and sums have no buttons that would be refused', () => {
  const scene = sceneOf(situationIn('verifying'));
  const view = phaseModal(scene, { phaseId: 'smoke', viewer: VIEWER, filter: 'all' });
  const row = rows(view).findIndex((line) => line.includes('Nothing of the preparation is open'));
  expect(rows(view)[row + 1]).toBe('[Details]');
  expect(buttonsIn(view.blocks)).not.toContain('Confirm');
});
