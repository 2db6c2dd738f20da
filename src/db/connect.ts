import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Log } from '../lib/log.ts';
import type { Schema } from './schema.ts';

export type Db = Kysely<Schema>;

export type Database = { readonly db: Db; readonly pool: pg.Pool; readonly close: () => Promise<void> };

/**
 * One pool and its query builder. `name` shows in pg_stat_activity; `max` connections at most. Waiting for a free
 * connection ends after five seconds, so that a person is told "not saved, try again" instead of nothing.
 */
export const connect = (
  url: string,
  { name, max, log }: { name: string; max: number; log: Log },
): Database => {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: `tminus-${name}`,
    connectionTimeoutMillis: 5000,
    idleTimeoutMillis: 30_000,
    // A server that vanished without a word is noticed in minutes, not in the hours most systems take.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  // A connection that breaks while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', (err) => log.warn({ err, pool: name }, 'database_connection_lost'));
  // The same for one that breaks while it is lent out, between two statements: the next statement fails and says so.
  pool.on('connect', (client) =>
    client.on('error', (err) => log.debug({ err, pool: name }, 'connection_broke')),
  );
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  return { db, pool, close: () => db.destroy() };
};
