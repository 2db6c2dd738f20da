import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** A run of a zone is taken up outside of these tables, by the zone's runner. */
export const up = async (db: Kysely<never>): Promise<void> => {
  await sql`alter table check_run add column zone text`.execute(db);
};

export const down = async (db: Kysely<never>): Promise<void> => {
  await sql`alter table check_run drop column zone`.execute(db);
};
