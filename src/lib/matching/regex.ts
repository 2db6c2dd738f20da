import { RE2JS } from 're2js';
import { err, ok, type Result } from '../result.ts';

/** Longest pattern taken; a checklist's patterns are a line, not a program. */
export const MAX_PATTERN_LENGTH = 1000;

const describe = (pattern: string, error: unknown): string => {
  if (/\(\?<?[=!]/.test(pattern)) return 'look-around is not supported';
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^error parsing regexp: /, '');
};

/**
 * Compiles a user's pattern into a search (not anchored unless it says `^` and `$`). RE2 syntax: linear time whatever the
 * text, so no look-around and no back-references; `(?i)` ignores case. The error says what is wrong with the pattern.
 */
export const compilePattern = (pattern: string): Result<(text: string) => boolean, string> => {
  if (pattern.length > MAX_PATTERN_LENGTH) {
    return err(`the pattern is longer than ${MAX_PATTERN_LENGTH} characters`);
  }
  try {
    const compiled = RE2JS.compile(pattern);
    return ok((text) => compiled.matcher(text).find());
  } catch (error) {
    return err(describe(pattern, error));
  }
};
