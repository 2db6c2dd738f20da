import { describe, expect, it } from 'vitest';
import { createWorkspace } from '../workspace/create.ts';
import { checkView } from '../limits/check.ts';
import { enter, entryFor } from '../workspace/element-values.ts';
import { openView } from '../workspace/views.ts';
import { formErrors } from './form-checks.ts';
import type { View } from '../workspace/state.ts';

const plain = (text: string) => ({ type: 'plain_text', text });

/** An open modal with one field, holding `value`. */
const formWith = (element: Record<string, unknown>, value: unknown, extra: object = {}): View => {
  const ws = createWorkspace({ botToken: 'xoxb' }, () => undefined);
  const definition = checkView({
    type: 'modal',
    title: plain('Form'),
    submit: plain('Send'),
    blocks: [
      {
        type: 'input',
        block_id: 'field',
        label: plain('Field'),
        element: { action_id: 'a', ...element },
        ...extra,
      },
    ],
  });
  if (!definition.ok) throw new Error(JSON.stringify(definition.error));
  const opened = openView(ws, { person: 'U0ANA', definition: definition.value, how: 'open' });
  if (!opened.ok) throw new Error(opened.error.error);
  const [block] = opened.value.definition.blocks;
  if (block?.type !== 'input') throw new Error('The form has no field.');
  const entry = entryFor(block.element, value);
  if (!entry.ok) throw new Error(entry.error);
  enter(opened.value.entered, { blockId: 'field', actionId: 'a' }, entry.value);
  return opened.value;
};

const options = [
  { text: plain('First'), value: '1' },
  { text: plain('Second'), value: '2' },
];

describe('a form', () => {
  it.each([
    ['text', { type: 'plain_text_input' }],
    ['a select', { type: 'static_select', options }],
    ['checkboxes', { type: 'checkboxes', options }],
    ['a date', { type: 'datepicker' }],
  ])('wants %s unless it is optional', (_what, element) => {
    expect(formErrors(formWith(element, ''))).toEqual({ field: 'Please complete this required field.' });
    expect(formErrors(formWith(element, '', { optional: true }))).toEqual({});
  });

  it.each([
    [{ type: 'plain_text_input', min_length: 5 }, 'four', 'Please enter at least 5 characters.'],
    [{ type: 'plain_text_input', max_length: 3 }, 'four', 'Please enter no more than 3 characters.'],
    [{ type: 'number_input', is_decimal_allowed: false }, '1.5', 'Please enter a whole number.'],
    [{ type: 'number_input', is_decimal_allowed: true }, 'one', 'Please enter a number.'],
    [
      { type: 'number_input', is_decimal_allowed: false, min_value: '1', max_value: '9' },
      '10',
      'Please enter a number between 1 and 9.',
    ],
    [{ type: 'email_text_input' }, 'ana at home', 'Please enter a valid email address.'],
    [{ type: 'url_text_input' }, 'example.com', 'Please enter a valid URL.'],
  ])('refuses %j holding %s', (element, value, error) => {
    expect(formErrors(formWith(element, value))).toEqual({ field: error });
  });

  it('takes options by value and by what people read', () => {
    expect(
      formWith({ type: 'static_select', options }, 'Second').entered.get('field')?.get('a'),
    ).toMatchObject({
      selected_option: { value: '2' },
    });
    expect(() => formWith({ type: 'static_select', options }, 'Third')).toThrow(
      'there are: 1 (First), 2 (Second)',
    );
  });

  it('keeps seconds for a moment and ids for people', () => {
    expect(formWith({ type: 'datetimepicker' }, 1_700_000_000).entered.get('field')?.get('a')).toEqual({
      type: 'datetimepicker',
      selected_date_time: 1_700_000_000,
    });
    expect(formWith({ type: 'multi_users_select' }, ['U0ANA']).entered.get('field')?.get('a')).toEqual({
      type: 'multi_users_select',
      selected_users: ['U0ANA'],
    });
  });
});
