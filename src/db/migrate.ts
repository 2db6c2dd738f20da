import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Migration } from 'kysely';
import { Kysely, Migrator, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { compareVersions, parseVersion } from '../lib/matching/versions.ts';
import type { Schema } from './schema.ts';

const FOLDER = new URL('../../migrations/', import.meta.url);

/** The version of the application that a schema at the newest migration needs at least. */
export const MIN_APP_VERSION = '0.1.0';

/** Version of this program, as package.json has it (a test holds the two together). */
export const APP_VERSION = '0.1.0';

/** A newer tminus has changed the schema so that this one cannot use it any more. */
export class SchemaTooNewError extends Error {
  override readonly name = 'SchemaTooNewError';
  readonly code = 'schema_too_new';

  constructor(needed: string) {
    super(`the schema needs tminus ${needed} or newer, this is ${APP_VERSION}`);
  }
}

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
  // A connection that breaks between two statements fails the next one; without a listener it would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  pool.on('error', () => undefined);
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
    if (await isNewer(db)) return { applied: [], pending: [] };
    const { error, results = [] } = await migrator.migrateToLatest();
    if (error !== undefined) throw new Error('The database could not be migrated', { cause: error });
    await db
      .insertInto('app_meta')
      .values({ key: 'min_app_version', value: MIN_APP_VERSION })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: MIN_APP_VERSION }))
      .execute();
    return { applied: results.map(({ migrationName }) => migrationName), pending: [] };
  });

/**
 * Whether a newer tminus migrated this database. Migrations only add until a release later, so an older program goes on
 * with a newer schema as long as that schema's min_app_version allows.
 * @throws SchemaTooNewError when it does not.
 */
const isNewer = async (db: Kysely<Schema>): Promise<boolean> => {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === 'kysely_migration')) return false;
  const own = new Set(Object.keys(await loadMigrations()));
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  if (rows.every(({ name }) => own.has(name))) return false;
  const needed = await db
    .selectFrom('app_meta')
    .select('value')
    .where('key', '=', 'min_app_version')
    .executeTakeFirst();
  if (needed !== undefined && isOlder(APP_VERSION, needed.value)) throw new SchemaTooNewError(needed.value);
  return true;
};

/** Whether the first version came before the second; false when one is none. */
export const isOlder = (version: string, than: string): boolean => {
  const [left, right] = [parseVersion(version), parseVersion(than)];
  return left !== undefined && right !== undefined && compareVersions(left, right) < 0;
};

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
