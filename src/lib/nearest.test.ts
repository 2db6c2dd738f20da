import { describe, expect, it } from 'vitest';
import { didYouMean, nearest } from './nearest.ts';

describe('the nearest words', () => {
  const known = ['production', 'staging', 'preview'];

  it.each([
    ['prodution', ['production']],
    ['porduction', ['production']],
    ['STAGING', ['staging']],
    ['stagign', ['staging']],
    ['prod', ['production']],
    ['previews', ['preview']],
    ['canary', []],
    ['', []],
  ])('to %s are %j', (word, expected) => {
    expect(nearest(word, known)).toEqual(expected);
  });

  it('are at most three, the best first, without those clearly farther', () => {
    expect(nearest('item', ['items', 'item-a', 'itemx', 'itom', 'item'])).toEqual([
      'item',
      'item-a',
      'items',
    ]);
    expect(nearest('aprover-1', ['approver', 'approver-1'])).toEqual(['approver-1']);
  });

  it('come quickly for a word without end', () => {
    expect(nearest('x'.repeat(1_000_000), known)).toEqual([]);
  });
});

describe('the question', () => {
  it('names the words, or says nothing', () => {
    expect(didYouMean('titel', ['title', 'note'])).toBe('; did you mean title?');
    expect(didYouMean('note1', ['note2', 'note3'])).toBe('; did you mean note2 or note3?');
    expect(didYouMean('quite-other', ['title'])).toBe('');
  });
});
