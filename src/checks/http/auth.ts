import type { Connections } from '../../domain/check.ts';
import { placeholdersIn } from '../../lib/placeholders.ts';
import { missingHost, type CheckContext, type NeedsContext } from '../check.ts';
import { ourFault } from '../problem.ts';
import { targetOf } from './request.ts';

const ENV_REFERENCE = /^env:([A-Za-z_][A-Za-z0-9_]*)$/;
/** Variables that tminus itself runs on. A checklist is less trusted than the environment file: it cannot ask for them. */
export const RESERVED: ReadonlySet<string> = new Set([
  'SLACK_BOT_TOKEN',
  'SLACK_APP_TOKEN',
  'SLACK_SIGNING_SECRET',
  'INBOUND_SECRET',
  'DATABASE_URL',
  'REDIS_URL',
]);

const authVariable = (auth: string | undefined): string | undefined => ENV_REFERENCE.exec(auth ?? '')?.[1];

// What another environment or system gives its own checks is in the same worker.
const isNamed = (variable: string, { secrets, env = [] }: Connections): boolean =>
  env.includes(variable) || Object.values(secrets).includes(`env:${variable}`);

const assertMayBeSent = (variable: string, { connections }: CheckContext): void => {
  if (RESERVED.has(variable))
    throw ourFault(`auth may not be ${variable}, which belongs to tminus`, 'reserved_secret');
  if (!isNamed(variable, connections))
    throw ourFault(
      `auth may not be ${variable}, which the environment file does not name`,
      'secret_not_named',
    );
};

/** Value of the Authorization header: `env:NAME` is looked up, and a bare token is a Bearer token. */
export const authorizationOf = (auth: string, context: CheckContext): string => {
  const variable = authVariable(auth);
  if (variable !== undefined) assertMayBeSent(variable, context);
  const given = variable === undefined ? auth : context.secret(variable);
  return /^[A-Za-z][\w-]*\s+\S/.test(given) ? given : `Bearer ${given}`;
};

/** What an environment still has to give before `auth` can be sent. */
export const missingAuth = (
  auth: string | undefined,
  { connections, hasEnv }: NeedsContext,
): readonly string[] => {
  const variable = authVariable(auth);
  if (variable === undefined) return [];
  if (RESERVED.has(variable)) return [`another auth than ${variable}, which belongs to tminus`];
  if (!isNamed(variable, connections)) return [`variable ${variable} not named`];
  return hasEnv(variable) ? [] : [`${variable} not set`];
};

/** What an environment still has to give before a URL can be asked. */
export const missingUrl = (url: string, context: NeedsContext): readonly string[] => {
  // A host that is only known at run time is judged then.
  const authority = /^https?:\/\/([^/?#]*)/i.exec(url)?.[1] ?? '';
  if (placeholdersIn(authority).length > 0 || !URL.canParse(url)) return [];
  const parsed = new URL(url);
  const isHttp = parsed.protocol === 'http:' || parsed.protocol === 'https:';
  return isHttp ? missingHost(targetOf(parsed), context) : [];
};
