import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** What comes in, what goes out, and the record of it. */
export const up = async (db: Kysely<never>): Promise<void> => {
  await db.schema
    .createTable('app_meta')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('inbox')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('body', 'jsonb', (column) => column.notNull())
    .addColumn('received_at', 'timestamptz', (column) => column.notNull())
    .addColumn('claimed_until', 'timestamptz', (column) => column.notNull())
    .addColumn('tries', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('handled_at', 'timestamptz')
    .addColumn('outcome', 'text')
    .execute();
  await sql`create index inbox_open on inbox (claimed_until) where handled_at is null`.execute(db);

  await db.schema
    .createTable('outbox')
    .addColumn('id', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn('queue', 'text', (column) => column.notNull())
    .addColumn('payload', 'jsonb', (column) => column.notNull())
    .addColumn('created_at', 'timestamptz', (column) => column.notNull())
    .addColumn('done_at', 'timestamptz')
    .execute();
  await sql`create index outbox_open on outbox (id) where done_at is null`.execute(db);

  await db.schema
    .createTable('audit_event')
    .addColumn('chain', 'text', (column) => column.notNull())
    .addColumn('seq', 'integer', (column) => column.notNull())
    .addColumn('at', 'timestamptz', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('prev_hash', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('audit_event_pkey', ['chain', 'seq'])
    .execute();
  await db.schema
    .createTable('audit_chain')
    .addColumn('chain', 'text', (column) => column.primaryKey())
    .addColumn('seq', 'integer', (column) => column.notNull())
    .addColumn('head', 'text', (column) => column.notNull())
    .execute();
  // The log is append-only for the application's own code path too, not by convention alone.
  await sql`
    create function refuse_audit_change() returns trigger language plpgsql as $$
    begin raise exception 'audit_event is append-only'; end $$`.execute(db);
  await sql`
    create trigger audit_event_append_only before update or delete on audit_event
    for each row execute function refuse_audit_change()`.execute(db);
};

export const down = async (db: Kysely<never>): Promise<void> => {
  for (const table of ['audit_chain', 'audit_event', 'outbox', 'inbox', 'app_meta']) {
    await db.schema.dropTable(table).execute();
  }
  await sql`drop function refuse_audit_change()`.execute(db);
};
