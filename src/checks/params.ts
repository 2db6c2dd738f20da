import { z } from 'zod';
import { compilePattern } from '../lib/matching/regex.ts';
import { parseDuration } from '../lib/matching/units.ts';
import { placeholdersIn } from '../lib/placeholders.ts';
import { ourFault } from './problem.ts';

/** A length of time as people write it, `30s` or `1h30m`; milliseconds once it is read. */
export const durationParam = z
  .string()
  .refine((text) => (parseDuration(text) ?? 0) > 0, 'needs a duration such as 30s, 5m or 1d')
  .transform((text) => parseDuration(text) ?? 0);

const patternProblem = (text: string): string | undefined => {
  const compiled = placeholdersIn(text).length > 0 ? undefined : compilePattern(text);
  return compiled?.ok === false ? compiled.error : undefined;
};

/** A pattern as RE2 reads it; the error says what is wrong with it. */
export const patternParam = z
  .string()
  .min(1)
  .refine((text) => patternProblem(text) === undefined, {
    error: ({ input }) => `is not a pattern: ${patternProblem(String(input)) ?? ''}`,
  });

/** The search behind a pattern that was a parameter. Throws a problem when its placeholders made it none. */
export const compileParam = (pattern: string, name: string): ((text: string) => boolean) => {
  const compiled = compilePattern(pattern);
  if (!compiled.ok) throw ourFault(`${name}: ${compiled.error}`, 'bad_parameters');
  return compiled.value;
};
