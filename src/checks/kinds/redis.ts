import type { Socket } from 'node:net';
import { AbstractConnector, Redis } from 'ioredis';
import { z } from 'zod';
import type { Json, JsonObject } from '../../lib/json.ts';
import { plain, show } from '../../lib/matching/rule.ts';
import { placeholdersIn } from '../../lib/placeholders.ts';
import { defineCheck, missingHost, type CheckContext, type NeedsContext } from '../check.ts';
import { nameTarget, portOf, type Target } from '../guard/hosts.ts';
import { limitBytes } from '../guard/limit.ts';
import { CheckProblem, ourFault, problemOf } from '../problem.ts';
import { decodeText } from '../redact.ts';

const params = z.strictObject({
  connection: z.string().min(1).describe('redis:// or rediss:// connection string, as a rule ${secret}.'),
  command: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe('PING, INFO [section], DBSIZE, LLEN key, ZCARD key or TTL key; its answer is reply.'),
});

type Params = z.output<typeof params>;

const MAX_BYTES = 1024 * 1024;

/** Command -> how many arguments it takes. They read, and their answers are small. */
const COMMANDS: ReadonlyMap<string, readonly [least: number, most: number]> = new Map([
  ['PING', [0, 0]],
  ['INFO', [0, 1]],
  ['DBSIZE', [0, 0]],
  ['LLEN', [1, 1]],
  ['ZCARD', [1, 1]],
  ['TTL', [1, 1]],
]);

const splitCommand = (command: string): readonly [name: string, args: readonly string[]] => {
  const [first = '', ...args] = command.trim().split(/\s+/);
  const name = first.toUpperCase();
  const limits = COMMANDS.get(name);
  if (!limits) throw ourFault(`${name} is not among ${[...COMMANDS.keys()].join(', ')}`, 'command_refused');
  const [least, most] = limits;
  if (args.length < least || args.length > most) {
    throw ourFault(`${name} takes ${most === 0 ? 'no' : most} argument`, 'command_refused');
  }
  return [name, args];
};

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

const nameServer = (connection: string): string => {
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

const numeric = (text: string): Json =>
  /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,6})?$/.test(text) ? Number(text) : text;

/** `field:value` lines as an object; numbers as numbers. */
export const parseInfo = (text: string): JsonObject =>
  Object.fromEntries(
    text.split(/\r?\n/).flatMap((line) => {
      const colon = line.indexOf(':');
      return colon > 0 && !line.startsWith('#')
        ? [[line.slice(0, colon), numeric(line.slice(colon + 1))]]
        : [];
    }),
  );

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

const call = async (client: Redis, name: string, args: readonly string[]): Promise<Json> => {
  const reply: unknown = await client.call(name, ...args);
  return typeof reply === 'number' || typeof reply === 'string' ? reply : String(reply);
};

const converse = async (client: Redis, command: string | undefined): Promise<JsonObject> => {
  const asked = command === undefined ? undefined : splitCommand(command);
  await client.connect();
  const ping = await call(client, 'PING', []);
  const info = parseInfo(plain(await call(client, 'INFO', [])));
  return { ping, info, ...(asked && { reply: await call(client, ...asked) }) };
};

const needs = ({ connection }: Params, context: NeedsContext): readonly string[] =>
  placeholdersIn(connection).length > 0 || !isRedisUrl(connection)
    ? []
    : missingHost(parseLogin(connection).place, context);

/** A Redis server: whether it answers, what it says of itself, and one reading command. */
export const redis = defineCheck({
  kind: 'redis',
  title: 'A Redis server answers, and a reading command finds what it should.',
  params,
  defaultTimeoutMs: 5000,
  defaultRetries: 2,
  observation: {
    ping: 'PONG',
    'info.<field>': 'every field of INFO; numbers as numbers',
    reply: 'answer of the command; absent without one',
  },
  passes: { ping: 'PONG' },
  target: ({ connection }) => nameServer(connection),
  needs,
  run: async ({ connection, command }, context) => {
    if (command !== undefined) splitCommand(command);
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
      return {
        observation: await Promise.race([converse(client, command), limitBytes(socket, MAX_BYTES, name)]),
      };
    } catch (error) {
      context.signal.throwIfAborted();
      throw redisProblem(refusal ?? error, name, socket);
    } finally {
      client.disconnect();
      socket.destroy();
    }
  },
  say: ({ ping = null, reply }) => (reply === undefined ? plain(ping) : show(reply)),
});
