import { randomInt } from 'node:crypto';
import type { RawBuilder, ReferenceExpression } from 'kysely';
import { sql } from 'kysely';
import pg from 'pg';
import type { Log } from '../lib/log.ts';
import { SECOND } from '../lib/time.ts';
import type { Schema } from './schema.ts';

/** First half of the advisory lock every process holds; the second is the process's key. */
const LOCK_CLASS = 0x746d696e;
const KEYS = 2 ** 31 - 1;
const RETRY_MS = SECOND;

/** A process, as far as what it takes from a table carries its name. */
export type Claimant = {
  /** Written beside what it takes; drawn by lot, 1 to 2^31 - 1. */
  readonly key: number;
  readonly close: () => Promise<void>;
};

/** A process that is never alive: what it takes may be taken over at once. For commands that take nothing. */
export const NO_CLAIMANT = 0;

/**
 * Makes this process known as alive. It holds an advisory lock in a session of its own: Postgres frees that when the
 * process ends, however it ends, so `kill -9` shows to the others within milliseconds. While the session is lost and
 * made again the process counts as gone; what others take over then is done twice, which everything here bears. A host
 * that vanishes without a word holds its lock for as long as TCP lets it, so claims also end by time.
 */
export const becomeClaimant = async (url: string, log: Log): Promise<Claimant> => {
  const key = randomInt(1, KEYS);
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  let isClosed = false;

  const hold = async (): Promise<void> => {
    const next = new pg.Client({
      connectionString: url,
      application_name: 'tminus-alive',
      keepAlive: true,
      connectionTimeoutMillis: 5 * SECOND,
    });
    client = next;
    const lost = (err?: unknown): void => {
      if (client !== next || isClosed) return;
      client = undefined;
      log.warn({ err }, 'claimant_session_lost');
      again();
    };
    next.on('error', lost);
    next.on('end', () => lost());
    await next.connect();
    await next.query('select pg_advisory_lock($1, $2)', [LOCK_CLASS, key]);
  };
  const again = (): void => {
    retry = setTimeout(() => {
      hold().catch((err: unknown) => {
        if (client === undefined || isClosed) return;
        client = undefined;
        log.warn({ err }, 'claimant_session_lost');
        again();
      });
    }, RETRY_MS);
  };

  const close = async (): Promise<void> => {
    isClosed = true;
    clearTimeout(retry);
    // The session may be gone already; then there is nothing left to end.
    await client?.end().catch(() => undefined);
  };
  try {
    await hold();
  } catch (cause) {
    await close();
    throw cause;
  }
  return { key, close };
};

/** True where the process named in this column is gone; nobody named counts as gone. */
export const isClaimantGone = <Table extends 'inbox' | 'check_run'>(
  column: ReferenceExpression<Schema, Table> & string,
): RawBuilder<boolean> => sql<boolean>`not exists (
  select from pg_locks
  where locktype = 'advisory' and granted and objsubid = 2
    and database = (select oid from pg_database where datname = current_database())
    and classid = ${LOCK_CLASS}::int4::oid and objid = coalesce(${sql.ref(column)}, ${NO_CLAIMANT})::oid)`;
