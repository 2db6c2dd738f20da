import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Migration } from 'kysely';
import { Kysely, Migrator, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Schema } from './schema.ts';

const FOLDER = new URL('../../migrations/', import.meta.url);

/** The version of the application that a schema at the newest migration needs at least. */
export const MIN_APP_VERSION = '0.1.0';

const loadMigrations = async (): Promise<Record<string, Migration>> => {
  const files = (await readdir(fileURLToPath(FOLDER)))
    .filter((file) => /^\d{4}_.*\.(ts|js)$/.test(file))
    .sort();
  const entries = files.map(async (file) => {
    const migration = (await import(new URL(file, FOLDER).href)) as Migration;
    return [file.replace(/\.(ts|js)$/, ''), migration] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
};

export type MigrationReport = { readonly applied: readonly string[]; readonly pending: readonly string[] };

const withMigrator = async <T>(
  url: string,
  use: (migrator: Migrator, db: Kysely<Schema>) => Promise<T>,
): Promise<T> => {
  const pool = new pg.Pool({ connectionString: url, max: 2, application_name: 'tminus-migrate' });
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  try {
    const migrator = new Migrator({
      db,
      provider: { getMigrations: loadMigrations },
      allowUnorderedMigrations: false,
    });
    return await use(migrator, db);
  } finally {
    await db.destroy();
  }
};

/** Brings the schema to the newest migration; safe to run twice and at the same time (Kysely takes an advisory lock). */
export const migrateToLatest = (url: string): Promise<MigrationReport> =>
  withMigrator(url, async (migrator, db) => {
    const { error, results = [] } = await migrator.migrateToLatest();
    if (error !== undefined) throw new Error('The database could not be migrated', { cause: error });
    await db
      .insertInto('app_meta')
      .values({ key: 'min_app_version', value: MIN_APP_VERSION })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: MIN_APP_VERSION }))
      .execute();
    return { applied: results.map(({ migrationName }) => migrationName), pending: [] };
  });

/** Undoes every migration; for tests of the way back only. */
export const migrateToNothing = (url: string): Promise<void> =>
  withMigrator(url, async (migrator) => {
    const names = Object.keys(await loadMigrations()).reverse();
    for (const name of names) {
      const { error } = await migrator.migrateDown();
      if (error !== undefined) throw new Error(`Migration ${name} could not be undone`, { cause: error });
    }
  });

/** What is not applied yet. */
export const pendingMigrations = (url: string): Promise<readonly string[]> =>
  withMigrator(url, async (migrator) =>
    (await migrator.getMigrations())
      .filter(({ executedAt }) => executedAt === undefined)
      .map(({ name }) => name),
  );
