import { describe, expect, it } from 'vitest';
import { compilePattern } from './regex.ts';

describe('compilePattern', () => {
  it('searches, and anchors only where the pattern does', () => {
    const found = compilePattern('b+c$');
    expect(found.ok && [found.value('abbc'), found.value('abbcd')]).toEqual([true, false]);
  });

  it('stays linear where a backtracking engine would take minutes', () => {
    const pattern = compilePattern('^(a+)+$');
    // 28 characters cost a backtracking engine ten seconds; no clock is needed to tell it from this one.
    expect(pattern.ok && pattern.value(`${'a'.repeat(50_000)}!`)).toBe(false);
  });

  it.each([
    ['a(?=b)', 'look-around is not supported'],
    ['(?<!a)b', 'look-around is not supported'],
    ['(a', 'missing closing'],
    ['(a)\\1', 'invalid escape'],
    ['((a{100}){100}){100}', 'invalid repeat count'],
    ['x'.repeat(1001), 'longer than 1000'],
  ])('refuses %s', (pattern, words) => {
    const compiled = compilePattern(pattern);
    expect(compiled.ok ? 'compiled' : compiled.error).toContain(words);
  });
});
