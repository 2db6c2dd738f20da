import type { TLSSocket } from 'node:tls';
import { Agent, type buildConnector } from 'undici';
import { portOf, type Target } from './hosts.ts';
import type { Network } from './network.ts';

type AgentInput = {
  readonly network: Network;
  readonly signal: AbortSignal;
  /** Called with every TLS connection that was made, so that a certificate is bound to the hop it was seen on. */
  readonly onSecure: (place: Required<Target>, socket: TLSSocket) => void;
};

const placeOf = ({ protocol, hostname, port }: buildConnector.Options): Required<Target> => {
  const url = new URL(
    `${protocol}//${hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname}`,
  );
  return { host: url.hostname, port: port === '' ? (portOf(url) ?? 0) : Number(port) };
};

const open = async (
  { network, signal, onSecure }: AgentInput,
  options: buildConnector.Options,
): Promise<TLSSocket | Awaited<ReturnType<Network['connect']>>> => {
  const place = placeOf(options);
  const socket = await network.connect(place, signal);
  socket.setNoDelay(true);
  if (options.protocol !== 'https:') return socket;
  const secured = await network.secure(
    { socket, servername: place.host, options: { ALPNProtocols: ['http/1.1'] } },
    signal,
  );
  onSecure(place, secured);
  return secured;
};

/**
 * One undici agent for one try. Every connection, of every hop, is made by the guarded network; there are no proxies, no
 * Unix sockets and no second resolution of a name. Destroy it afterwards.
 */
export const createAgent = (input: AgentInput): Agent =>
  new Agent({
    pipelining: 1,
    connections: 1,
    // The deadline of the try is the only clock.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (options, callback) => {
      open(input, options).then(
        (socket) => callback(null, socket),
        (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
      );
    },
  });
