import { describe, expect, it } from 'vitest';
import { compilePattern } from './regex.ts';

describe('compilePattern', () => {
  it('searches, and anchors only where the pattern does', () => {
    const found = compilePattern('b+c$');
    expect(found.ok && [found.value('abbc'), found.value('abbcd')]).toEqual([true, false]);
  });

  it('stays linear where a backtracking engine would take minutes', () => {
    const pattern = compilePattern('^(a+)+$');
    const startedAt = performance.now();
    expect(pattern.ok && pattern.value(`${'a'.repeat(50_000)}!`)).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(1000);
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
