import { describe, expect, test } from 'vitest';
import { ACTION, INPUT, VIEW } from './ids.ts';
import { actions, button, context, header, input, modal, option, section } from './kit.ts';
import { assertWithinLimits, CARD_BLOCKS, CARD_CHARACTERS, fitCard } from './limits.ts';
import { charactersOf } from './walk.ts';

const press = (label: string) => button(label, { action: ACTION.itemConfirm, value: 'd=todo-42' });

describe('what Slack would refuse', () => {
  test.each([
    ['a section that is too long', [section('a', 'x'.repeat(3001))]],
    ['an empty text', [section('a', '')]],
    ['a block id twice', [section('a', 'one'), section('a', 'two')]],
    ['an action id twice in a block', [actions('a', [press('One'), press('Two')])]],
    ['a block of actions without any', [actions('a', [])]],
    ['too many blocks', Array.from({ length: 51 }, (_, index) => section(`row.${index}`, 'x'))],
    ['a value that is too long', [actions('a', [{ ...press('One'), value: 'x'.repeat(2001) }])]],
    [
      'an option value over 75 characters',
      [
        actions('a', [
          {
            type: 'static_select' as const,
            action_id: ACTION.phaseOpen,
            options: [option('A', 'x'.repeat(76))],
          },
        ]),
      ],
    ],
    [
      'six options in an overflow menu',
      [
        actions('a', [
          {
            type: 'overflow' as const,
            action_id: ACTION.deploymentMore,
            options: Array.from({ length: 6 }, (_, index) => option(`${index}`, `${index}`)),
          },
        ]),
      ],
    ],
  ])('is found: %s', (_what, blocks) => {
    expect(() => {
      assertWithinLimits(blocks);
    }).toThrow(/Slack would refuse this/);
  });

  test('is found in views too: an input without a button to submit', () => {
    const element = { type: 'plain_text_input' as const, action_id: INPUT.seen.action };
    const view = modal({
      id: VIEW.phase,
      title: 'Phase',
      ref: '',
      blocks: [input(INPUT.seen, { label: 'Seen', element })],
    });
    expect(() => {
      assertWithinLimits(view);
    }).toThrow(/inputs without a submit button/);
  });

  test('is not found in blocks that are all right', () => {
    expect(() => {
      assertWithinLimits([header('A'), context('b', 'B'), actions('c', [press('C')])]);
    }).not.toThrow();
  });
});

test('every readable character counts: texts, labels, options', () => {
  expect(charactersOf([section('a', '12345', press('678')), context('b', '90')])).toBe(10);
});

describe('the card', () => {
  const rows = (count: number) =>
    Array.from({ length: count }, (_, index) => section(`row.${index}`, 'x'.repeat(200)));

  test('is drawn with the most detail that fits', () => {
    const drawn = fitCard([60, 20, 5], rows);
    expect(drawn).toHaveLength(20);
    expect(charactersOf(drawn)).toBeLessThanOrEqual(CARD_CHARACTERS);
  });

  test('goes to less detail when there are too many blocks', () => {
    expect(fitCard([CARD_BLOCKS + 1, 2], rows)).toHaveLength(2);
  });
});
