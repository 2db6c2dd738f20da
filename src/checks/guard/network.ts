import { lookup as systemLookup } from 'node:dns/promises';
import { connect as connectSocket, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { ourFault, problemOf } from '../problem.ts';
import { startTimer } from '../timer.ts';
import { classifyAddress, normaliseHost, parseAddress } from './addresses.ts';
import { findPermit, nameTarget, type Permit, type Target } from './hosts.ts';

export type ResolvedAddress = { readonly address: string; readonly family: number };
export type Lookup = (host: string) => Promise<readonly ResolvedAddress[]>;

export type NetworkOptions = {
  readonly permits: readonly Permit[];
  /** How names become addresses; absent: the operating system. */
  readonly lookup?: Lookup;
  /** Certificates trusted instead of the usual ones. */
  readonly ca?: readonly string[];
  /** Who we are to servers that ask for a certificate; PEM. Absent: nobody. */
  readonly identity?: { readonly cert: string; readonly key: string };
};

type Place = Required<Target>;

/** How a connection came about. */
export type Connecting = {
  /** Address that was tested and then connected. */
  readonly address: string;
  /** Milliseconds the name took to look up; absent: the target was an address. */
  readonly dnsMs?: number;
  /** Milliseconds from the addresses to an open connection. */
  readonly connectMs: number;
};

/** The only way a check reaches out: every connection goes to an address that was tested right before. */
export type Network = {
  /** Throws a problem when no entry permits the target; says nothing about where a name leads. */
  readonly assertPermitted: (target: Target) => void;
  /** An open socket to a permitted target, destroyed when the signal aborts. Rejects with a problem or the signal's reason. */
  readonly connect: (
    place: Place,
    signal: AbortSignal,
    onOpen?: (how: Connecting) => void,
  ) => Promise<Socket>;
  /** Puts TLS on an open socket; the name is checked against the certificate unless `options` say otherwise. */
  readonly secure: (input: SecureInput, signal: AbortSignal) => Promise<TLSSocket>;
  /** A network that may reach these places and no others, with the trust given: for what a file of the environment leads to. */
  readonly towards: (given: Pick<NetworkOptions, 'permits' | 'ca' | 'identity'>) => Network;
};

export type SecureInput = {
  readonly socket: Socket;
  /** Name the certificate must carry, and the one asked for (SNI) unless it is an address. */
  readonly servername: string;
  readonly options?: Pick<ConnectionOptions, 'rejectUnauthorized' | 'ALPNProtocols' | 'checkServerIdentity'>;
};

const permitFor = (permits: readonly Permit[], target: Target): Permit => {
  const permit = findPermit(permits, target);
  if (permit) return permit;
  const address = normaliseHost(target.host)?.address;
  if (address && classifyAddress(address) === 'never') {
    throw ourFault(`${nameTarget(target)} is never reachable (metadata or link-local address)`, 'blocked', {
      scope: 'target',
    });
  }
  throw ourFault(`${nameTarget(target)} is not allowed for this environment`, 'blocked', { scope: 'target' });
};

const assertAddress = ({ address }: ResolvedAddress, permit: Permit, name: string): void => {
  const parsed = parseAddress(address);
  const addressClass = parsed ? classifyAddress(parsed) : 'never';
  if (addressClass === 'reachable' || (addressClass === 'loopback' && permit.isLoopback)) return;
  throw ourFault(`${name} leads to ${address}, which is not allowed`, 'blocked', { scope: 'target' });
};

/** Ends when the signal does, whatever the promise is doing; the promise never rejects unheard. */
export const untilAborted = async <T>(promise: Promise<T>, signal: AbortSignal): Promise<T> => {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
};

/** The try's signal ends the socket, also when it fired while the socket was being opened. */
const bindTo = (socket: Socket, signal: AbortSignal): Socket => {
  const end = (): void => void socket.destroy();
  signal.addEventListener('abort', end, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', end));
  if (signal.aborted) end();
  return socket;
};

const opened = <S extends Socket>(
  socket: S,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
): Promise<S> =>
  untilAborted(
    new Promise<S>((resolve, reject) => {
      socket.once(event, () => {
        resolve(socket);
      });
      // Stays for the socket's life: an error before its user listens, or after, must not end the process.
      socket.on('error', reject);
      socket.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    }),
    signal,
  ).catch((error: unknown) => {
    socket.destroy();
    throw error;
  });

// The addresses were tested; handing out these and no others leaves no gap for a name that changes its mind.
const fixedLookup =
  (addresses: readonly ResolvedAddress[]): LookupFunction =>
  (_host, options, callback) => {
    const [first] = addresses;
    if (options.all || !first) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };

const defaultLookup: Lookup = (host) => systemLookup(host, { all: true, verbatim: true });

type Resolving = { readonly place: Place; readonly permit: Permit; readonly signal: AbortSignal };

const resolveAll = async (
  lookup: Lookup,
  { place, permit, signal }: Resolving,
): Promise<readonly ResolvedAddress[]> => {
  const host = normaliseHost(place.host);
  const name = nameTarget(place);
  if (host?.address)
    return [{ address: host.address.toString(), family: host.address.kind() === 'ipv4' ? 4 : 6 }];
  const addresses = await untilAborted(lookup(host?.name ?? place.host), signal);
  for (const address of addresses) assertAddress(address, permit, name);
  if (addresses.length === 0) throw Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
  return addresses;
};

export const createNetwork = ({
  permits,
  lookup = defaultLookup,
  ca,
  identity,
}: NetworkOptions): Network => ({
  assertPermitted: (target) => void permitFor(permits, target),
  connect: async (place, signal, onOpen) => {
    const permit = permitFor(permits, place);
    const isName = normaliseHost(place.host)?.address === undefined;
    try {
      const lookedUp = startTimer();
      const addresses = await resolveAll(lookup, { place, permit, signal });
      const dnsMs = lookedUp();
      const connected = startTimer();
      const socket = connectSocket({
        host: normaliseHost(place.host)?.name ?? place.host,
        port: place.port,
        lookup: fixedLookup(addresses),
        autoSelectFamily: true,
      });
      const open = await opened(socket, 'connect', signal);
      const address = open.remoteAddress ?? '';
      onOpen?.({ address, ...(isName && { dnsMs }), connectMs: connected() });
      return bindTo(open, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw problemOf(error, nameTarget(place));
    }
  },
  secure: async ({ socket, servername, options }, signal) => {
    const isAddress = normaliseHost(servername)?.address !== undefined;
    const secured = connectTls({
      socket,
      // `host` is what the certificate is checked against when SNI stays unset, as it must for an address.
      host: servername,
      ...(!isAddress && { servername }),
      ...(ca && { ca: [...ca] }),
      ...identity,
      ...options,
    });
    try {
      return await opened(secured, 'secureConnect', signal);
    } catch (error) {
      socket.destroy();
      throw error;
    }
  },
  towards: (given) => createNetwork({ lookup, ...(ca && { ca }), ...given }),
});
