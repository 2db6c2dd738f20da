import type { Socket } from 'node:net';
import { nameTarget, portOf, type Target } from '../guard/hosts.ts';
import { untilAborted, type Network } from '../guard/network.ts';
import { CheckProblem, ourFault } from '../problem.ts';
import { decodeText } from '../redact.ts';

/** How libpq's sslmode is read: whether TLS is asked for, insisted on, and what its certificate must prove. */
export type TlsMode = 'off' | 'preferred' | 'required' | 'verify-ca' | 'verify-full';

/** A connection string, taken apart by us: what the driver would read from files or variables has no way in. */
export type SqlLogin = {
  readonly place: Required<Target>;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly tls: TlsMode;
  /** `options` of the connection string, e.g. a cluster name; absent: none. */
  readonly options?: string;
};

const TLS_MODES: ReadonlyMap<string, TlsMode> = new Map([
  ['disable', 'off'],
  ['allow', 'preferred'],
  ['prefer', 'preferred'],
  ['require', 'required'],
  ['no-verify', 'required'],
  ['verify-ca', 'verify-ca'],
  ['verify-full', 'verify-full'],
]);

const bad = (message: string): CheckProblem => ourFault(`connection: ${message}`, 'bad_connection');

const tlsMode = (url: URL): TlsMode => {
  const rootCert = url.searchParams.get('sslrootcert');
  if (rootCert === 'system') return 'verify-full';
  if (rootCert !== null)
    throw bad('sslrootcert is not supported; give the certificate with NODE_EXTRA_CA_CERTS');
  const name = url.searchParams.get('sslmode') ?? 'prefer';
  const mode = TLS_MODES.get(name);
  if (!mode) throw bad(`sslmode ${name} is not known`);
  return mode;
};

/** Reads `postgres://user:password@host:port/database?sslmode=...`. Throws a problem that names no part of it. */
export const parseLogin = (connection: string): SqlLogin => {
  if (!URL.canParse(connection)) throw bad('it is not a URL such as postgres://user@host/database');
  const url = new URL(connection);
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:')
    throw bad('it has to begin with postgres://');
  if (url.hostname === '' || url.searchParams.has('host'))
    throw bad('it has to name its host (no Unix sockets)');
  if (url.username === '') throw bad('it has to name a user');
  const user = decodeText(url.username);
  const options = url.searchParams.get('options');
  return {
    place: { host: url.hostname, port: portOf(url) ?? 5432 },
    user,
    password: decodeText(url.password),
    database: decodeText(url.pathname.slice(1)) || user,
    tls: tlsMode(url),
    ...(options !== null && { options }),
  };
};

/** The place and database of a connection string, for people; never user or password. */
export const nameDatabase = (connection: string): string => {
  if (!URL.canParse(connection)) return 'the database';
  const url = new URL(connection);
  const port = portOf(url);
  return `${nameTarget({ host: url.hostname, ...(port !== undefined && { port }) })}${url.pathname === '/' ? '' : decodeText(url.pathname)}`;
};

const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** Asks the server whether it speaks TLS, as every Postgres client does before it says who it is. */
export const offersTls = async (socket: Socket, signal: AbortSignal): Promise<boolean> => {
  const answer = untilAborted(
    new Promise<Buffer>((resolve, reject) => {
      socket.once('data', resolve);
      socket.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    }),
    signal,
  );
  socket.write(SSL_REQUEST);
  const bytes = await answer;
  // More than the one byte would be text smuggled in before the encryption begins.
  if (bytes.length === 1 && (bytes[0] === 0x53 || bytes[0] === 0x4e)) return bytes[0] === 0x53;
  throw new CheckProblem('the server does not speak the PostgreSQL protocol', {
    outcome: 'fail',
    code: 'not_postgres',
  });
};

const tlsOptions = (mode: TlsMode) => {
  if (mode === 'verify-full') return {};
  return mode === 'verify-ca' ? { checkServerIdentity: () => undefined } : { rejectUnauthorized: false };
};

/** An open socket to a database server, encrypted as its connection string asks. */
export const openDatabase = async (
  login: SqlLogin,
  network: Network,
  signal: AbortSignal,
): Promise<Socket> => {
  const socket = await network.connect(login.place, signal);
  if (login.tls === 'off') return socket;
  try {
    if (await offersTls(socket, signal)) {
      const { host } = login.place;
      return await network.secure({ socket, servername: host, options: tlsOptions(login.tls) }, signal);
    }
    if (login.tls === 'preferred') return socket;
    throw new CheckProblem('the server does not offer TLS', { outcome: 'error', code: 'no_tls' });
  } catch (error) {
    socket.destroy();
    throw error;
  }
};
