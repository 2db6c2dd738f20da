import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** Deployments, their items, the runs of their checks, and who may deploy where. */
export const up = async (db: Kysely<never>): Promise<void> => {
  await db.schema
    .createTable('pinned_checklist')
    .addColumn('hash', 'text', (column) => column.primaryKey())
    .addColumn('format_version', 'integer', (column) => column.notNull())
    .addColumn('body', 'jsonb', (column) => column.notNull())
    .addColumn('created_at', 'timestamptz', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('deployment_counter')
    .addColumn('team_id', 'text', (column) => column.primaryKey())
    .addColumn('last', 'integer', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('deployment')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('team_id', 'text', (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('system', 'text', (column) => column.notNull())
    .addColumn('environment', 'text', (column) => column.notNull())
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('version', 'text')
    .addColumn('checklist_hash', 'text', (column) => column.notNull().references('pinned_checklist.hash'))
    .addColumn('body', 'jsonb', (column) => column.notNull())
    .addColumn('started_at', 'timestamptz', (column) => column.notNull())
    .addColumn('deployed_at', 'timestamptz')
    .addColumn('ended_at', 'timestamptz')
    .addColumn('next_due_at', 'timestamptz')
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addUniqueConstraint('deployment_number', ['team_id', 'number'])
    .execute();
  await sql`create index deployment_due on deployment (next_due_at) where next_due_at is not null`.execute(
    db,
  );
  await sql`create index deployment_place on deployment (team_id, environment, system, started_at desc)`.execute(
    db,
  );
  await sql`create index deployment_live on deployment (team_id, channel) where ended_at is null`.execute(db);

  await db.schema
    .createTable('deployment_item')
    .addColumn('deployment_id', 'text', (column) => column.notNull().references('deployment.id'))
    .addColumn('item_id', 'text', (column) => column.notNull())
    .addColumn('progress', 'jsonb', (column) => column.notNull())
    .addPrimaryKeyConstraint('deployment_item_pkey', ['deployment_id', 'item_id'])
    .execute();

  await db.schema
    .createTable('check_run')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('deployment_id', 'text', (column) => column.notNull().references('deployment.id'))
    .addColumn('item_id', 'text', (column) => column.notNull())
    .addColumn('reason', 'jsonb', (column) => column.notNull())
    .addColumn('effect', 'text', (column) => column.notNull())
    .addColumn('request', 'jsonb', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('queued_at', 'timestamptz', (column) => column.notNull())
    .addColumn('claimed_at', 'timestamptz')
    .addColumn('finished_at', 'timestamptz')
    .addColumn('outcome', 'text')
    .addColumn('result', 'jsonb')
    .addColumn('settled_at', 'timestamptz')
    .execute();
  await sql`create index check_run_item on check_run (deployment_id, item_id, queued_at desc)`.execute(db);
  await sql`create index check_run_finished on check_run (deployment_id, finished_at)
            where state = 'finished'`.execute(db);
  await sql`create index check_run_queued on check_run (queued_at) where state in ('queued', 'claimed')`.execute(
    db,
  );

  await db.schema
    .createTable('environment_lock')
    .addColumn('team_id', 'text', (column) => column.notNull())
    .addColumn('environment', 'text', (column) => column.notNull())
    .addColumn('system', 'text', (column) => column.notNull())
    .addColumn('deployment_id', 'text')
    .addColumn('held_by', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('since', 'timestamptz', (column) => column.notNull())
    .addPrimaryKeyConstraint('environment_lock_pkey', ['team_id', 'environment', 'system'])
    .execute();

  await db.schema
    .createTable('worker')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('runner', 'text')
    .addColumn('env_names', 'jsonb', (column) => column.notNull())
    .addColumn('seen_at', 'timestamptz', (column) => column.notNull())
    .execute();
};

export const down = async (db: Kysely<never>): Promise<void> => {
  const tables = [
    'worker',
    'environment_lock',
    'check_run',
    'deployment_item',
    'deployment',
    'deployment_counter',
    'pinned_checklist',
  ];
  for (const table of tables) await db.schema.dropTable(table).execute();
};
