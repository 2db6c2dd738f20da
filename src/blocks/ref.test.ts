import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  blockId,
  decodeRef,
  decodeStartRef,
  encodeRef,
  encodeStartRef,
  menuBlockId,
  menuDeployment,
  optionValue,
  PHASE_FILTERS,
} from './ref.ts';
import type { Ref } from './ref.ts';

const id = fc.stringMatching(/^[a-z0-9]+(-[a-z0-9]+){0,5}$/).filter((text) => text.length <= 100);
const ref: fc.Arbitrary<Ref> = fc.record(
  {
    deploymentId: id,
    itemId: id,
    phaseId: id,
    alertId: id,
    role: id,
    channel: id,
    effect: fc.constantFrom('write', 'load', 'cost'),
    filter: fc.constantFrom(...PHASE_FILTERS),
    page: fc.integer({ min: 1, max: 9999 }),
  },
  { requiredKeys: ['deploymentId'] },
);

describe('a ref', () => {
  test('reads as short pairs of ids', () => {
    expect(encodeRef({ deploymentId: 'todo-42', itemId: 'backup' })).toBe('d=todo-42&i=backup');
  });

  test('comes back as it was sent', () => {
    fc.assert(
      fc.property(ref, (sent) => {
        expect(decodeRef(encodeRef(sent))).toEqual(sent);
      }),
    );
  });

  test('fits a button whatever ids stand in it', () => {
    fc.assert(fc.property(ref, (sent) => encodeRef(sent).length <= 2000));
  });

  test.each<[string | undefined, string]>([
    [undefined, 'nothing'],
    ['', 'an empty text'],
    ['{"deploymentId":"todo-42"}', 'JSON of another program'],
    ['i=backup', 'no deployment'],
    ['d=todo-42&d=todo-43', 'a name twice'],
    ['d=todo-42&x=1', 'an unknown name'],
    ['d=todo-42&i', 'a name without a value'],
    ['d=todo-42&i=', 'an empty value'],
    ['d=todo-42&i=a=b', 'two equals signs'],
    ['d=todo-42&i=%E0%A4', 'a broken escape'],
    ['d=todo-42&i=a%20b', 'a space in an id'],
    ['d=todo-42&n=0', 'page zero'],
    ['d=todo-42&n=1.5', 'half a page'],
    ['d=todo-42&f=everything', 'an unknown filter'],
    [`d=${'x'.repeat(301)}`, 'an id that is too long'],
  ])('is undefined for %s: %s', (text: string | undefined) => {
    expect(decodeRef(text)).toBeUndefined();
  });

  test('never throws on what people may send back', () => {
    fc.assert(fc.property(fc.string(), (text) => decodeRef(text) === undefined || text.startsWith('d=')));
  });
});

test('the start dialog remembers its channel and the attempt it carries over from', () => {
  const sent = { channel: 'C1', carryOverFrom: 'todo-41' };
  expect(decodeStartRef(encodeStartRef(sent))).toEqual(sent);
  expect(decodeStartRef('d=todo-42')).toBeUndefined();
});

describe('options', () => {
  const long = `${'a-very-long-item-id-'.repeat(6)}end`;

  test('hold an id as it is when it fits', () => {
    expect(optionValue('backup')).toBe('backup');
  });

  test('tell ids apart that are too long for Slack', () => {
    expect(optionValue(long)).toHaveLength(75);
    expect(optionValue(long)).not.toBe(optionValue(`${long}-2`));
  });
});

test('the block of a menu names the deployment, because its options have no room for it', () => {
  expect(menuDeployment(menuBlockId('menu', 'todo-hackathon-42'))).toBe('todo-hackathon-42');
  expect(menuDeployment('row.backup')).toBeUndefined();
});

test('a block id never exceeds what Slack takes', () => {
  expect(blockId('row', 'x'.repeat(400))).toHaveLength(255);
});
