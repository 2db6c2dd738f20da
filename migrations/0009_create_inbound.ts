import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** What other systems send in: results that were asked for once each, and when a job was last heard of. */
export const up = async (db: Kysely<never>): Promise<void> => {
  await db.schema
    .createTable('inbound_result')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('deployment_id', 'text', (column) => column.notNull())
    .addColumn('item_id', 'text', (column) => column.notNull())
    .addColumn('asked_at', 'timestamptz', (column) => column.notNull())
    .addColumn('expires_at', 'timestamptz', (column) => column.notNull())
    .addColumn('received_at', 'timestamptz')
    .addColumn('body', 'jsonb')
    .execute();
  await sql`create index inbound_result_of_item on inbound_result (deployment_id, item_id)`.execute(db);
  await db.schema
    .createTable('heartbeat')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('at', 'timestamptz', (column) => column.notNull())
    .addColumn('body', 'jsonb', (column) => column.notNull())
    .execute();
};

export const down = async (db: Kysely<never>): Promise<void> => {
  await db.schema.dropTable('heartbeat').execute();
  await db.schema.dropTable('inbound_result').execute();
};
