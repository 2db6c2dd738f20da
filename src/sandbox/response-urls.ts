import { randomBytes } from 'node:crypto';
import { err, ok } from '../lib/result.ts';
import type { Result } from '../lib/result.ts';

const USES = 5;
const LIFE_MS = 30 * 60_000;

export type ResponseGrant = {
  readonly channel: string;
  readonly person: string;
  /** The message that was clicked; undefined for a command, whose URL can only post. */
  readonly messageTs: string | undefined;
  readonly threadTs: string | undefined;
};

export type ResponseUrls = {
  /** Returns the token at the end of the URL. */
  readonly issue: (grant: ResponseGrant) => string;
  readonly find: (token: string) => Result<ResponseGrant, 'expired_url' | 'used_url'>;
  /** Counts one successful use. */
  readonly spend: (token: string) => void;
};

export const createResponseUrls = (now: () => Date): ResponseUrls => {
  const issued = new Map<string, { readonly grant: ResponseGrant; readonly at: number; uses: number }>();
  return {
    issue: (grant) => {
      const token = randomBytes(12).toString('hex');
      issued.set(token, { grant, at: now().getTime(), uses: 0 });
      return token;
    },
    find: (token) => {
      const entry = issued.get(token);
      if (entry === undefined || now().getTime() - entry.at > LIFE_MS) return err('expired_url');
      return entry.uses >= USES ? err('used_url') : ok(entry.grant);
    },
    spend: (token) => {
      const entry = issued.get(token);
      if (entry !== undefined) entry.uses += 1;
    },
  };
};
