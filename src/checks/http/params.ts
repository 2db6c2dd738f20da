import { z } from 'zod';
import type { Json } from '../../lib/json.ts';
import type { CheckContext, NeedsContext } from '../check.ts';
import { nameTarget } from '../guard/hosts.ts';
import { ourFault } from '../problem.ts';
import { decodeText } from '../redact.ts';
import { authorizationOf, missingAuth, missingUrl } from './auth.ts';
import { targetOf, type HttpRequest } from './request.ts';

const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Methods that change nothing, so that a lost answer may be asked for again. */
export const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Parameters of one HTTP request, for every kind that makes them. */
export const requestShape = {
  url: z.string().min(1).describe('Absolute http or https URL.'),
  method: z.enum(METHODS).default('GET').describe('HTTP method; default GET.'),
  headers: z
    .record(z.string().min(1), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe('Request headers; a value may hold ${secret}.'),
  json: z.json().optional().describe('Request body, sent as JSON. Not together with body.'),
  body: z.string().optional().describe('Request body, sent as it is. Not together with json.'),
  auth: z
    .string()
    .min(1)
    .optional()
    .describe(
      'env:NAME, which the environment file has to name, or ${secret}: sent as Authorization, as a Bearer token unless it names a scheme.',
    ),
};

export type RequestParams = Omit<z.output<z.ZodObject<typeof requestShape>>, 'json'> & {
  readonly json?: Json | undefined;
};

const authorization = (
  { auth }: Pick<RequestParams, 'auth'>,
  url: URL,
  context: CheckContext,
): string | undefined => {
  if (auth !== undefined) return authorizationOf(auth, context);
  if (url.username === '' && url.password === '') return undefined;
  const pair = `${decodeText(url.username)}:${decodeText(url.password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
};

const lowerCased = (headers: RequestParams['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));

const bodyOf = ({ json, body }: Pick<RequestParams, 'json' | 'body'>): string | undefined => {
  if (json !== undefined && body !== undefined)
    throw ourFault('json and body exclude each other', 'bad_request');
  return json === undefined ? body : JSON.stringify(json);
};

const parseUrl = (text: string): URL => {
  if (!URL.canParse(text)) throw ourFault('url is not an absolute http or https URL', 'not_http_url');
  return new URL(text);
};

/** The request that parameters describe, its login resolved. Throws a problem when there is none. */
export const requestOf = (given: RequestParams, context: CheckContext): HttpRequest => {
  const url = parseUrl(given.url);
  const headers = lowerCased(given.headers);
  const auth = authorization(given, url, context);
  if (given.auth !== undefined && headers['authorization'] !== undefined) {
    throw ourFault('auth and an authorization header exclude each other', 'bad_request');
  }
  url.username = '';
  url.password = '';
  url.hash = '';
  const body = bodyOf(given);
  return {
    url,
    method: given.method,
    headers: {
      accept: '*/*',
      'user-agent': 'tminus',
      ...(given.json !== undefined && { 'content-type': 'application/json' }),
      ...(auth !== undefined && { authorization: auth }),
      ...headers,
    },
    ...(body !== undefined && { body }),
  };
};

/** Host and port of a URL, for people. */
export const targetName = (url: string): string => {
  if (!URL.canParse(url)) return 'no URL';
  const parsed = new URL(url);
  return parsed.protocol === 'http:' || parsed.protocol === 'https:'
    ? nameTarget(targetOf(parsed))
    : parsed.protocol;
};

/** What a request still needs of its environment: its host and its login. */
export const requestNeeds = (
  { url, auth }: Pick<RequestParams, 'url' | 'auth'>,
  context: NeedsContext,
): readonly string[] => [...missingUrl(url, context), ...missingAuth(auth, context)];
