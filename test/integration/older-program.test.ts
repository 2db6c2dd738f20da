import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { APP_VERSION, migrateToLatest } from '../../src/db/migrate.ts';
import { testDatabase } from '../support/postgres.ts';

describe('an older program on a database that a newer one migrated', () => {
  let url: string;
  let close: () => Promise<void>;
  const query = async (text: string, values: readonly unknown[] = []): Promise<void> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(text, [...values]);
    await client.end();
  };
  beforeAll(async () => {
    ({ url, close } = await testDatabase());
    await query(
      `insert into kysely_migration (name, timestamp) values ('9999_add_what_is_to_come', now()::text)`,
    );
  });
  afterAll(() => close());

  it('goes on when the schema allows its version', async () => {
    expect(await migrateToLatest(url)).toEqual({ applied: [], pending: [] });
  });

  it('refuses to start when the schema needs a newer one, and says which', async () => {
    await query(`update app_meta set value = '99.0.0' where key = 'min_app_version'`);
    await expect(migrateToLatest(url)).rejects.toMatchObject({
      code: 'schema_too_new',
      message: `the schema needs tminus 99.0.0 or newer, this is ${APP_VERSION}`,
    });
  });

  it('knows its own version as package.json has it', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(APP_VERSION).toBe(version);
  });
});
