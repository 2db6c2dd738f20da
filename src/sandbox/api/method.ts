import { z } from 'zod';
import { err, ok } from '../../lib/result.ts';
import type { Result } from '../../lib/result.ts';
import type { Engine } from '../engine.ts';
import type { Tier } from '../rates.ts';
import type { ApiRefusal } from './refusal.ts';

/** Arguments as they arrived: text from a form, anything from JSON. */
export type RawArgs = Readonly<Record<string, unknown>>;

export type ApiAnswer = Result<Record<string, unknown>, ApiRefusal>;

/** One Web API method. */
export type Method = {
  readonly tier: Tier;
  /** Which token may call it. */
  readonly token: 'bot' | 'app' | 'any';
  readonly call: (raw: RawArgs, engine: Engine) => ApiAnswer;
};

const describeIssue = (issue: z.core.$ZodIssue): string => {
  const field = issue.path.join('/');
  if (issue.code === 'invalid_type' && issue.input === undefined)
    return `[ERROR] missing required field: ${field}`;
  return `[ERROR] ${issue.message} [json-pointer:/${field}]`;
};

export const defineMethod = <Args extends z.ZodType>(spec: {
  readonly tier: Tier;
  readonly token?: Method['token'];
  readonly args: Args;
  readonly run: (args: z.infer<Args>, engine: Engine) => ApiAnswer;
}): Method => ({
  tier: spec.tier,
  token: spec.token ?? 'bot',
  call: (raw, engine) => {
    const parsed = spec.args.safeParse(raw, { reportInput: true });
    if (!parsed.success) {
      return err({ error: 'invalid_arguments', messages: parsed.error.issues.map(describeIssue) });
    }
    return spec.run(parsed.data, engine);
  },
});

/** Forms carry truth as text. */
export const flag = z
  .union([z.boolean(), z.enum(['true', 'false', '1', '0'])])
  .transform((value) => value === true || value === 'true' || value === '1');

export const whole = z.coerce.number().int();

/** Objects arrive as JSON text in a form and as themselves in a JSON body; undefined when the text is no JSON. */
export const readJson = (value: unknown): Result<unknown, undefined> => {
  if (typeof value !== 'string') return ok(value);
  try {
    return ok(JSON.parse(value) as unknown);
  } catch {
    return err(undefined);
  }
};

/** A page of a list, with Slack's cursor for the next one. */
export const page = <T>(
  all: readonly T[],
  { cursor, limit }: { cursor?: string | undefined; limit?: number | undefined },
): { items: readonly T[]; next: string } => {
  const from = cursor === undefined || cursor === '' ? 0 : Number(Buffer.from(cursor, 'base64').toString());
  const to = from + Math.min(Math.max(limit ?? 100, 1), 1000);
  const next = to < all.length ? Buffer.from(String(to)).toString('base64') : '';
  return { items: all.slice(from, to), next };
};

export const paging = { cursor: z.string().optional(), limit: whole.optional() };
