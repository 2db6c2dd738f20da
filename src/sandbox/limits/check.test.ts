import { describe, expect, it } from 'vitest';
import { checkMessageBlocks, checkView } from './check.ts';

const MAX = 13_000;
const plain = (text: string) => ({ type: 'plain_text', text });
const section = (text: string, extra: object = {}) => ({
  type: 'section',
  text: { type: 'mrkdwn', text },
  ...extra,
});
const button = (id: string, extra: object = {}) => ({
  type: 'button',
  action_id: id,
  text: plain('Go'),
  ...extra,
});
const option = (value: string) => ({ text: plain(value), value });
const options = (count: number) => Array.from({ length: count }, (_none, index) => option(`v${index}`));
const reason = {
  type: 'input',
  block_id: 'reason',
  label: plain('Reason'),
  element: { type: 'plain_text_input', action_id: 'text' },
};
const modal = (extra: object = {}) => ({
  type: 'modal',
  title: plain('Skip item'),
  submit: plain('Skip'),
  blocks: [reason],
  ...extra,
});

const refusal = (blocks: unknown) => {
  const result = checkMessageBlocks(blocks, MAX);
  return result.ok ? undefined : result.error;
};

const viewRefusal = (view: unknown) => {
  const result = checkView(view);
  return result.ok ? undefined : result.error;
};

describe('blocks of a message', () => {
  it('accepts what stands exactly on the limits', () => {
    expect(
      refusal([section('x'.repeat(3000)), { type: 'header', text: plain('h'.repeat(150)) }]),
    ).toBeUndefined();
    expect(
      refusal([
        { type: 'actions', elements: Array.from({ length: 25 }, (_none, index) => button(`b${index}`)) },
      ]),
    ).toBeUndefined();
    expect(refusal(Array.from({ length: 50 }, () => ({ type: 'divider' })))).toBeUndefined();
  });

  it('answers a broken rule in the words and with the pointer of Slack', () => {
    expect(refusal([section('x'.repeat(3001))])).toEqual({
      error: 'invalid_blocks',
      errors: ['must be less than 3001 characters [json-pointer:/blocks/0/text/text]'],
      messages: ['[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]'],
    });
    expect(refusal(Array.from({ length: 51 }, () => ({ type: 'divider' })))?.errors).toEqual([
      'no more than 50 items allowed [json-pointer:/blocks]',
    ]);
  });

  it.each([
    ['a header over 150', { type: 'header', text: plain('h'.repeat(151)) }, '/blocks/0/text/text'],
    [
      'a markdown header text',
      { type: 'header', text: { type: 'mrkdwn', text: 'h' } },
      '/blocks/0/text/type',
    ],
    ['empty text', section(''), '/blocks/0/text/text'],
    ['a field over 2000', { type: 'section', fields: [plain('f'.repeat(2001))] }, '/blocks/0/fields/0/text'],
    [
      '11 fields',
      { type: 'section', fields: Array.from({ length: 11 }, () => plain('f')) },
      '/blocks/0/fields',
    ],
    ['a section of nothing', { type: 'section' }, '/blocks/0'],
    [
      '11 context elements',
      { type: 'context', elements: Array.from({ length: 11 }, () => plain('c')) },
      '/blocks/0/elements',
    ],
    ['no elements', { type: 'actions', elements: [] }, '/blocks/0/elements'],
    [
      'a button label over 75',
      section('t', { accessory: button('b', { text: plain('x'.repeat(76)) }) }),
      '/blocks/0/accessory/text/text',
    ],
    [
      'a button value over 2000',
      section('t', { accessory: button('b', { value: 'x'.repeat(2001) }) }),
      '/blocks/0/accessory/value',
    ],
    [
      'a button style',
      section('t', { accessory: button('b', { style: 'default' }) }),
      '/blocks/0/accessory/style',
    ],
    [
      'an action_id over 255',
      section('t', { accessory: button('x'.repeat(256)) }),
      '/blocks/0/accessory/action_id',
    ],
    ['a block_id over 255', section('t', { block_id: 'x'.repeat(256) }), '/blocks/0/block_id'],
    [
      'six overflow options',
      section('t', { accessory: { type: 'overflow', action_id: 'o', options: options(6) } }),
      '/blocks/0/accessory/options',
    ],
    [
      'eleven checkboxes',
      section('t', { accessory: { type: 'checkboxes', action_id: 'c', options: options(11) } }),
      '/blocks/0/accessory/options',
    ],
    [
      '101 select options',
      section('t', { accessory: { type: 'static_select', action_id: 's', options: options(101) } }),
      '/blocks/0/accessory/options',
    ],
    [
      'an option value over 75',
      section('t', { accessory: { type: 'overflow', action_id: 'o', options: [option('x'.repeat(76))] } }),
      '/blocks/0/accessory/options/0/text/text',
    ],
    [
      'a confirm title over 100',
      section('t', {
        accessory: button('b', { confirm: { title: plain('x'.repeat(101)), text: plain('t') } }),
      }),
      '/blocks/0/accessory/confirm/title/text',
    ],
    [
      'a confirm text over 300',
      section('t', { accessory: button('b', { confirm: { text: plain('x'.repeat(301)) } }) }),
      '/blocks/0/accessory/confirm/text/text',
    ],
    [
      'a confirm button over 30',
      section('t', {
        accessory: button('b', { confirm: { text: plain('t'), confirm: plain('x'.repeat(31)) } }),
      }),
      '/blocks/0/accessory/confirm/confirm/text',
    ],
    ['an unknown property', section('t', { colour: 'red' }), '/blocks/0'],
    ['an unknown block', { type: 'widget' }, '/blocks/0/type'],
    ['an input block, which is for views', reason, '/blocks/0/type'],
    [
      'a text input in actions',
      { type: 'actions', elements: [{ type: 'plain_text_input', action_id: 'p' }] },
      '/blocks/0/elements/0/type',
    ],
  ])('refuses %s', (_what, block, pointer) => {
    const found = refusal([block]);

    expect(found?.error).toBe('invalid_blocks');
    expect(found?.errors?.join('\n')).toContain(`[json-pointer:${pointer}]`);
  });

  it('refuses the same action_id twice in a block and the same block_id twice in a message', () => {
    expect(refusal([{ type: 'actions', elements: [button('b'), button('b')] }])?.errors?.[0]).toContain(
      '`action_id` "b" already exists',
    );
    expect(
      refusal([section('a', { block_id: 'x' }), section('b', { block_id: 'x' })])?.errors?.[0],
    ).toContain('`block_id` "x" already exists');
    expect(
      refusal([section('a', { accessory: button('b') }), section('b', { accessory: button('b') })]),
    ).toBeUndefined();
  });

  it('refuses a select with options and groups, or with neither', () => {
    const select = (extra: object) => [
      section('t', { accessory: { type: 'static_select', action_id: 's', ...extra } }),
    ];

    expect(refusal(select({}))?.error).toBe('invalid_blocks');
    expect(
      refusal(select({ options: options(1), option_groups: [{ label: plain('g'), options: options(1) }] }))
        ?.error,
    ).toBe('invalid_blocks');
  });

  it('caps the readable text of all blocks together', () => {
    const five = Array.from({ length: 5 }, () => section('x'.repeat(2600)));

    expect(refusal(five)).toBeUndefined();
    expect(refusal([...five, section('x')])).toEqual({ error: 'msg_blocks_too_long' });
  });
});

describe('views', () => {
  it('accepts a modal with a form', () => {
    expect(viewRefusal(modal())).toBeUndefined();
  });

  it.each([
    ['a title over 24', modal({ title: plain('x'.repeat(25)) }), '/view/title/text'],
    ['a submit label over 24', modal({ submit: plain('x'.repeat(25)) }), '/view/submit/text'],
    ['private_metadata over 3000', modal({ private_metadata: 'x'.repeat(3001) }), '/view/private_metadata'],
    [
      '101 blocks',
      modal({ blocks: Array.from({ length: 101 }, () => ({ type: 'divider' })) }),
      '/view/blocks',
    ],
    ['a form without submit', modal({ submit: undefined }), '/view'],
    ['a duplicate block_id', modal({ blocks: [reason, reason] }), '/view/blocks/1/block_id'],
    [
      'a markdown block, which is for messages',
      modal({ blocks: [{ type: 'markdown', text: 'x' }] }),
      '/view/blocks/0/type',
    ],
    ['a home with a title', { type: 'home', title: plain('x'), blocks: [] }, '/view'],
  ])('refuses %s', (_what, view, pointer) => {
    const found = viewRefusal(view);

    expect(found?.error).toBe('invalid_arguments');
    expect(found?.messages?.join('\n')).toContain(`[json-pointer:${pointer}]`);
  });

  it('refuses more than 250 KB', () => {
    const blocks = Array.from({ length: 100 }, () => section('x'.repeat(3000)));

    expect(viewRefusal({ type: 'home', blocks })).toEqual({ error: 'view_too_large' });
  });
});
