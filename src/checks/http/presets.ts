import type { HttpAnswer, HttpRequest } from './request.ts';
import { corsFault } from './cors.ts';
import { weakestPolicy } from './csp.ts';
import { formatDuration } from '../../lib/matching/units.ts';
import { ourFault } from '../problem.ts';

export const PRESETS = ['hsts', 'csp', 'cors', 'https-redirect', 'auth-required'] as const;
export type PresetName = (typeof PRESETS)[number];

/** What a preset found: what is wrong, or what is there, in words. */
export type PresetFinding = { readonly ok: boolean; readonly found: string };

export type Preset = {
  /** The request in place of the one that parameters describe. `origin` is the site a cors check speaks for. */
  readonly ask: (request: HttpRequest, origin: string) => HttpRequest;
  /** The answer is judged as it comes, without following where it leads. */
  readonly isUnfollowed: boolean;
  readonly judge: (answer: HttpAnswer, request: HttpRequest) => PresetFinding;
};

const wrong = (found: string): PresetFinding => ({ ok: false, found });
const good = (found: string): PresetFinding => ({ ok: true, found });

const DAY_MS = 24 * 60 * 60 * 1000;
/** Half a year: what browsers' makers call the least that is worth it. */
const LEAST_HSTS_MS = 180 * DAY_MS;

const judgeHsts = ({ headers, url }: HttpAnswer): PresetFinding => {
  if (url.protocol !== 'https:') return wrong('browsers ignore HSTS over plain http');
  const value = headers['strict-transport-security'];
  if (value === undefined) return wrong('no Strict-Transport-Security header');
  // Of several lines the first one counts (RFC 6797).
  const [first = ''] = value.split(',');
  const seconds = /(?:^|;)\s*max-age\s*=\s*"?(\d{1,12})"?\s*(?:;|$)/i.exec(first)?.[1];
  if (seconds === undefined) return wrong('Strict-Transport-Security has no max-age, so browsers ignore it');
  const ms = Number(seconds) * 1000;
  if (ms === 0) return wrong('Strict-Transport-Security is switched off (max-age=0)');
  if (ms < LEAST_HSTS_MS) return wrong(`it lasts only ${formatDuration(ms)}, expected at least 180 d`);
  const subdomains = /(?:^|;)\s*includesubdomains\s*(?:;|$)/i.test(first) ? ', subdomains included' : '';
  return good(`HSTS for ${formatDuration(ms)}${subdomains}`);
};

const judgeCsp = ({ headers }: HttpAnswer): PresetFinding => {
  const value = headers['content-security-policy'];
  if (value === undefined || value.trim() === '') {
    return wrong(
      headers['content-security-policy-report-only'] === undefined
        ? 'no Content-Security-Policy header'
        : 'only Content-Security-Policy-Report-Only: nothing is enforced',
    );
  }
  const weakness = weakestPolicy(value);
  return weakness === undefined ? good('Content-Security-Policy limits scripts') : wrong(weakness);
};

/** The same place over plain http; a URL that is http already stays. */
const overHttp = (request: HttpRequest): HttpRequest => {
  if (request.url.protocol === 'http:') return request;
  if (request.url.port !== '')
    throw ourFault('https-redirect: give the http URL, the port tells nothing of it', 'bad_request');
  return { ...request, url: plainTwin(request.url) };
};

/** `http://host/path` of `https://host/path`; any other URL as it is. */
export const plainTwin = (url: URL): URL =>
  url.protocol === 'https:' && url.port === '' ? new URL(url.href.replace(/^https:/i, 'http:')) : url;

const judgeRedirect = ({ status, headers, url }: HttpAnswer): PresetFinding => {
  const location = headers['location'];
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined)
    return wrong(`plain http is answered with ${status} instead of a redirect to https`);
  if (!URL.canParse(location, url.href)) return wrong('plain http is redirected nowhere');
  const to = new URL(location, url.href);
  const place = `${to.protocol}//${to.host}`;
  if (to.protocol !== 'https:') return wrong(`plain http is redirected to ${place}, which is not https`);
  return good(`${status} to ${place}`);
};

const CREDENTIALS = /^(?:authorization|proxy-authorization|cookie|x-api-key|.*-token)$/;

const withoutCredentials = (request: HttpRequest): HttpRequest => ({
  ...request,
  headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => !CREDENTIALS.test(name))),
});

const judgeRefusal = ({ status, headers }: HttpAnswer): PresetFinding => {
  if (status === 401 || status === 403) return good(`${status} without credentials`);
  if (status < 300) return wrong(`answers ${status} without credentials, expected 401 or 403`);
  const hint = headers['location'] === undefined ? '' : ' (a redirect)';
  return wrong(`answers ${status}${hint} without credentials, expected 401 or 403`);
};

const preflight = (request: HttpRequest, origin: string): HttpRequest => {
  const { accept: _, 'user-agent': agent, ...asked } = request.headers;
  const names = Object.keys(asked).sort();
  return {
    url: request.url,
    method: 'OPTIONS',
    headers: {
      accept: '*/*',
      ...(agent !== undefined && { 'user-agent': agent }),
      origin,
      'access-control-request-method': request.method,
      ...(names.length > 0 && { 'access-control-request-headers': names.join(',') }),
    },
  };
};

const judgePreflight = (answer: HttpAnswer, asked: HttpRequest): PresetFinding => {
  const fault = corsFault(answer, asked);
  return fault === undefined
    ? good(
        `${asked.headers['origin'] ?? ''} may ask with ${asked.headers['access-control-request-method'] ?? ''}`,
      )
    : wrong(fault);
};

const asItIs = (request: HttpRequest): HttpRequest => request;

/** Short names for what many checklists want of an address: what is asked, and what has to hold. */
export const presets: Readonly<Record<PresetName, Preset>> = {
  hsts: { ask: asItIs, isUnfollowed: false, judge: judgeHsts },
  csp: { ask: asItIs, isUnfollowed: false, judge: judgeCsp },
  cors: { ask: preflight, isUnfollowed: true, judge: judgePreflight },
  'https-redirect': { ask: overHttp, isUnfollowed: true, judge: judgeRedirect },
  'auth-required': { ask: withoutCredentials, isUnfollowed: true, judge: judgeRefusal },
};
