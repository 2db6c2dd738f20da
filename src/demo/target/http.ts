import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Json, JsonObject } from '../../lib/json.ts';
import { isJsonObject } from '../../lib/json.ts';
import type { Log } from '../../lib/log.ts';

/** What goes back. `detail` is how the application says why it refuses. */
export type Answer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
} & ({ readonly json: Json } | { readonly text: string; readonly type: string } | { readonly empty: true });

export type Asked = {
  readonly headers: IncomingHttpHeaders;
  /** What stands at the `:name` places of the route. */
  readonly at: Readonly<Record<string, string>>;
  /** The body as a JSON object; throws a refusal when it is none. */
  readonly body: () => Promise<JsonObject>;
};

export type Route = {
  readonly method: 'GET' | 'POST';
  /** `/api/:user/tasks`. */
  readonly path: string;
  readonly handle: (asked: Asked) => Promise<Answer> | Answer;
};

/** The request is at fault: ends it with this status and reason. */
export class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal';
  readonly status: number;

  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

const MOST_BYTES = 64 * 1024;

const readBody = async (request: IncomingMessage): Promise<JsonObject> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new HttpRefusal(413, 'the body is larger than 64 KiB');
    chunks.push(chunk);
  }
  const parsed = parse(Buffer.concat(chunks).toString('utf8'));
  if (!isJsonObject(parsed)) throw new HttpRefusal(422, 'expected a JSON object');
  return parsed;
};

const parse = (text: string): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new HttpRefusal(400, 'the body is not JSON');
  }
};

const match = (pattern: string, path: string): Readonly<Record<string, string>> | undefined => {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return undefined;
  const at: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const text = given[index] ?? '';
    if (part.startsWith(':') && text !== '') at[part.slice(1)] = text;
    else if (part !== text) return undefined;
  }
  return at;
};

const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new HttpRefusal(400, 'the address is not properly encoded');
  }
};

type Found = { readonly route: Route; readonly at: Readonly<Record<string, string>> };

const find = (routes: readonly Route[], method: string | undefined, path: string): Found => {
  const here = routes.flatMap((route) => {
    const at = match(route.path, path);
    return at === undefined ? [] : [{ route, at }];
  });
  const found = here.find(({ route }) => route.method === (method === 'HEAD' ? 'GET' : method));
  if (found !== undefined) return found;
  throw here.length > 0
    ? new HttpRefusal(405, 'this address does not know that method')
    : new HttpRefusal(404, 'there is nothing at this address');
};

/** What browsers are told with every answer. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  'cache-control': 'no-store',
};

const send = (response: ServerResponse, answer: Answer, extra: Readonly<Record<string, string>>): void => {
  const [content, type] =
    'json' in answer
      ? [JSON.stringify(answer.json), 'application/json']
      : 'text' in answer
        ? [answer.text, answer.type]
        : ['', undefined];
  response.writeHead(answer.status, {
    ...SECURITY_HEADERS,
    ...extra,
    ...answer.headers,
    ...(type !== undefined && { 'content-type': type }),
    'content-length': Buffer.byteLength(content),
  });
  response.end(content);
};

export type HttpOptions = {
  readonly routes: readonly Route[];
  /** Called before a route is looked for; an answer ends the request. */
  readonly before: (path: string) => Promise<Answer | undefined>;
  /** The one site whose pages may call. */
  readonly origin: () => string;
  readonly onAnswer: (status: number) => void;
  readonly log: Log;
};

/** Cross-origin headers for our own site; nothing for any other. */
const corsHeaders = ({ origin }: IncomingHttpHeaders, own: string): Readonly<Record<string, string>> =>
  origin === own
    ? {
        'access-control-allow-origin': own,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET,POST,OPTIONS',
        'access-control-allow-headers': 'authorization,content-type',
        vary: 'Origin',
      }
    : { vary: 'Origin' };

const answerTo = async (request: IncomingMessage, options: HttpOptions): Promise<Answer> => {
  const path = decoded((request.url ?? '/').split('?')[0] ?? '/');
  const early = await options.before(path);
  if (early !== undefined) return early;
  if (request.method === 'OPTIONS') return { status: 204, empty: true };
  const { route, at } = find(options.routes, request.method, path);
  return route.handle({ headers: request.headers, at, body: () => readBody(request) });
};

const refusalOf = (cause: unknown, log: Log): Answer => {
  if (cause instanceof HttpRefusal) return { status: cause.status, json: { detail: cause.message } };
  log.error({ err: cause }, 'demo_request_broke');
  return { status: 500, json: { detail: 'something broke; the log says what' } };
};

/** Answers requests from a table of routes, in the manner of a JSON API. */
export const httpListener =
  (options: HttpOptions): RequestListener =>
  (request, response) => {
    const extra = corsHeaders(request.headers, options.origin());
    void answerTo(request, options)
      .catch((cause: unknown) => refusalOf(cause, options.log))
      .then((answer) => {
        options.onAnswer(answer.status);
        send(response, answer, extra);
      });
  };
