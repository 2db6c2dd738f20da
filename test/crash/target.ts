import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A target of checks in the test's process. */
export type Target = {
  readonly url: string;
  /** What a path answers; 200 when nothing is said about it. */
  readonly statuses: Map<string, number>;
  /** Paths that were asked for, oldest first. */
  readonly hits: readonly string[];
  /** Lets no request end until the returned function is called. */
  readonly hold: () => () => void;
  readonly close: () => Promise<void>;
};

export const startTarget = async (): Promise<Target> => {
  const hits: string[] = [];
  const statuses = new Map<string, number>();
  let open: Promise<void> = Promise.resolve();
  const server = createServer((request, response) => {
    hits.push(request.url ?? '');
    void open.then(() => response.writeHead(statuses.get(request.url ?? '') ?? 200).end('{}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const target: Target = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    statuses,
    hits,
    hold: () => {
      const { promise, resolve } = gate();
      open = promise;
      return resolve;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return target;
};

const gate = (): { promise: Promise<void>; resolve: () => void } => {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
};
