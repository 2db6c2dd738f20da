import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type SilentTarget = { readonly url: string; readonly close: () => Promise<void> };

/** Takes requests and never answers: what is measured on it stays under way until its result comes from elsewhere. */
export const startSilentTarget = async (): Promise<SilentTarget> => {
  const server = createServer(() => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server's address is never a string.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
