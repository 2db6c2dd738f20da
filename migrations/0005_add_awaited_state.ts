import type { Kysely } from 'kysely';

/** The state of a message that a person waits for, because they did something: it is drawn before what comes by itself. */
export const up = async (db: Kysely<never>): Promise<void> => {
  await db.schema
    .alterTable('slack_message')
    .addColumn('awaited', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
};

export const down = async (db: Kysely<never>): Promise<void> => {
  await db.schema.alterTable('slack_message').dropColumn('awaited').execute();
};
