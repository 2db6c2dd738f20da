import { z } from 'zod';
import type { JsonObject } from '../../lib/json.ts';
import { formatDuration } from '../../lib/matching/units.ts';
import { defineCheck, numberOf, type CheckContext, type Measured, type NeedsContext } from '../check.ts';
import { nameTarget } from '../guard/hosts.ts';
import { authorizationOf, missingAuth, missingUrl } from '../http/auth.ts';
import {
  createHttpClient,
  targetOf,
  type HttpAnswer,
  type HttpClient,
  type HttpRequest,
} from '../http/request.ts';
import { percentile, representative } from '../http/samples.ts';
import { ourFault } from '../problem.ts';
import { decodeText } from '../redact.ts';

const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

const params = z.strictObject({
  url: z.string().min(1).describe('Absolute http or https URL.'),
  method: z.enum(METHODS).default('GET').describe('HTTP method; default GET.'),
  headers: z
    .record(z.string().min(1), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe('Request headers; a value may hold ${secret}.'),
  json: z.json().optional().describe('Request body, sent as JSON. Not together with body.'),
  body: z.string().optional().describe('Request body, sent as it is. Not together with json.'),
  follow: z
    .int()
    .min(0)
    .max(5)
    .default(0)
    .describe('Redirects to follow, 0 to 5; 0 judges the redirect itself.'),
  samples: z
    .int()
    .min(1)
    .max(20)
    .default(1)
    .describe('Requests, one after the other, 1 to 20; percentiles are over them.'),
  auth: z
    .string()
    .min(1)
    .optional()
    .describe(
      'env:NAME, which the environment file has to name, or ${secret}: sent as Authorization, as a Bearer token unless it names a scheme.',
    ),
});

type Params = z.output<typeof params>;

const authorization = ({ auth }: Params, url: URL, context: CheckContext): string | undefined => {
  if (auth !== undefined) return authorizationOf(auth, context);
  if (url.username === '' && url.password === '') return undefined;
  const pair = `${decodeText(url.username)}:${decodeText(url.password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
};

const lowerCased = (headers: Params['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));

const bodyOf = ({ json, body }: Params): string | undefined => {
  if (json !== undefined && body !== undefined)
    throw ourFault('json and body exclude each other', 'bad_request');
  return json === undefined ? body : JSON.stringify(json);
};

const parseUrl = (text: string): URL => {
  if (!URL.canParse(text)) throw ourFault('url is not an absolute http or https URL', 'not_http_url');
  return new URL(text);
};

const requestOf = (given: Params, context: CheckContext): HttpRequest => {
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

const sample = async (client: HttpClient, request: HttpRequest, given: Params): Promise<HttpAnswer[]> => {
  const answers: HttpAnswer[] = [];
  for (let count = 0; count < given.samples; count += 1)
    answers.push(await client.send(request, given.follow));
  return answers;
};

const observe = (answers: readonly HttpAnswer[], client: HttpClient): Measured => {
  const answer = representative(answers);
  if (!answer) throw ourFault('no request was made', 'no_samples');
  const durations = answers.map(({ durationMs }) => durationMs);
  const days = client.certificateDays(answer.url);
  const observation: JsonObject = {
    status: answer.status,
    headers: answer.headers,
    body: answer.body.value,
    duration: answer.durationMs,
    p50: percentile(durations, 50),
    p95: percentile(durations, 95),
    p99: percentile(durations, 99),
    url: answer.url.href,
    hops: answer.hops,
    ...(days !== undefined && { tls: { days } }),
  };
  return { observation, ...(answer.body.incomplete && { incomplete: [answer.body.incomplete] }) };
};

const targetName = (url: string): string => {
  if (!URL.canParse(url)) return 'no URL';
  const parsed = new URL(url);
  return parsed.protocol === 'http:' || parsed.protocol === 'https:'
    ? nameTarget(targetOf(parsed))
    : parsed.protocol;
};

const needs = ({ url, auth }: Params, context: NeedsContext): readonly string[] => [
  ...missingUrl(url, context),
  ...missingAuth(auth, context),
];

/** One or several HTTP requests, and what came back. */
export const http = defineCheck({
  kind: 'http',
  title: 'An HTTP endpoint answers as it should.',
  params,
  defaultTimeoutMs: 10_000,
  // A request that changes something may have arrived although its answer was lost.
  defaultRetries: ({ method }) => (SAFE_METHODS.has(method) ? 2 : 0),
  observation: {
    status: 'status code; of several samples the rarest one, so that one bad answer is not hidden',
    'headers.<lower-case>': 'response headers',
    body: 'JSON, else text; at most 256 KiB',
    duration: 'milliseconds until the whole body was read',
    p50: 'median duration of the samples in milliseconds; with one sample its duration',
    p95: 'milliseconds that 95 % of the samples do not exceed',
    p99: 'milliseconds that 99 % of the samples do not exceed',
    url: 'where the answer came from, after redirects',
    hops: 'redirects that were followed',
    'tls.days': 'days until the certificate of that host ends; absent without TLS',
  },
  passes: { status: { lt: 400 } },
  target: ({ url }) => targetName(url),
  needs,
  run: async (given, context) => {
    const request = requestOf(given, context);
    const client = createHttpClient(context);
    try {
      return observe(await sample(client, request, given), client);
    } finally {
      await client.close();
    }
  },
  say: (observation, { samples }) => {
    const status = String(numberOf(observation['status']));
    if (samples === 1) return `${status} in ${formatDuration(numberOf(observation['duration']))}`;
    return `${status}, p95 ${formatDuration(numberOf(observation['p95']))} of ${samples} samples`;
  },
});
