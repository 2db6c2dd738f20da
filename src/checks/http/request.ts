import type { TLSSocket } from 'node:tls';
import { errors, type Agent } from 'undici';
import type { CheckContext } from '../check.ts';
import { createAgent, originName, type Connected } from '../guard/agent.ts';
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

/** The connection an answer came through, as it was found when it was made. Durations in milliseconds. */
export type Connection = {
  readonly address: string;
  /** Absent: an address was asked for. */
  readonly dns?: number;
  readonly connect: number;
  /** Absent without TLS. */
  readonly tls?: { readonly handshake: number; readonly days?: number; readonly protocol: string };
};

/** One redirect that was followed. */
export type Hop = {
  readonly status: number;
  readonly url: URL;
  readonly connection?: Connection;
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
  /** Milliseconds from asking this URL until it began to answer. */
  readonly firstByteMs: number;
  /** Absent: it was not seen being made. */
  readonly connection?: Connection;
  /** Redirects that were followed, in order. */
  readonly redirects: readonly Hop[];
};

/** Makes requests for one try; close it afterwards. */
export type HttpClient = {
  readonly send: (request: HttpRequest, follow: number) => Promise<HttpAnswer>;
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

type Once = Omit<HttpAnswer, 'durationMs' | 'redirects'>;

type Sending = {
  readonly agent: Agent;
  readonly signal: AbortSignal;
  readonly network: CheckContext['network'];
  /** The connection to an origin that is open now; an agent has one at a time. */
  readonly connectionTo: (origin: string) => Connection | undefined;
};

const sendOnce = async (sending: Sending, request: HttpRequest): Promise<Once> => {
  const { agent, signal, connectionTo } = sending;
  const { url, method, headers, body } = request;
  const target = nameTarget(targetOf(url));
  const elapsed = startTimer();
  try {
    const answer = await agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method,
      headers,
      signal,
      ...(body !== undefined && { body }),
    });
    const firstByteMs = elapsed();
    const connection = connectionTo(originName(url));
    const plain = plainHeaders(answer.headers);
    const read = await readBody({
      stream: answer.body,
      encoding: method === 'HEAD' ? '' : (plain['content-encoding'] ?? ''),
      type: plain['content-type'] ?? '',
    });
    const { statusCode: status } = answer;
    return { status, headers: plain, body: read, url, firstByteMs, ...(connection && { connection }) };
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

const follow = async (
  sending: Sending,
  first: HttpRequest,
  limit: number,
): Promise<Omit<HttpAnswer, 'durationMs'>> => {
  const redirects: Hop[] = [];
  for (let request = first; ;) {
    sending.network.assertPermitted(targetOf(request.url));
    const answer = await sendOnce(sending, request);
    const location = answer.headers['location'];
    const isRedirect = REDIRECTS.has(answer.status) && location !== undefined;
    if (!isRedirect || limit === 0) return { ...answer, redirects };
    if (redirects.length === limit) {
      throw new CheckProblem(`more than ${limit} redirects`, { outcome: 'fail', code: 'too_many_redirects' });
    }
    const { status, url, connection } = answer;
    redirects.push({ status, url, ...(connection && { connection }) });
    request = redirected(request, answer.status, location);
  }
};

const daysOf = (socket: TLSSocket, now: Date): number | undefined => {
  const until = Date.parse(socket.getPeerCertificate().valid_to);
  return Number.isNaN(until) ? undefined : Math.floor((until - now.getTime()) / DAY_MS);
};

const tlsOf = ({ ms, socket }: NonNullable<Connected['tls']>, now: Date): NonNullable<Connection['tls']> => {
  const days = daysOf(socket, now);
  return { handshake: ms, protocol: socket.getProtocol() ?? 'unknown', ...(days !== undefined && { days }) };
};

const connectionOf = ({ address, dnsMs, connectMs, tls }: Connected, now: Date): Connection => ({
  address,
  ...(dnsMs !== undefined && { dns: dnsMs }),
  connect: connectMs,
  ...(tls && { tls: tlsOf(tls, now) }),
});

type ClientContext = Pick<CheckContext, 'network' | 'signal' | 'now'>;

/** `connections`: how many to one origin at a time; with more than one, answers do not say which they came through. */
export const createHttpClient = (
  { network, signal, now }: ClientContext,
  { connections = 1 }: { readonly connections?: number } = {},
): HttpClient => {
  const open = new Map<string, Connection>();
  const agent = createAgent({
    network,
    signal,
    connections,
    onConnect: (connected) => {
      if (connections === 1) open.set(connected.origin, connectionOf(connected, now()));
    },
  });
  const sending: Sending = { agent, signal, network, connectionTo: (origin) => open.get(origin) };
  return {
    send: async (request, limit) => {
      const elapsed = startTimer();
      const answer = await follow(sending, request, limit);
      return { ...answer, durationMs: elapsed() };
    },
    close: () => agent.destroy(),
  };
};
