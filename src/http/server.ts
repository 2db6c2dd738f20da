import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { INBOUND_PATH } from '../usecases/inbound-address.ts';
import type { InboundOptions } from './inbound.ts';
import { handleInbound } from './inbound.ts';

/** One thing that has to be in order before requests make sense. */
export type Readiness = { readonly name: string; readonly isReady: () => Promise<boolean> };

export type HttpOptions = {
  readonly host: string;
  readonly port: number;
  readonly readiness: readonly Readiness[];
  /** Prometheus text. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  /** Slack's requests, when Slack reaches us over HTTP. */
  readonly slack: RequestListener | undefined;
  /** What other systems report; undefined: this installation takes nothing in. */
  readonly inbound: InboundOptions | undefined;
};

export type HttpServer = { readonly url: string; readonly close: () => Promise<void> };

const SLACK_PATH = '/slack/events';

const send = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};

/** Health, readiness, metrics, Slack's requests and what other systems report on one port. */
export const startHttp = async (options: HttpOptions): Promise<HttpServer> => {
  const server = createServer((request, response) => {
    route(options, request, response).catch(() => send(response, 500, { error: 'internal' }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
};

const route = async (
  options: HttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const path = (request.url ?? '/').split('?')[0];
  if (path === SLACK_PATH && options.slack !== undefined) {
    options.slack(request, response);
    return;
  }
  if (path?.startsWith(INBOUND_PATH) === true && options.inbound !== undefined)
    return handleInbound(options.inbound, request, response);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    send(response, 405, { error: 'method_not_allowed' });
    return;
  }
  switch (path) {
    case '/healthz':
      send(response, 200, { status: 'alive' });
      return;
    case '/readyz':
      return sendReadiness(options, response);
    case '/metrics': {
      const { contentType, text } = await options.metrics();
      response.writeHead(200, { 'content-type': contentType });
      response.end(text);
      return;
    }
    default:
      send(response, 404, { error: 'not_found' });
  }
};

const sendReadiness = async ({ readiness }: HttpOptions, response: ServerResponse): Promise<void> => {
  const entries = readiness.map(
    async ({ name, isReady }) => [name, await isReady().catch(() => false)] as const,
  );
  const parts = Object.fromEntries(await Promise.all(entries));
  const ready = Object.values(parts).every(Boolean);
  send(response, ready ? 200 : 503, { ready, ...parts });
};
