import pg from 'pg';
import type { CheckDefinition, CheckResult } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { run } from './checks.ts';
import { testDatabase } from './postgres.ts';

export const READER_PASSWORD = 'reader pass/word@1';

type Extra = Omit<CheckDefinition, 'kind' | 'params'> & {
  readonly values?: readonly Json[];
  readonly url?: string;
};

type PresetExtra = Omit<Extra, 'values'> & { readonly dialect?: string };

/** A database of 250 customers, and `sql` checks of it by a login that is no superuser. */
export type ReaderDatabase = {
  /** Superuser connection string. */
  readonly adminUrl: string;
  readonly readerUrl: string;
  readonly role: string;
  readonly asAdmin: (...statements: string[]) => Promise<pg.QueryResult>;
  /** Runs one check; `url` replaces the connection string. */
  readonly sql: (query: string, extra?: Extra) => Promise<CheckResult>;
  /** Runs one ready question, `{tables: {names: [customer]}}`. */
  readonly preset: (preset: Json, extra?: PresetExtra) => Promise<CheckResult>;
  readonly close: () => Promise<void>;
};

const adminOf =
  (url: string) =>
  async (...statements: string[]): Promise<pg.QueryResult> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      let last: pg.QueryResult | undefined;
      for (const statement of statements) last = await client.query(statement);
      return last!;
    } finally {
      await client.end();
    }
  };

export const readerDatabase = async (role: string): Promise<ReaderDatabase> => {
  const database = await testDatabase();
  const asAdmin = adminOf(database.url);
  await asAdmin(
    'CREATE TABLE customer (id int PRIMARY KEY, name text, balance numeric, big bigint, seen timestamptz, tags text[])',
    `INSERT INTO customer SELECT i, 'customer ' || i, i + 0.5, 9007199254740990 + i, '2026-11-20T10:00:00Z', ARRAY['a','b']
     FROM generate_series(1, 250) i`,
    'CREATE SEQUENCE counter',
    "CREATE VIEW sneaky AS SELECT nextval('counter')",
    'CREATE FUNCTION customer_count() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM customer $$',
    `CREATE ROLE ${role} LOGIN PASSWORD '${READER_PASSWORD}'`,
    // More than a reader should have, so that what holds a writer back is the engine and not the grant.
    `GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`,
    `GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${role}`,
    `GRANT CREATE ON SCHEMA public TO ${role}`,
  );
  const url = new URL(database.url);
  url.username = role;
  url.password = encodeURIComponent(READER_PASSWORD);
  const readerUrl = url.href;
  const check = (params: Readonly<Record<string, Json>>, { url: other, ...extra }: Extra) =>
    run({
      kind: 'sql',
      params: { connection: '${database-url}', ...params },
      with: extra,
      connections: { secrets: { 'database-url': 'env:CHECK_DATABASE_URL' } },
      deps: { env: (name) => (name === 'CHECK_DATABASE_URL' ? (other ?? readerUrl) : undefined) },
    });
  return {
    adminUrl: database.url,
    readerUrl,
    role,
    asAdmin,
    sql: (query, { values, ...extra } = {}) => check({ query, ...(values && { params: values }) }, extra),
    preset: (preset, { dialect, ...extra } = {}) =>
      check({ preset, ...(dialect !== undefined && { dialect }) }, extra),
    close: async () => {
      await asAdmin(`DROP OWNED BY ${role}`, `DROP ROLE ${role}`);
      await database.close();
    },
  };
};
