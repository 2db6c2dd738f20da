import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** A run of a zone is taken up outside of these tables: what is known here is where, and until when it is waited for. */
export const up = async (db: Kysely<never>): Promise<void> => {
  await sql`alter table check_run add column zone text, add column lost_at timestamptz`.execute(db);
  await sql`create index check_run_lost on check_run (lost_at) where zone is not null and state = 'queued'`.execute(
    db,
  );
};

export const down = async (db: Kysely<never>): Promise<void> => {
  await sql`drop index check_run_lost`.execute(db);
  await sql`alter table check_run drop column zone, drop column lost_at`.execute(db);
};
