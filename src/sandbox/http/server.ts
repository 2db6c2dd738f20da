import { createServer } from 'node:http';
import { handleApiCall } from '../api/handle.ts';
import { respond } from '../api/respond.ts';
import { controlGet, controlPost } from './control.ts';
import { readArgs, readJsonBody, readUpload } from './body.ts';
import { readPageFile } from './static.ts';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { ApiOptions } from '../api/handle.ts';
import type { Sandbox, SandboxPanel } from '../public-types.ts';
import type { Live } from './live.ts';

type ServerOptions = {
  readonly api: ApiOptions;
  readonly live: Live;
  readonly panel: SandboxPanel | undefined;
  /** Built after the server, because it knows the server's address. */
  readonly sandbox: () => Sandbox;
};

type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
};

const sendJson = (
  response: ServerResponse,
  { status, body, headers }: { status: number; body: unknown; headers?: Record<string, string> },
): void => {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(JSON.stringify(body));
};

const sendText = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
};

const bearer = (request: IncomingMessage): string | undefined =>
  /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];

const serveApi = async ({ api }: ServerOptions, { request, response, url }: Exchange): Promise<void> => {
  const args = await readArgs(request, url.searchParams);
  if (args === undefined) {
    sendJson(response, { status: 200, body: { ok: false, error: 'invalid_form_data' } });
    return;
  }
  const inBody = typeof args['token'] === 'string' ? args['token'] : undefined;
  const name = url.pathname.slice('/api/'.length);
  const answer = handleApiCall(api, { name, token: bearer(request) ?? inBody, args });
  if (answer.kind === 'break') request.socket.destroy();
  if (answer.kind !== 'answer') return;
  const headers = answer.retryAfter === undefined ? {} : { 'retry-after': String(answer.retryAfter) };
  sendJson(response, { status: answer.status, body: answer.body, headers });
};

const RESPONSE_STATUS: Readonly<Record<string, number>> = { expired_url: 404, used_url: 404 };

const serveResponseUrl = async (
  { api }: ServerOptions,
  { request, response, url }: Exchange,
): Promise<void> => {
  const done = respond(api.engine, url.pathname.slice('/response/'.length), await readJsonBody(request));
  if (done.ok) sendJson(response, { status: 200, body: { ok: true } });
  else
    sendJson(response, {
      status: RESPONSE_STATUS[done.error.error] ?? 400,
      body: { ok: false, ...done.error },
    });
};

const serveUpload = async ({ api }: ServerOptions, { request, response, url }: Exchange): Promise<void> => {
  const file = api.engine.ws.files.get(url.pathname.slice('/upload/v1/'.length));
  if (file === undefined) {
    sendText(response, 404, 'file not found');
    return;
  }
  const content = await readUpload(request);
  if (content.length !== file.length) {
    sendText(response, 400, `expected ${file.length} bytes, got ${content.length}`);
    return;
  }
  file.content = content;
  sendText(response, 200, `OK - ${content.length}`);
};

const serveFile = ({ api }: ServerOptions, { response, url }: Exchange): void => {
  const file = api.engine.ws.files.get(url.pathname.split('/')[2] ?? '');
  if (file?.content === undefined) {
    sendText(response, 404, 'file not found');
    return;
  }
  response.writeHead(200, {
    'content-type': 'text/plain; charset=utf-8',
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
    'x-content-type-options': 'nosniff',
  });
  response.end(file.content);
};

/** Another site open in the same browser must not act here: its requests carry its own origin, or no JSON type. */
const isOwnPage = (request: IncomingMessage): boolean => {
  const { origin, host } = request.headers;
  const isJson = (request.headers['content-type'] ?? '').startsWith('application/json');
  return isJson && (origin === undefined || origin === `http://${host ?? ''}`);
};

const serveControl = async (options: ServerOptions, { request, response, url }: Exchange): Promise<void> => {
  const control = { sandbox: options.sandbox(), ws: options.api.engine.ws, panel: options.panel };
  const path = url.pathname.slice('/control/'.length);
  if (request.method === 'GET') {
    sendJson(response, await controlGet(control, path, url.searchParams));
    return;
  }
  if (!isOwnPage(request)) {
    sendJson(response, { status: 403, body: { ok: false, error: 'send application/json from this page' } });
    return;
  }
  sendJson(response, await controlPost(control, path, await readJsonBody(request)));
};

const servePage = async ({ response, url }: Exchange): Promise<void> => {
  const isDocument = url.pathname === '/' || url.pathname.startsWith('/archives/');
  const file = await readPageFile(isDocument ? 'index.html' : url.pathname.replace(/^\/page\//, ''));
  if (file === undefined) {
    sendText(response, 404, 'not found');
    return;
  }
  response.writeHead(200, {
    'content-type': file.type,
    'cache-control': 'no-cache',
    'content-security-policy':
      "default-src 'self'; img-src 'self' http: https: data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'",
  });
  response.end(file.content);
};

type Serve = (options: ServerOptions, exchange: Exchange) => Promise<void> | void;

const ROUTES: readonly (readonly [string, Serve])[] = [
  ['/api/', serveApi],
  ['/response/', serveResponseUrl],
  ['/upload/v1/', serveUpload],
  ['/files/', serveFile],
  ['/control/', serveControl],
  ['/events', ({ live }, { response }) => live.add(response)],
];

/** A page of another name that resolves to this machine must not read the workspace. */
const isLocalHost = (request: IncomingMessage, boundHost: string): boolean => {
  const name = (request.headers.host ?? '').replace(/:\d+$/, '');
  return ['127.0.0.1', 'localhost', '[::1]', boundHost].includes(name);
};

export const createHttpServer = (options: ServerOptions, boundHost: string): Server =>
  createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://sandbox');
    const isOpenToAll = boundHost === '0.0.0.0' || boundHost === '::';
    if (!isOpenToAll && !isLocalHost(request, boundHost)) {
      sendText(response, 403, 'this workspace answers under its own address only');
      return;
    }
    const exchange = { request, response, url };
    const [, serve] = ROUTES.find(([prefix]) => url.pathname.startsWith(prefix)) ?? [];
    const work = async (): Promise<void> => {
      if (serve === undefined) await servePage(exchange);
      else await serve(options, exchange);
    };
    work().catch((error: unknown) => {
      // The connection may have broken while answering; there is nobody left to tell then.
      if (response.headersSent || response.destroyed) return;
      sendText(response, 500, error instanceof Error ? (error.stack ?? error.message) : String(error));
    });
  });
