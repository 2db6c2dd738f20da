import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** A post that asks is edited once it is answered: it is looked for among those of its deployment, in a table of all. */
export const up = async (db: Kysely<never>): Promise<void> => {
  await sql`create index notice_posted on notice (deployment_id, created_at) where ts is not null`.execute(
    db,
  );
};

export const down = async (db: Kysely<never>): Promise<void> => {
  await sql`drop index notice_posted`.execute(db);
};
