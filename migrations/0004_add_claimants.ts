import type { Kysely } from 'kysely';

/** Who took what: what a process took can be taken over as soon as that process is gone. */
export const up = async (db: Kysely<never>): Promise<void> => {
  await db.schema.alterTable('inbox').addColumn('claimed_by', 'integer').execute();
  await db.schema.alterTable('check_run').addColumn('claimed_by', 'integer').execute();
  await db.schema.alterTable('notice').addColumn('claimed_until', 'timestamptz').execute();
};

export const down = async (db: Kysely<never>): Promise<void> => {
  await db.schema.alterTable('notice').dropColumn('claimed_until').execute();
  await db.schema.alterTable('check_run').dropColumn('claimed_by').execute();
  await db.schema.alterTable('inbox').dropColumn('claimed_by').execute();
};
