import type { Socket } from 'node:net';
import pg from 'pg';
import type { Json, JsonObject } from '../../lib/json.ts';
import type { CheckContext } from '../check.ts';
import { limitBytes } from '../guard/limit.ts';
import { CheckProblem, ourFault, problemOf } from '../problem.ts';
import { nameDatabase, openDatabase, type SqlLogin } from './connection.ts';
import type { QueryShape } from './policy.ts';
import { parserOf } from './values.ts';

/** Most rows that are read; one more is fetched to know that there are more. */
export const MAX_ROWS = 200;
const MAX_BYTES = 8 * 1024 * 1024;

export type Statement = {
  readonly text: string;
  readonly values: readonly Json[];
  readonly shape: QueryShape;
};

export type SqlAnswer = {
  readonly rows: readonly JsonObject[];
  readonly columns: readonly string[];
  /** There were more rows than are read. */
  readonly isCut: boolean;
};

/** Carries out one statement that was judged before. */
export type Ask = (statement: Statement) => Promise<SqlAnswer>;

/** Whom to talk to. `isUtc`: times without a zone are read as UTC; absent: as the database has it. */
export type Conversation = { readonly login: SqlLogin; readonly isUtc?: boolean };

type SqlMeaning = ConstructorParameters<typeof CheckProblem>[1];

const down = (code: string): SqlMeaning => ({ outcome: 'fail', code, isTransport: true });
const refusedLogin = (code: string): SqlMeaning => ({ outcome: 'error', code });

// SQLSTATE -> meaning. What the schema lacks is a finding about the target; what we may not do is ours to repair.
const MEANINGS: Readonly<Record<string, SqlMeaning>> = {
  '57014': { outcome: 'timed_out', code: 'timed_out', isTransport: true, scope: 'check' },
  '55P03': { outcome: 'timed_out', code: 'lock_timeout', isTransport: true, scope: 'check' },
  '53300': down('too_many_connections'),
  '57P01': down('shutting_down'),
  '57P02': down('shutting_down'),
  '57P03': down('starting_up'),
  '28P01': refusedLogin('login_refused'),
  '28000': refusedLogin('login_refused'),
  '3D000': refusedLogin('no_such_database'),
  '42P01': { outcome: 'fail', code: 'no_such_relation', scope: 'check' },
  '42703': { outcome: 'fail', code: 'no_such_column', scope: 'check' },
  '3F000': { outcome: 'fail', code: 'no_such_schema', scope: 'check' },
};

const meaningOf = (state: string): SqlMeaning =>
  MEANINGS[state] ??
  (state.startsWith('08')
    ? down('connection_lost')
    : { outcome: 'error', code: `sql_${state.toLowerCase()}`, scope: 'check' });

const sqlProblem = (error: unknown, name: string, socket: Socket): CheckProblem => {
  if (error instanceof pg.DatabaseError) {
    const meaning = meaningOf(error.code ?? 'unknown');
    return new CheckProblem(`${name}: ${error.message}`, { ...meaning, cause: error });
  }
  // The driver has no code for a connection that ended under it; the socket tells.
  const isLost = socket.destroyed && !(error instanceof CheckProblem);
  return isLost
    ? new CheckProblem(`${name} closed the connection`, { ...down('connection_lost'), cause: error })
    : problemOf(error, name);
};

/** The driver wants to connect its socket itself; ours is connected, to an address that was tested. */
const alreadyConnected = (socket: Socket): Socket =>
  Object.assign(socket, {
    connect: () => {
      process.nextTick(() => socket.emit('connect'));
      return socket;
    },
  });

const createClient = (login: SqlLogin, socket: Socket): pg.Client =>
  new pg.Client({
    host: login.place.host,
    port: login.place.port,
    user: login.user,
    database: login.database,
    // A function, and every other field too: the driver fills gaps from the worker's PG* variables and ~/.pgpass.
    password: () => login.password,
    ssl: false,
    application_name: 'tminus',
    stream: () => alreadyConnected(socket),
    types: { getTypeParser: ((oid: number) => parserOf(oid)) as typeof pg.types.getTypeParser },
    ...(login.options !== undefined && { options: login.options }),
  });

const run = (client: pg.Client, text: string, values: readonly Json[] = []) => {
  // Extended protocol whatever the driver would choose: one statement a message, so nothing can follow a semicolon.
  const query = { text, values: [...values], queryMode: 'extended' };
  return client.query<Record<string, Json>>(query);
};

const assertOrdinaryLogin = async (client: pg.Client, name: string): Promise<void> => {
  const { rows } = await run(client, "SELECT pg_catalog.current_setting('is_superuser', true) AS super");
  if (rows[0]?.['super'] !== 'on') return;
  throw ourFault(`${name}: the login is a superuser; give checks a role that can only read`, 'superuser', {
    scope: 'target',
  });
};

const CURSOR = 'tminus_check';

const fetchRows = async (client: pg.Client, { text, values, shape }: Statement) => {
  if (shape === 'plan') return run(client, text, values);
  await run(client, `DECLARE ${CURSOR} NO SCROLL CURSOR FOR ${text}`, values);
  const result = await run(client, `FETCH FORWARD ${MAX_ROWS + 1} FROM ${CURSOR}`);
  await run(client, `CLOSE ${CURSOR}`);
  return result;
};

const answerOf = ({ rows, fields }: pg.QueryResult<Record<string, Json>>): SqlAnswer => ({
  rows: rows.slice(0, MAX_ROWS),
  columns: fields.map((field) => field.name),
  isCut: rows.length > MAX_ROWS,
});

const begin = async (client: pg.Client, { isUtc }: Conversation, timeoutMs: number): Promise<void> => {
  await run(client, 'BEGIN TRANSACTION READ ONLY');
  const timeout = Math.max(1, Math.round(timeoutMs));
  for (const setting of ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']) {
    await run(client, `SET LOCAL ${setting} = ${timeout}`);
  }
  await run(client, "SET LOCAL intervalstyle = 'postgres'");
  await run(client, "SET LOCAL datestyle = 'ISO, MDY'");
  if (isUtc === true) await run(client, "SET LOCAL timezone = 'UTC'");
};

const converse = async <T>(
  client: pg.Client,
  conversation: Conversation,
  { use, name, timeoutMs }: { use: (ask: Ask) => Promise<T>; name: string; timeoutMs: number },
): Promise<T> => {
  await client.connect();
  await assertOrdinaryLogin(client, name);
  await begin(client, conversation, timeoutMs);
  const result = await use(async (statement) => answerOf(await fetchRows(client, statement)));
  await run(client, 'ROLLBACK');
  return result;
};

/**
 * Carries out judged statements, one after the other, on a fresh connection: a login that is no superuser, one read-only
 * transaction, timeouts of the try's length, at most 200 rows each and 8 MiB in all. The connection is gone afterwards,
 * and with it whatever it held.
 */
export const withDatabase = async <T>(
  conversation: Conversation,
  context: CheckContext,
  use: (ask: Ask) => Promise<T>,
): Promise<T> => {
  const { network, signal, timeoutMs, log } = context;
  const { login } = conversation;
  const name = nameDatabase(`postgres://${login.place.host}:${login.place.port}/${login.database}`);
  const socket = await openDatabase(login, network, signal);
  const client = createClient(login, socket);
  client.on('error', (error) => log.debug({ err: error, target: name }, 'check_connection_error'));
  try {
    return await Promise.race([
      converse(client, conversation, { use, name, timeoutMs }),
      limitBytes(socket, MAX_BYTES, name),
    ]);
  } catch (error) {
    signal.throwIfAborted();
    throw sqlProblem(error, name, socket);
  } finally {
    socket.destroy();
  }
};
