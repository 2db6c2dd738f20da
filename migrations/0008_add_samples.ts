import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** A check may be measured several times before it is judged: what it found so far, and when the next time comes. */
export const up = async (db: Kysely<never>): Promise<void> => {
  await sql`
    alter table check_run
      add column samples jsonb not null default '[]',
      add column next_sample_at timestamptz`.execute(db);
  await sql`create index check_run_next_sample on check_run (next_sample_at) where next_sample_at is not null`.execute(
    db,
  );
};

export const down = async (db: Kysely<never>): Promise<void> => {
  await sql`drop index check_run_next_sample`.execute(db);
  await sql`alter table check_run drop column samples, drop column next_sample_at`.execute(db);
};
