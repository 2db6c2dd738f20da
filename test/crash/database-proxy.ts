import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A way to Postgres that can be cut. */
export type DatabaseProxy = {
  /** The connection string that goes through it. */
  readonly url: string;
  /** Ends every connection and refuses new ones, as a server that was stopped. */
  readonly cut: () => void;
  /** Keeps connections and takes new ones, and lets nothing through, as a network that swallows packets. */
  readonly freeze: () => void;
  /** Lets everything through again; what was frozen moves on. */
  readonly restore: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export const startDatabaseProxy = async (databaseUrl: string): Promise<DatabaseProxy> => {
  const target = new URL(databaseUrl);
  const pairs = new Set<{ readonly client: Socket; readonly server: Socket }>();
  let isFrozen = false;
  let listener: Server | undefined;

  const take = (client: Socket): void => {
    const server = connect(Number(target.port), target.hostname);
    const pair = { client, server };
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
    client.pipe(server);
    server.pipe(client);
    if (isFrozen) pauseBoth(pair);
  };
  const pauseBoth = ({ client, server }: { client: Socket; server: Socket }): void => {
    client.unpipe(server);
    server.unpipe(client);
    client.pause();
    server.pause();
  };

  const listen = async (port: number): Promise<number> => {
    const next = createServer(take);
    listener = next;
    await new Promise<void>((resolve, reject) => {
      next.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    return (next.address() as AddressInfo).port;
  };
  const endAll = (): void => {
    for (const { client, server } of pairs) {
      client.destroy();
      server.destroy();
    }
  };
  const port = await listen(0);
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${port}`;

  return {
    url: url.href,
    cut: () => {
      listener?.close();
      listener = undefined;
      endAll();
    },
    freeze: () => {
      isFrozen = true;
      for (const pair of pairs) pauseBoth(pair);
    },
    restore: async () => {
      isFrozen = false;
      for (const { client, server } of pairs) {
        client.pipe(server);
        server.pipe(client);
      }
      if (listener === undefined) await listen(port);
    },
    close: async () => {
      endAll();
      const open = listener;
      if (open !== undefined) await new Promise((resolve) => open.close(resolve));
    },
  };
};
