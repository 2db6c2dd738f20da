import { z } from 'zod';
import type { Json, JsonObject } from '../../../lib/json.ts';
import { formatDuration } from '../../../lib/matching/units.ts';
import { numberOf, type Incomplete, type Measured } from '../../check.ts';
import { errorCodeOf } from '../../problem.ts';
import { durationParam } from '../../params.ts';
import { quotedTable } from './names.ts';
import { counted, definePreset, notAvailable, oneRow, type PresetSession, textOf } from './preset.ts';

const MONITOR = 'grant pg_monitor to the login';

// On a replica: how old what it replayed last is, unless it is connected and has replayed all it was sent.
const REPLICA = `
SELECT pg_is_in_recovery() AS is_replica,
  EXISTS (SELECT 1 FROM pg_catalog.pg_stat_wal_receiver) AS receiving,
  CASE WHEN NOT pg_is_in_recovery() THEN NULL
       WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_stat_wal_receiver) AND pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
       ELSE (extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000)::bigint END AS lag,
  CASE WHEN NOT pg_is_in_recovery() THEN NULL
       ELSE pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())::bigint END AS bytes`;

// A replica that is idle and has everything reports no replay_lag: what counts then is that no byte is missing.
const PRIMARY = `
SELECT application_name::text AS name, state::text AS state, sync_state::text AS sync,
  pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::bigint AS bytes,
  CASE WHEN replay_lag IS NOT NULL THEN (extract(epoch FROM replay_lag) * 1000)::bigint
       WHEN replay_lsn = pg_current_wal_lsn() THEN 0 END AS lag
FROM pg_catalog.pg_stat_replication ORDER BY 1`;

/** The worst of several; undefined when one of them is not known. */
const worst = (rows: readonly JsonObject[], key: string): number | undefined => {
  const values = rows.map((row) => row[key]);
  return values.length > 0 && values.every((value) => typeof value === 'number')
    ? Math.max(...values)
    : undefined;
};

const primaryLag = (rows: readonly JsonObject[]): Measured => {
  const [lag, bytes] = [worst(rows, 'lag'), worst(rows, 'bytes')];
  const reason = rows.length === 0 ? 'cannot be told: no replica is connected' : `is not shown: ${MONITOR}`;
  return {
    observation: {
      role: 'primary',
      replicas: rows.length,
      ...(lag !== undefined && { lag }),
      ...(bytes !== undefined && { bytes }),
      connected: rows,
    },
    incomplete: [
      ...(lag === undefined ? [{ key: 'lag', reason }] : []),
      ...(bytes === undefined ? [{ key: 'bytes', reason }] : []),
    ],
  };
};

const replicaLag = ({ lag, bytes, receiving }: JsonObject): Measured => ({
  observation: {
    role: 'replica',
    receiving: receiving === true,
    ...(typeof lag === 'number' && { lag }),
    ...(typeof bytes === 'number' && { bytes }),
  },
  incomplete:
    typeof lag === 'number' ? [] : [{ key: 'lag', reason: 'cannot be told: nothing was replayed yet' }],
});

export const replicationLag = definePreset({
  title: 'Replicas are connected and not far behind; asked of the primary or of a replica.',
  params: z.strictObject({
    within: durationParam.optional().describe('How far the slowest may be behind, such as 30s.'),
    replicas: z.int().min(1).optional().describe('How many replicas the primary has at least.'),
  }),
  observation: {
    role: 'primary or replica: who was asked',
    lag: 'milliseconds the slowest replica is behind',
    bytes: 'bytes of write-ahead log it has not replayed; on a replica, of what it has received',
    replicas: 'replicas that are connected to the primary',
    'connected[i].name': 'application_name of each; besides state, sync, bytes and lag',
    receiving: 'on a replica: whether it is connected to its primary',
  },
  demands: ({ within, replicas }) => ({
    lag: within === undefined ? { gte: 0 } : { lte: `${within}ms` },
    ...(replicas !== undefined && { replicas: { gte: replicas } }),
  }),
  measure: async (_, session) => {
    if (session.dialect === 'cockroachdb')
      throw notAvailable('CockroachDB has no replication lag to ask for: look at under-replicated ranges');
    const row = await oneRow(session, REPLICA);
    return row['is_replica'] === true ? replicaLag(row) : primaryLag(await session.ask(PRIMARY));
  },
  say: ({ lag, role }) => `${formatDuration(numberOf(lag))} behind (asked the ${textOf(role)})`,
});

// Without pg_monitor the sessions of others are counted but not described.
const SESSIONS = `
SELECT count(*)::int AS used, current_setting('max_connections')::int AS max,
  (count(*) FILTER (WHERE datname = current_database()))::int AS database,
  (count(*) FILTER (WHERE state = 'active'))::int AS active,
  (count(*) FILTER (WHERE state = 'idle'))::int AS idle,
  (count(*) FILTER (WHERE state LIKE 'idle in transaction%'))::int AS idle_in_transaction,
  (count(*) FILTER (WHERE wait_event_type = 'Lock'))::int AS waiting_for_lock,
  coalesce((extract(epoch FROM clock_timestamp() - min(xact_start) FILTER (WHERE pid <> pg_backend_pid())) * 1000)::bigint, 0)
    AS longest_transaction,
  (count(*) FILTER (WHERE backend_type IS NULL))::int AS hidden
FROM pg_catalog.pg_stat_activity
WHERE datid IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend'`;

const DESCRIBED = ['active', 'idle', 'idle_in_transaction', 'waiting_for_lock', 'longest_transaction'];

const percentOf = (part: Json | undefined, whole: Json | undefined): number | undefined =>
  typeof part === 'number' && typeof whole === 'number' && whole > 0
    ? Math.round((part / whole) * 1000) / 10
    : undefined;

const cockroachSessions = async ({ ask }: PresetSession): Promise<Measured> => {
  const rows = await ask('SHOW SESSIONS');
  const reason = 'cannot be told: CockroachDB limits connections per node';
  return {
    observation: { used: rows.length },
    incomplete: ['percent', 'max'].map((key) => ({ key, reason })),
  };
};

const hiddenStates = (hidden: Json | undefined): readonly Incomplete[] =>
  hidden === 0
    ? []
    : DESCRIBED.map((key) => ({ key, reason: `may be more: other sessions are hidden; ${MONITOR}` }));

export const connections = definePreset({
  title: 'Connections of the server, and of one pool, are not running out.',
  params: z.strictObject({
    at_most: z
      .number()
      .min(1)
      .max(100)
      .optional()
      .describe('Percent that may be in use: of the pool where it is given, else of max_connections.'),
    pool: z
      .int()
      .min(1)
      .optional()
      .describe("Size of the application's pool; all sessions of its database count as in use."),
  }),
  observation: {
    used: 'connections in use on the server',
    max: 'max_connections',
    percent: 'used of max in percent',
    database: 'connections to this database',
    pool_percent: 'those of the pool in percent; absent without pool',
    'active, idle, idle_in_transaction, waiting_for_lock': 'sessions in that state; need pg_monitor',
    longest_transaction:
      'milliseconds the oldest open transaction of others has lasted, 0 when there is none; needs pg_monitor',
  },
  demands: ({ at_most: atMost, pool }) =>
    pool === undefined
      ? { percent: atMost === undefined ? { lt: 100 } : { lte: atMost } }
      : { pool_percent: atMost === undefined ? { lt: 100 } : { lte: atMost } },
  measure: async ({ pool }, session) => {
    if (session.dialect === 'cockroachdb') return cockroachSessions(session);
    const { hidden, ...row } = await oneRow(session, SESSIONS);
    const [percent, ofPool] = [percentOf(row['used'], row['max']), percentOf(row['database'], pool)];
    return {
      observation: {
        ...row,
        ...(percent !== undefined && { percent }),
        ...(ofPool !== undefined && { pool_percent: ofPool }),
      },
      incomplete: hiddenStates(hidden),
    };
  },
  say: ({ used, max, percent, pool_percent: ofPool }) =>
    ofPool === undefined
      ? `${textOf(used)} of ${textOf(max)} (${textOf(percent)} %)`
      : `${textOf(ofPool)} % of the pool`,
});

const INSTALLED = `
SELECT n.nspname::text AS schema, a.attname::text AS mean
FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
JOIN pg_catalog.pg_class c ON c.relname = 'pg_stat_statements' AND c.relnamespace = n.oid
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('mean_exec_time', 'mean_time')
WHERE e.extname = 'pg_stat_statements'`;

const REMEDY =
  'pg_stat_statements is not installed: name it in shared_preload_libraries, restart, and CREATE EXTENSION pg_stat_statements';

/** Created, but not among the libraries the server loads at its start. */
const notLoaded = (error: unknown): never => {
  throw errorCodeOf(error) === '55000' ? notAvailable(REMEDY) : error;
};

/** Before PostgreSQL 13 the times had other names. */
const slowest = async (session: PresetSession, calls: number): Promise<readonly JsonObject[]> => {
  const { schema, mean } = await oneRow(session, INSTALLED);
  if (typeof schema !== 'string') throw notAvailable(REMEDY);
  const suffix = mean === 'mean_time' ? 'time' : 'exec_time';
  return session
    .ask(
      `SELECT left(query, 200) AS query, calls, mean_${suffix} AS mean, max_${suffix} AS max, total_${suffix} AS total
     FROM ${quotedTable(schema, 'pg_stat_statements')}
     WHERE calls >= $1::bigint AND dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
     ORDER BY 3 DESC LIMIT 20`,
      [calls],
    )
    .catch(notLoaded);
};

export const slowQueries = definePreset({
  title: 'The slowest statements, on average, are fast enough (pg_stat_statements).',
  params: z.strictObject({
    within: durationParam.optional().describe('How long the slowest may take on average, such as 500ms.'),
    calls: z
      .int()
      .min(1)
      .default(5)
      .describe('Only statements that ran at least so often since the statistics were reset; default 5.'),
  }),
  observation: {
    mean: 'milliseconds the slowest takes on average; absent when no statement ran often enough',
    'slowest[i].mean': 'the 20 slowest: query, calls, and mean, max, total in milliseconds',
  },
  demands: ({ within }) => ({ mean: within === undefined ? { gte: 0 } : { lte: `${within}ms` } }),
  measure: async ({ calls }, session) => {
    if (session.dialect === 'cockroachdb')
      throw notAvailable('CockroachDB has no pg_stat_statements: look at the SQL Activity page');
    const rows = await slowest(session, calls);
    const mean = rows[0]?.['mean'];
    return { observation: { ...(typeof mean === 'number' && { mean }), slowest: rows } };
  },
  say: ({ mean, slowest: rows }) =>
    `slowest takes ${formatDuration(numberOf(mean))} on average, of ${counted(Array.isArray(rows) ? rows.length : 0, 'statement')}`,
});
