import type { Socket } from 'node:net';
import { AbstractConnector, Redis } from 'ioredis';
import type { Json } from '../../lib/json.ts';
import { placeholdersIn } from '../../lib/placeholders.ts';
import { missingHost, type CheckContext, type NeedsContext } from '../check.ts';
import { nameTarget, portOf, type Target } from '../guard/hosts.ts';
import { limitBytes } from '../guard/limit.ts';
import { CheckProblem, ourFault, problemOf } from '../problem.ts';
import { decodeText } from '../redact.ts';

const MAX_BYTES = 1024 * 1024;

type Login = {
  readonly place: Required<Target>;
  readonly isSecure: boolean;
  readonly username: string;
  readonly password: string;
  readonly db: number;
};

const isRedisUrl = (connection: string): boolean =>
  /^rediss?:\/\/[^/?#]/i.test(connection) && URL.canParse(connection);

const parseLogin = (connection: string): Login => {
  if (!isRedisUrl(connection))
    throw ourFault('connection: it is not a URL such as redis://host:6379/0', 'bad_connection');
  const url = new URL(connection);
  const db = /^\/?(\d{0,4})$/.exec(url.pathname)?.[1];
  if (db === undefined) throw ourFault('connection: the database has to be a number', 'bad_connection');
  return {
    place: { host: url.hostname, port: portOf(url) ?? 6379 },
    isSecure: url.protocol === 'rediss:',
    username: decodeText(url.username),
    password: decodeText(url.password),
    db: Number(db),
  };
};

/** Host and port of a connection string, for people; never its login. */
export const nameServer = (connection: string): string => {
  if (!isRedisUrl(connection)) return 'the server';
  const url = new URL(connection);
  return nameTarget({ host: url.hostname, port: portOf(url) ?? 6379 });
};

/** Hands the driver a socket that is already connected, to an address that was tested. */
const connectorFor = (socket: Socket): new () => AbstractConnector =>
  class extends AbstractConnector {
    constructor() {
      super(0);
    }

    override connect(): Promise<Socket> {
      this.stream = socket;
      return Promise.resolve(socket);
    }
  };

const openSocket = async ({ place, isSecure }: Login, { network, signal }: CheckContext): Promise<Socket> => {
  const socket = await network.connect(place, signal);
  return isSecure ? network.secure({ socket, servername: place.host }, signal) : socket;
};

const createClient = (login: Login, socket: Socket): Redis =>
  new Redis({
    lazyConnect: true,
    Connector: connectorFor(socket),
    host: login.place.host,
    port: login.place.port,
    ...(login.username !== '' && { username: login.username }),
    ...(login.password !== '' && { password: login.password }),
    db: login.db,
    // One connection, one try: what happens next is decided by the engine.
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    disableClientInfo: true,
    protocol: 2,
  });

// The first word of a refusal is its code, by the protocol.
const MEANINGS: Readonly<Record<string, ConstructorParameters<typeof CheckProblem>[1]>> = {
  NOAUTH: { outcome: 'error', code: 'login_refused' },
  WRONGPASS: { outcome: 'error', code: 'login_refused' },
  NOPERM: { outcome: 'error', code: 'not_permitted' },
  LOADING: { outcome: 'fail', code: 'starting_up', isTransport: true },
  MASTERDOWN: { outcome: 'fail', code: 'master_down', isTransport: true },
};

const redisProblem = (error: unknown, name: string, socket: Socket): CheckProblem => {
  if (error instanceof Error && error.name === 'ReplyError') {
    const code = /^[A-Z]+/.exec(error.message)?.[0] ?? 'ERR';
    const meaning = MEANINGS[code] ?? { outcome: 'error' as const, code: `redis_${code.toLowerCase()}` };
    return new CheckProblem(`${name}: ${error.message}`, { ...meaning, cause: error });
  }
  const isLost = socket.destroyed && !(error instanceof CheckProblem);
  if (!isLost) return problemOf(error, name);
  return new CheckProblem(`${name} closed the connection`, {
    outcome: 'fail',
    code: 'connection_lost',
    isTransport: true,
    cause: error,
  });
};

/** Carries out one reading command. A list comes back as a list, anything else as a number or text; nothing as null. */
export type Call = (name: string, ...args: readonly string[]) => Promise<Json>;

const plainReply = (reply: unknown): Json => {
  if (Array.isArray(reply)) return reply.map((one: unknown) => plainReply(one));
  if (reply === null || reply === undefined) return null;
  // The protocol has nothing else: a boolean or a map would be of a newer one.
  return typeof reply === 'number' || typeof reply === 'string' ? reply : null;
};

/** What an environment still has to give before a server can be asked. */
export const missingServer = (connection: string, context: NeedsContext): readonly string[] =>
  placeholdersIn(connection).length > 0 || !isRedisUrl(connection)
    ? []
    : missingHost(parseLogin(connection).place, context);

const converse = async <T>(client: Redis, use: (call: Call) => Promise<T>): Promise<T> => {
  await client.connect();
  return use(async (name, ...args) => plainReply(await client.call(name, ...args)));
};

/** A fresh connection for one try, at most 1 MiB of answers; gone afterwards. */
export const withRedis = async <T>(
  connection: string,
  context: CheckContext,
  use: (call: Call) => Promise<T>,
): Promise<T> => {
  const login = parseLogin(connection);
  const name = nameServer(connection);
  const socket = await openSocket(login, context);
  const client = createClient(login, socket);
  let refusal: unknown;
  client.on('error', (error: unknown) => {
    // A refused login ends the connection; only the event says that it was refused.
    refusal ??= error;
    context.log.debug({ err: error, target: name }, 'check_connection_error');
  });
  try {
    return await Promise.race([converse(client, use), limitBytes(socket, MAX_BYTES, name)]);
  } catch (error) {
    context.signal.throwIfAborted();
    throw redisProblem(refusal ?? error, name, socket);
  } finally {
    client.disconnect();
    socket.destroy();
  }
};
