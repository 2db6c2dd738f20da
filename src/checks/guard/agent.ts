import type { TLSSocket } from 'node:tls';
import { Agent, type buildConnector } from 'undici';
import { startTimer } from '../timer.ts';
import { nameTarget, portOf, type Target } from './hosts.ts';
import type { Connecting, Network } from './network.ts';

/** A connection an agent made, as it was found when it was made. */
export type Connected = Connecting & {
  /** `https://host:port` of what was asked for; see `originName`. */
  readonly origin: string;
  /** Milliseconds of the TLS handshake and the socket it made; absent without TLS. */
  readonly tls?: { readonly ms: number; readonly socket: TLSSocket };
};

type AgentInput = {
  readonly network: Network;
  readonly signal: AbortSignal;
  /** Connections to one origin at a time. */
  readonly connections?: number;
  /** Called with every connection that was made, so that what was seen on it is bound to the hop it served. */
  readonly onConnect?: (connected: Connected) => void;
};

/** How agents name the origin of a URL: scheme, host and port, all of them always there. */
export const originName = ({
  protocol,
  hostname,
  port,
}: Pick<URL, 'protocol' | 'hostname' | 'port'>): string =>
  `${protocol}//${nameTarget(placeOf({ protocol, hostname, port }))}`;

const placeOf = ({
  protocol,
  hostname,
  port,
}: Pick<buildConnector.Options, 'protocol' | 'hostname' | 'port'>): Required<Target> => {
  const url = new URL(
    `${protocol}//${hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname}`,
  );
  return { host: url.hostname, port: port === '' ? (portOf(url) ?? 0) : Number(port) };
};

const open = async (
  { network, signal, onConnect }: AgentInput,
  options: buildConnector.Options,
): Promise<TLSSocket | Awaited<ReturnType<Network['connect']>>> => {
  const place = placeOf(options);
  const how: Connecting[] = [];
  const socket = await network.connect(place, signal, (connecting) => void how.push(connecting));
  const connected = { origin: originName(options), ...(how[0] ?? { address: '', connectMs: 0 }) };
  socket.setNoDelay(true);
  if (options.protocol !== 'https:') {
    onConnect?.(connected);
    return socket;
  }
  const shaken = startTimer();
  const secured = await network.secure(
    { socket, servername: place.host, options: { ALPNProtocols: ['http/1.1'] } },
    signal,
  );
  onConnect?.({ ...connected, tls: { ms: shaken(), socket: secured } });
  return secured;
};

/**
 * One undici agent for one try. Every connection, of every hop, is made by the guarded network; there are no proxies, no
 * Unix sockets and no second resolution of a name. Destroy it afterwards.
 */
export const createAgent = (input: AgentInput): Agent =>
  new Agent({
    pipelining: 1,
    connections: input.connections ?? 1,
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
