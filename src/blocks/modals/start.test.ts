import type { KnownBlock, ModalView } from '@slack/types';
import { describe, expect, test } from 'vitest';
import { started } from '../../../test/support/journey.ts';
import { outline } from '../../../test/support/outline.ts';
import { START } from '../../../test/support/situation.ts';
import { ACTION } from '../ids.ts';
import { assertWithinLimits } from '../limits.ts';
import { decodeStartRef } from '../ref.ts';
import { elementsOf } from '../walk.ts';
import { startModal } from './start.ts';
import type { StartModalInput } from './start.ts';

const blocksOf = (view: ModalView): readonly KnownBlock[] => {
  assertWithinLimits(view);
  return view.blocks as readonly KnownBlock[];
};

const shown = (view: ModalView): readonly string[] => outline(blocksOf(view));

const inputs = (view: ModalView): readonly string[] =>
  blocksOf(view).flatMap((block) => (block.type === 'input' ? [block.block_id ?? ''] : []));

const ticked = (view: ModalView, block: string): readonly (string | undefined)[] => {
  const found = blocksOf(view).find(({ block_id }) => block_id === block);
  const [element] = found === undefined ? [] : elementsOf(found);
  return element?.type === 'checkboxes' ? (element.initial_options ?? []).map(({ value }) => value) : [];
};

describe('Start deployment', () => {
  const { variants, parameters } = started().checklist;
  const view = startModal({
    channel: 'C1',
    environments: ['production', 'staging'],
    systems: [{ system: 'tiny', title: 'Tiny web service' }],
    chosen: { environment: 'production', system: 'tiny' },
    runningNow: '1.0.0',
    asks: { variants, parameters },
    carryOver: { from: 'tiny-41', confirmations: 12, abortedBy: 'UANA', abortedAt: START },
  });

  test('asks where, what, which variant, what applies and when', () => {
    expect([view.title.text, view.submit?.text]).toEqual(['Start deployment', 'Start']);
    expect(inputs(view)).toEqual([
      'environment',
      'system',
      'version',
      'variant.publish',
      'toggles.0',
      'planned_go',
      'carry_over',
    ]);
  });

  test('shows what runs now, and asks by boxes that are empty unless the file or the last run says yes', () => {
    expect(shown(view)).toContain('Version running now: 1.0.0. Can be set until Go. [plain_text_input]');
    expect(ticked(view, 'toggles.0')).toEqual([]);
    const again = startModal({
      channel: 'C1',
      environments: ['production'],
      systems: [],
      chosen: {},
      asks: {
        variants,
        parameters,
        last: { variants: { publish: 'vendor' }, parameters: { 'scale-out': true } },
      },
    });
    expect(ticked(again, 'toggles.0')).toEqual(['scale-out']);
    expect(blocksOf(again).find(({ block_id }) => block_id === 'variant.publish')).toMatchObject({
      element: { initial_option: { value: 'vendor' } },
    });
  });

  test('offers to carry over, and remembers from where', () => {
    expect(shown(view).at(-1)).toContain('Carry over 12 confirmations');
    expect(ticked(view, 'carry_over')).toEqual([]);
    expect(decodeStartRef(view.private_metadata)).toEqual({ channel: 'C1', carryOverFrom: 'tiny-41' });
  });

  test('changes with the environment and the system', () => {
    expect(blocksOf(view).slice(0, 2)).toMatchObject([
      { dispatch_action: true, element: { action_id: ACTION.startEnvironment } },
      { dispatch_action: true, element: { action_id: ACTION.startSystem } },
    ]);
  });

  const withRoles = (count: number, more: Partial<StartModalInput> = {}): ModalView =>
    startModal({
      channel: 'C1',
      environments: ['production'],
      systems: [{ system: 'tiny', title: 'Tiny web service' }],
      chosen: { environment: 'production', system: 'tiny' },
      roles: {
        open: Array.from({ length: count }, (_value, index) => ({
          role: index === 3 ? 'r'.repeat(300) : `role-${index}`,
          named: index === 0 ? ['UBEN'] : [],
          isNeverStarter: index === 0,
        })),
        given: [{ role: 'approver', holders: ['UANA', 'UEVA'] }],
      },
      ...more,
    });

  test('asks for people of the roles that are open, and shows who holds the others', () => {
    const asked = withRoles(2);
    expect(blocksOf(asked).find(({ block_id }) => block_id === 'named.role-0')).toMatchObject({
      optional: true,
      label: { text: 'role-0' },
      hint: { text: 'Empty: any full member of the channel but whoever starts.' },
      element: { type: 'multi_users_select', initial_users: ['UBEN'] },
    });
    expect(blocksOf(asked).find(({ block_id }) => block_id === 'named.role-1')).toMatchObject({
      hint: { text: 'Empty: any full member of the channel.' },
    });
    expect(shown(asked).join('\n')).toContain('approver <@UANA> or <@UEVA>');
  });

  test('stays inside what Slack takes, however much is asked', () => {
    const many = <T>(count: number, make: (index: number) => T): Readonly<Record<string, T>> =>
      Object.fromEntries(Array.from({ length: count }, (_value, index) => [`n${index}`, make(index)]));
    const option = { title: 'One' };
    const crowded = withRoles(200, {
      blockers: ['no'],
      asks: {
        variants: many(60, () => ({ title: 'G', default: 'a', options: { a: option } })),
        parameters: {
          ...many(300, () => ({ describe: 'Box', default: false, secret: false, ask: true })),
          ...Object.fromEntries(
            Object.entries(many(60, () => ({ describe: 'Text', secret: false, ask: true }))).map(
              ([name, parameter]) => [`t${name}`, parameter],
            ),
          ),
        },
      },
      carryOver: { from: 'tiny-41', confirmations: 12, abortedBy: 'UANA', abortedAt: START },
    });
    expect(inputs(crowded).filter((id) => id.startsWith('named.'))).toHaveLength(10);
    expect(shown(crowded).join('\n')).toContain('190 more');
  });

  test('says what to do when nothing is loaded', () => {
    const empty = shown(startModal({ channel: 'C1', environments: [], systems: [], chosen: {} }));
    expect(empty[0]).toContain('There is no environment file');
    expect(empty[1]).toContain('No checklist is loaded');
  });
});
