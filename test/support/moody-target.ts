import type { IncomingMessage, ServerResponse } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { CheckDefinition, CheckResult } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { run } from './checks.ts';
import { httpTarget, type Target } from './http-target.ts';

type Extra = Omit<CheckDefinition, 'kind' | 'params'> & {
  readonly env?: Record<string, string>;
  readonly secrets?: Record<string, string>;
};

/** A target with a page for every mood, and checks of it as `${api-url}/...`. */
export type MoodyTarget = {
  readonly target: Target;
  /** Statuses that /flaky gives one after the other; 200 when there are no more. */
  readonly flaky: number[];
  /** How many requests /drop still drops. */
  readonly drops: { left: number };
  readonly http: (params: Record<string, Json>, extra?: Extra) => Promise<CheckResult>;
};

type Route = (request: IncomingMessage, response: ServerResponse) => void;

const json = (response: ServerResponse, value: unknown, status = 200): void =>
  void response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
    .end(JSON.stringify(value));

const encoded =
  (encoding: string, body: string | Buffer): Route =>
  (_request, response) =>
    void response.setHeader('content-encoding', encoding).end(body);

const echo: Route = (request, response) => {
  let sent = '';
  request.on('data', (chunk: Buffer) => (sent += chunk.toString()));
  request.on('end', () => json(response, { method: request.method, headers: request.headers, sent }));
};

const endless: Route = (_request, response) => {
  const timer = setInterval(() => response.write('x'.repeat(1000)), 5);
  response.on('close', () => clearInterval(timer));
};

const routes = (flaky: number[], drops: { left: number }): Readonly<Record<string, Route>> => ({
  '/health': (_request, response) => json(response, { status: 'healthy', database: 'ok' }),
  '/down': (_request, response) => json(response, { error: 'maintenance' }, 503),
  '/broken': (_request, response) => json(response, { error: 'broken' }, 500),
  '/flaky': (_request, response) => json(response, {}, flaky.shift() ?? 200),
  '/echo': echo,
  '/text': (_request, response) => void response.writeHead(200, { 'content-type': 'text/plain' }).end('15'),
  '/hang': () => undefined,
  '/endless': endless,
  '/large': (_request, response) => void response.end(`begins well ${'x'.repeat(5_000_000)}`),
  '/bomb': encoded('gzip', gzipSync(Buffer.alloc(100_000_000))),
  '/gzip': encoded('gzip', gzipSync('{"a":1}')),
  '/brotli': encoded('br', brotliCompressSync('{"a":1}')),
  '/not-gzip': encoded('gzip', 'plain'),
  '/zstd': encoded('zstd', '????'),
  '/drop': (request, response) => {
    drops.left -= 1;
    if (drops.left >= 0) request.socket.destroy();
    else json(response, {});
  },
  '/secrets': (request, response) =>
    json(response, {
      password: 'in-the-body',
      note: 'Authorization: Bearer abcdefgh12345',
      env: request.headers['x-token'],
    }),
});

export const moodyTarget = async (): Promise<MoodyTarget> => {
  const flaky: number[] = [];
  const drops = { left: 0 };
  const pages = routes(flaky, drops);
  const target = await httpTarget((request, response) => {
    const page = pages[request.url ?? ''];
    if (page) page(request, response);
    else response.writeHead(404).end('no such page');
  });
  return {
    target,
    flaky,
    drops,
    http: (params, { env = {}, secrets = {}, ...rest } = {}) =>
      run({
        kind: 'http',
        params,
        with: rest,
        connections: { values: { 'api-url': target.url }, secrets, env: Object.keys(env) },
        deps: { env: (name) => env[name] },
      }),
  };
};
