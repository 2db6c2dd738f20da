import type { HttpAnswer, HttpRequest } from './request.ts';

const listOf = (header: string | undefined): readonly string[] =>
  (header ?? '')
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '');

// A page may always ask with these; a server need not name them.
const ALWAYS_ALLOWED = new Set(['get', 'head', 'post']);

const originFault = (
  allowed: string | undefined,
  origin: string,
  isWithLogin: boolean,
): string | undefined => {
  if (allowed === undefined) return `${origin} may not ask: no Access-Control-Allow-Origin`;
  if (allowed === '*')
    return isWithLogin ? 'every origin may ask (*), which browsers refuse together with a login' : undefined;
  return allowed === origin ? undefined : `${origin} may not ask, only ${allowed.slice(0, 200)}`;
};

const headerFault = (asked: readonly string[], allowed: readonly string[]): string | undefined => {
  const refused = asked.filter(
    // The wildcard does not cover the login, by the standard.
    (name) => !allowed.includes(name) && (name === 'authorization' || !allowed.includes('*')),
  );
  return refused.length === 0 ? undefined : `the header ${refused.join(', ')} is not allowed`;
};

/** Why a browser would refuse after this answer to a preflight; undefined: it would go on. */
export const corsFault = (
  { status, headers }: Pick<HttpAnswer, 'status' | 'headers'>,
  { headers: asked }: Pick<HttpRequest, 'headers'>,
): string | undefined => {
  const wanted = listOf(asked['access-control-request-headers']);
  const method = asked['access-control-request-method'] ?? 'GET';
  const methods = listOf(headers['access-control-allow-methods']);
  const isMethodAllowed = [method.toLowerCase(), '*'].some((one) => methods.includes(one));
  const origin = originFault(
    headers['access-control-allow-origin'],
    asked['origin'] ?? '',
    wanted.includes('cookie'),
  );
  if (origin !== undefined) return `${origin} (answered ${status})`;
  if (status < 200 || status > 299) return `the preflight is answered with ${status}`;
  if (!ALWAYS_ALLOWED.has(method.toLowerCase()) && !isMethodAllowed) return `${method} is not allowed`;
  return headerFault(wanted, listOf(headers['access-control-allow-headers']));
};
