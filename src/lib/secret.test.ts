import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from './secret.ts';

describe('Secret', () => {
  const secret = new Secret('xoxb-123');

  it('gives its value only when asked for it', () => {
    expect(secret.reveal()).toBe('xoxb-123');
  });

  it.each([
    ['JSON', () => JSON.stringify({ secret })],
    ['inspection', () => inspect({ deep: { er: [secret] } }, { depth: 9, showHidden: true })],
    ['console formats', () => format('%s %o %j', secret, secret, secret)],
    ['concatenation', () => `token ${String(secret)}`],
    ['a copy of its properties', () => JSON.stringify(Object.entries(secret))],
  ])('is not shown by %s', (_, show) => {
    expect(show()).not.toContain('xoxb');
  });
});
