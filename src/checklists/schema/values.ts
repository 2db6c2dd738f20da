import { z } from 'zod';
import type { Json } from '../../lib/json.ts';
import { cronProblem, durationMs, offsetOf } from '../words.ts';

/** Anything YAML can say. */
export const json = z.custom<Json>((value) => value !== undefined);

/** An option of a Slack menu carries at most 75 characters; ids travel in them whole. */
const LONGEST_ID = 75;

export const id = z
  .string()
  .max(LONGEST_ID, { error: `expected at most ${LONGEST_ID} characters` })
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, {
    error: 'expected lower-case words joined by dashes, such as run-deploy',
  });

/** Names that only the two files use: parameters, variants, commands, captured values. */
export const name = z.string().regex(/^[A-Za-z][A-Za-z0-9]*([-_][A-Za-z0-9]+)*$/, {
  error: 'expected words joined by dashes, such as api-url',
});

export const roleName = z.string().regex(/^[a-z][a-z0-9]*([-_][a-z0-9]+)*$/, {
  error: 'expected a role in lower-case words, such as release-manager',
});

/** One line; outer spaces do not count. */
export const line = z
  .string()
  .trim()
  .regex(/^[^\r\n]+$/, { error: 'expected one line of text' });

export const prose = z.string().trim().regex(/\S/, { error: 'expected text' });

export const link = z.string().regex(/^(https?:\/\/|\$\{)\S+$/, {
  error: 'expected a link that starts with https:// or http://',
});

/** `30m`; read as milliseconds. */
export const duration = z.string().transform((text, context) => {
  const ms = durationMs(text);
  if (ms !== undefined && ms > 0) return ms;
  context.addIssue({ code: 'custom', message: 'expected a duration such as 30s, 15m, 2h or 7d' });
  return z.NEVER;
});

/** `+15m`, `-2h`, `go+30m`, `start+1h`. */
export const offset = z.string().transform((text, context) => {
  const found = offsetOf(text);
  if (found !== undefined) return found;
  context.addIssue({
    code: 'custom',
    message: 'expected a time such as +15m (after T-0), -2h (before planned Go), go+30m or start+1h',
  });
  return z.NEVER;
});

export const cron = z.string().transform((text, context) => {
  const problem = cronProblem(text);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  return text.trim().split(/\s+/).join(' ');
});

/** Path or subject -> matcher. What the matchers may be is judged by the matching library. */
export const expectations = z.record(z.string(), json);
