import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** What Slack shows and shall show. */
export const up = async (db: Kysely<never>): Promise<void> => {
  await db.schema
    .createTable('slack_message')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('deployment_id', 'text', (column) => column.notNull().references('deployment.id'))
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('ref', 'text', (column) => column.notNull())
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('ts', 'text')
    .addColumn('permalink', 'text')
    .addColumn('posted_at', 'timestamptz')
    .addColumn('wanted', 'integer', (column) => column.notNull())
    .addColumn('shown', 'integer', (column) => column.notNull())
    .addColumn('shown_hash', 'text')
    .addColumn('shown_at', 'timestamptz')
    .addColumn('lease', 'text')
    .addColumn('lease_until', 'timestamptz')
    .addColumn('redraw_at', 'timestamptz')
    .addColumn('given_up', 'text')
    .addUniqueConstraint('slack_message_ref', ['deployment_id', 'kind', 'ref'])
    .execute();
  await sql`create index slack_message_behind on slack_message (id)
            where wanted > shown and given_up is null`.execute(db);
  await sql`create index slack_message_redraw on slack_message (redraw_at) where redraw_at is not null`.execute(
    db,
  );

  await db.schema
    .createTable('notice')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('deployment_id', 'text')
    .addColumn('body', 'jsonb', (column) => column.notNull())
    .addColumn('created_at', 'timestamptz', (column) => column.notNull())
    .addColumn('tries', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('sent_at', 'timestamptz')
    .addColumn('ts', 'text')
    .addColumn('given_up', 'text')
    .execute();
  await sql`create index notice_open on notice (created_at) where sent_at is null and given_up is null`.execute(
    db,
  );

  await db.schema
    .createTable('slack_budget')
    .addColumn('team_id', 'text', (column) => column.primaryKey())
    .addColumn('tokens', 'double precision', (column) => column.notNull())
    .addColumn('refilled_at', 'timestamptz', (column) => column.notNull())
    .execute();
};

export const down = async (db: Kysely<never>): Promise<void> => {
  for (const table of ['slack_budget', 'notice', 'slack_message']) await db.schema.dropTable(table).execute();
};
