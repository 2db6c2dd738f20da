import { expect, it } from 'vitest';
import { effectOf } from './check.ts';

it.each([
  ['http', undefined, 'read'],
  ['http', 'write', 'write'],
  ['http_sequence', undefined, 'write'],
  ['http_sequence', 'read', 'read'],
  ['load', undefined, 'load'],
  ['load', 'read', 'load'],
  ['load', 'cost', 'cost'],
  ['toString', undefined, 'read'],
] as const)('a check of kind %s that is declared %s is %s', (kind, declared, effect) => {
  expect(effectOf(kind, declared)).toBe(effect);
});
