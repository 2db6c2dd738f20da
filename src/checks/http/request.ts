import type { TLSSocket } from 'node:tls';
import { errors, type Agent } from 'undici';
import type { CheckContext } from '../check.ts';
import { createAgent } from '../guard/agent.ts';
import { nameTarget, portOf, type Target } from '../guard/hosts.ts';
import { CheckProblem, ourFault, problemOf } from '../problem.ts';
import { startTimer } from '../timer.ts';
import { readBody, type Body } from './body.ts';

export type HttpMethod = 'GET' | 'HEAD' | 'OPTIONS' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export type HttpRequest = {
  readonly url: URL;
  readonly method: HttpMethod;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** What one request found, redirects included. */
export type HttpAnswer = {
  readonly status: number;
  /** Lower-case names; several lines of one name joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
  /** Milliseconds until the whole body was read, redirects included. */
  readonly durationMs: number;
  /** Where the answer came from. */
  readonly url: URL;
  /** Redirects that were followed. */
  readonly hops: number;
};

/** Makes requests for one try; close it afterwards. */
export type HttpClient = {
  readonly send: (request: HttpRequest, follow: number) => Promise<HttpAnswer>;
  /** Days until the certificate seen at a URL's host ends; undefined without TLS. */
  readonly certificateDays: (url: URL) => number | undefined;
  readonly close: () => Promise<void>;
};

const DAY_MS = 24 * 60 * 60 * 1000;

// Everything else may identify the caller, so it stays with the origin it was written for.
const CROSS_ORIGIN_HEADERS = new Set(['accept', 'accept-language', 'content-type', 'user-agent']);

/** Host and port of an http or https URL; anything else is refused. */
export const targetOf = (url: URL): Required<Target> => {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw ourFault(`${url.protocol} is not http or https`, 'not_http_url');
  }
  return { host: url.hostname, port: portOf(url) ?? 0 };
};

const headersAfter = (request: HttpRequest, url: URL): HttpRequest['headers'] => {
  if (request.url.origin === url.origin) return request.headers;
  return Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => CROSS_ORIGIN_HEADERS.has(name)),
  );
};

const withoutBody = ({ url, headers }: HttpRequest, method: HttpMethod): HttpRequest => ({
  url,
  method,
  headers: Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'content-type')),
});

/** The request a redirect asks for: as browsers do it, but nothing private goes to another origin. */
export const redirected = (request: HttpRequest, status: number, location: string): HttpRequest => {
  if (!URL.canParse(location, request.url.href)) {
    throw new CheckProblem('the redirect leads nowhere', {
      outcome: 'fail',
      scope: 'check',
      code: 'bad_redirect',
    });
  }
  const url = new URL(location, request.url.href);
  url.username = '';
  url.password = '';
  const becomesGet =
    (status === 303 && request.method !== 'HEAD') ||
    ((status === 301 || status === 302) && request.method === 'POST');
  const next = becomesGet ? withoutBody(request, 'GET') : request;
  if (next.body !== undefined && url.origin !== request.url.origin) {
    throw ourFault('the redirect would send the body to another origin', 'redirect_with_body');
  }
  return { ...next, url, headers: headersAfter(next, url) };
};

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

const plainHeaders = (headers: Record<string, string | string[] | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  );

type Once = Pick<HttpAnswer, 'status' | 'headers' | 'body'>;

const sendOnce = async (agent: Agent, request: HttpRequest, signal: AbortSignal): Promise<Once> => {
  const { url, method, headers, body } = request;
  const target = nameTarget(targetOf(url));
  try {
    const answer = await agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method,
      headers,
      signal,
      ...(body !== undefined && { body }),
    });
    const plain = plainHeaders(answer.headers);
    const read = await readBody({
      stream: answer.body,
      encoding: method === 'HEAD' ? '' : (plain['content-encoding'] ?? ''),
      type: plain['content-type'] ?? '',
    });
    return { status: answer.statusCode, headers: plain, body: read };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof errors.HTTPParserError)) throw problemOf(error, target);
    throw new CheckProblem(`${target} does not speak HTTP`, {
      outcome: 'fail',
      code: 'not_http',
      cause: error,
    });
  }
};

const follow = async (agent: Agent, first: HttpRequest, input: { follow: number; context: CheckContext }) => {
  const { network, signal } = input.context;
  let request = first;
  for (let hops = 0; ; hops += 1) {
    network.assertPermitted(targetOf(request.url));
    const answer = await sendOnce(agent, request, signal);
    const location = answer.headers['location'];
    const isRedirect = REDIRECTS.has(answer.status) && location !== undefined;
    if (!isRedirect || input.follow === 0) return { ...answer, url: request.url, hops };
    if (hops === input.follow) {
      throw new CheckProblem(`more than ${input.follow} redirects`, {
        outcome: 'fail',
        code: 'too_many_redirects',
      });
    }
    request = redirected(request, answer.status, location);
  }
};

const daysOf = (socket: TLSSocket, now: Date): number | undefined => {
  const until = Date.parse(socket.getPeerCertificate().valid_to);
  return Number.isNaN(until) ? undefined : Math.floor((until - now.getTime()) / DAY_MS);
};

export const createHttpClient = (context: CheckContext): HttpClient => {
  const days = new Map<string, number>();
  const agent = createAgent({
    network: context.network,
    signal: context.signal,
    onSecure: (place, socket) => {
      const count = daysOf(socket, context.now());
      if (count !== undefined) days.set(nameTarget(place), count);
    },
  });
  return {
    send: async (request, limit) => {
      const elapsed = startTimer();
      const answer = await follow(agent, request, { follow: limit, context });
      return { ...answer, durationMs: elapsed() };
    },
    certificateDays: (url) => days.get(nameTarget(targetOf(url))),
    close: () => agent.destroy(),
  };
};
