import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

export type TestDatabase = {
  /** Connection string of a migrated, empty database that belongs to this call alone. */
  readonly url: string;
  /** Drops the database, together with connections that are still open. */
  readonly close: () => Promise<void>;
};

const runAsAdmin = async (sql: string): Promise<void> => {
  const client = new pg.Client({ connectionString: inject('adminUrl') });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
};

/** Clones the migrated template, some 30 ms. One per test file is the custom. */
export const testDatabase = async (): Promise<TestDatabase> => {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await runAsAdmin(`CREATE DATABASE ${name} TEMPLATE ${inject('templateDatabase')}`);
  const url = new URL(inject('adminUrl'));
  url.pathname = `/${name}`;
  return { url: url.href, close: () => runAsAdmin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
};
