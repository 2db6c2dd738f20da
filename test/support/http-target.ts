import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';

const fixture = (name: string): string =>
  readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');

/** The root that signed every certificate of the fixtures. */
export const TEST_ROOT = fixture('root.pem');
export const serverKey = (): string => fixture('server.key.pem');
/** One or several certificates of the fixtures, leaf first. */
export const certificate = (...names: string[]): string => names.map(fixture).join('\n');

export type Target = {
  readonly port: number;
  /** http://127.0.0.1:<port>, or https. */
  readonly url: string;
  /** What was asked, in order. */
  readonly requests: readonly IncomingMessage[];
  readonly close: () => Promise<void>;
};

const listen = async (
  server: Server,
  scheme: string,
  requests: readonly IncomingMessage[],
): Promise<Target> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${scheme}://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const recording =
  (requests: IncomingMessage[], answer: RequestListener): RequestListener =>
  (request, response) => {
    requests.push(request);
    answer(request, response);
  };

export const httpTarget = (answer: RequestListener): Promise<Target> => {
  const requests: IncomingMessage[] = [];
  return listen(createServer(recording(requests, answer)), 'http', requests);
};

export const httpsTarget = (answer: RequestListener, cert = certificate('server.pem')): Promise<Target> => {
  const requests: IncomingMessage[] = [];
  return listen(
    createSecureServer({ key: serverKey(), cert }, recording(requests, answer)),
    'https',
    requests,
  );
};
