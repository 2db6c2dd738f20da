import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Json, JsonObject } from '../../src/lib/json.ts';

const TLS = new URL('../fixtures/tls/', import.meta.url);
export const tlsFile = (name: string): string => new URL(name, TLS).pathname;

export const TOKEN = 'kube-t0ken-of-a-reader';

export type FakeKube = {
  readonly url: string;
  /** Folder for kubeconfigs; gone with the server. */
  readonly folder: string;
  readonly asked: {
    method: string;
    path: string;
    search: URLSearchParams;
    headers: IncomingMessage['headers'];
  }[];
  /** Path -> object, or the entries of a list. */
  objects: Readonly<Record<string, JsonObject | readonly JsonObject[]>>;
  /** Tried before the usual answers; true: answered. */
  misbehave: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  /** Writes a kubeconfig; what is given replaces parts of a good one. */
  readonly kubeconfig: (given?: {
    cluster?: JsonObject;
    user?: JsonObject;
    more?: JsonObject;
  }) => Promise<string>;
  readonly close: () => Promise<void>;
};

const send = (response: ServerResponse, status: number, value: Json): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
};

export const refuse = (response: ServerResponse, status: number, message: string): true => {
  const reason = status === 403 ? 'Forbidden' : status === 410 ? 'Expired' : 'InternalError';
  send(response, status, {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    message,
    reason,
    code: status,
  });
  return true;
};

const page = (all: readonly JsonObject[], search: URLSearchParams): JsonObject => {
  const from = Number(search.get('continue') ?? 0);
  const limit = Number(search.get('limit') ?? all.length);
  const next = from + limit < all.length ? { continue: String(from + limit) } : {};
  return { kind: 'List', metadata: next, items: all.slice(from, from + limit) };
};

const answer = (kube: FakeKube, request: IncomingMessage, response: ServerResponse): void => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'https://kube');
  kube.asked.push({
    method: request.method ?? '',
    path: pathname,
    search: searchParams,
    headers: request.headers,
  });
  if (kube.misbehave?.(request, response) === true) return;
  const found = kube.objects[pathname];
  if (found === undefined) {
    send(response, 404, {
      kind: 'Status',
      message: 'not found',
      reason: 'NotFound',
      details: { name: pathname.split('/').at(-1) ?? '' },
      code: 404,
    });
  } else send(response, 200, Array.isArray(found) ? page(found as JsonObject[], searchParams) : found);
};

/** A Kubernetes API on 127.0.0.1 with TLS under the root of the fixtures. */
export const startKube = async (): Promise<FakeKube> => {
  const folder = await mkdtemp(join(tmpdir(), 'tminus-kube-'));
  const server = createServer(
    {
      cert: await readFile(tlsFile('server.pem')),
      key: await readFile(tlsFile('server.key.pem')),
      ca: await readFile(tlsFile('root.pem')),
      requestCert: true,
      rejectUnauthorized: false,
    },
    (request, response) => answer(kube, request, response),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let written = 0;
  const kube: FakeKube = {
    url,
    folder,
    asked: [],
    objects: {},
    misbehave: undefined,
    kubeconfig: async ({ cluster = {}, user, more = {} } = {}) => {
      const path = join(folder, `kubeconfig-${(written += 1)}`);
      const config = {
        'current-context': 'prod',
        contexts: [{ name: 'prod', context: { cluster: 'c', user: 'u', namespace: 'shop' } }],
        clusters: [
          { name: 'c', cluster: { server: url, 'certificate-authority': tlsFile('root.pem'), ...cluster } },
        ],
        users: [{ name: 'u', user: user ?? { token: TOKEN } }],
        ...more,
      };
      await writeFile(path, stringify(config));
      return path;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
  return kube;
};
