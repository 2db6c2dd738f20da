import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../src/lib/json.ts';
import { readerDatabase, type ReaderDatabase } from '../support/reader-database.ts';

let database: ReaderDatabase;
const preset: ReaderDatabase['preset'] = (given, extra) => database.preset(given, extra);

beforeAll(async () => {
  database = await readerDatabase(`check_preset_${process.pid}`);
  await database.asAdmin(
    'CREATE SCHEMA shop',
    `GRANT USAGE ON SCHEMA shop TO ${database.role}`,
    'CREATE TABLE shop.job (id int PRIMARY KEY, status text, created_at timestamp)',
    "INSERT INTO shop.job SELECT i, 'pending', (now() AT TIME ZONE 'UTC') - i * interval '1 minute' FROM generate_series(1, 3) i",
    "INSERT INTO shop.job SELECT i, 'done', (now() AT TIME ZONE 'UTC') FROM generate_series(4, 9) i",
    'CREATE TABLE shop."Odd name-1" (id int)',
    'CREATE TABLE shop.empty (id int, at timestamptz)',
    "CREATE TABLE shop.future (at timestamptz); INSERT INTO shop.future VALUES (now() + interval '1 day')",
    'CREATE INDEX job_status ON shop.job (status)',
    'CREATE VIEW shop.done AS SELECT * FROM shop.job',
    'CREATE MATERIALIZED VIEW shop.summary AS SELECT count(*) AS n FROM shop.job',
    'CREATE MATERIALIZED VIEW shop.unfilled AS SELECT 1 AS n WITH NO DATA',
    'CREATE TABLE shop.secured (id int, owner text)',
    'INSERT INTO shop.secured VALUES (1, $$a$$), (2, $$b$$)',
    'ALTER TABLE shop.secured ENABLE ROW LEVEL SECURITY',
    "CREATE POLICY one ON shop.secured USING (owner = 'a')",
    'CREATE POLICY two ON shop.secured FOR INSERT WITH CHECK (true)',
    'CREATE TABLE shop.alembic_version (version_num varchar(32))',
    "INSERT INTO shop.alembic_version VALUES ('b2')",
    'CREATE TABLE shop.schema_migrations (version bigint, dirty boolean)',
    'INSERT INTO shop.schema_migrations VALUES (9, false), (10, false)',
    'CREATE TABLE shop.kysely_migration (name text, timestamp text)',
    "INSERT INTO shop.kysely_migration VALUES ('0001_a', '2026-01-01'), ('0002_b', '2026-01-02')",
    'CREATE TABLE shop.django_migrations (id int, app text, name text)',
    "INSERT INTO shop.django_migrations VALUES (1, 'auth', '0001_initial'), (2, 'shop', '0001_initial'), (3, 'shop', '0002_more')",
    `GRANT SELECT ON ALL TABLES IN SCHEMA shop TO ${database.role}`,
  );
});

afterAll(async () => {
  await database.asAdmin('DROP SCHEMA shop CASCADE');
  await database.close();
});

/** What a preset has to come to: its outcome, and what it observes. */
type Case = readonly [given: Json, outcome: string, observed?: Readonly<Record<string, unknown>>];

const holds = (cases: Readonly<Record<string, Case>>): void => {
  it.each(Object.entries(cases))('%s', async (_name, [given, outcome, observed = {}]) => {
    const result = await preset(given);
    expect(result, result.line).toMatchObject({ outcome, observation: observed });
  });
};

describe('the presets of the catalogue', () => {
  holds({
    'find tables by name': [
      { tables: { names: ['customer'] } },
      'pass',
      { missing: [], names: expect.arrayContaining(['customer']) },
    ],
    'find names as they are stored': [{ tables: { schema: 'shop', names: ['Odd name-1'] } }, 'pass'],
    'say which table is missing': [
      { tables: { names: ['customer', 'invoice'] } },
      'fail',
      { missing: ['invoice'] },
    ],
    'count tables': [{ tables: { schema: 'shop', at_least: 99 } }, 'fail'],
    'find nothing in a schema that is not there': [{ tables: { schema: 'nowhere' } }, 'fail', { count: 0 }],
    'see materialized views, and that one was never filled': [
      { views: { schema: 'shop' } },
      'fail',
      { count: 3, materialized: ['summary', 'unfilled'], unpopulated: ['unfilled'] },
    ],
    'look at plain views alone': [
      { views: { schema: 'shop', of: 'plain', names: ['done'] } },
      'pass',
      { count: 1, materialized: [] },
    ],
    'do not take a plain view for a materialized one': [
      { views: { schema: 'shop', of: 'materialized', names: ['done'] } },
      'fail',
      { missing: ['done'] },
    ],
    'find indexes of a table': [
      { indexes: { schema: 'shop', table: 'job', names: ['job_status'] } },
      'pass',
      { count: 2, invalid: [] },
    ],
    'find no index where there is none': [{ indexes: { schema: 'shop', table: 'empty' } }, 'fail'],
  });

  it('keep what the parameters ask for beside what is expected', async () => {
    const result = await preset({ tables: { names: ['invoice'] } }, { expect: { count: { gte: 1 } } });
    expect(result).toMatchObject({ outcome: 'fail', line: 'missing: expected [], got ["invoice"]' });
    expect(
      await preset({ views: { schema: 'shop' } }, { expect: { count: 3, unpopulated: ['unfilled'] } }),
    ).toMatchObject({ outcome: 'pass', line: expect.stringMatching(/^3 views, 2 of them materialized \(/) });
  });
});

describe('the presets of access', () => {
  holds({
    'see row level security and its policies': [
      { rls: { schema: 'shop', tables: ['secured'], policies: 2 } },
      'pass',
      { tables: { secured: { enabled: true, forced: false, policies: ['one', 'two'], count: 2 } } },
    ],
    'ask for policies by name': [
      { rls: { schema: 'shop', tables: ['secured'], policies: ['three'] } },
      'fail',
    ],
    'ask whether it is forced': [
      { rls: { schema: 'shop', tables: ['secured'], forced: true } },
      'fail',
      { unforced: ['secured'] },
    ],
    'say where it is off, and which table is not there': [
      { rls: { schema: 'shop', tables: ['secured', 'job', 'gone'] } },
      'fail',
      { disabled: ['job'], missing: ['gone'] },
    ],
    'find a role that can read and cannot write': [
      {
        privileges: {
          schema: 'shop',
          tables: ['job'],
          can: ['select'],
          cannot: ['insert', 'update', 'delete'],
        },
      },
      'pass',
      { superuser: false },
    ],
    'name what a role can do and must not': [
      { privileges: { tables: ['customer'], cannot: ['delete'] } },
      'fail',
      { excess: ['delete on customer'] },
    ],
    'name what it lacks': [
      { privileges: { schema: 'shop', tables: ['job'], can: ['insert'] } },
      'fail',
      { lacking: ['insert on job'] },
    ],
    'fail for a role that is not there': [
      { privileges: { role: 'nobody_at_all', tables: ['customer'], cannot: ['select'] } },
      'fail',
      { has_role: false },
    ],
    'fail for a table that is not there': [
      { privileges: { tables: ['gone'], cannot: ['select'] } },
      'fail',
      { missing: ['gone'] },
    ],
  });

  it('take a privilege on one column for one that must not be there', async () => {
    await database.asAdmin(
      `GRANT UPDATE (name) ON customer TO ${database.role}`,
      `REVOKE UPDATE ON customer FROM ${database.role}`,
    );
    await database.asAdmin(`GRANT UPDATE (name) ON customer TO ${database.role}`);
    const asked = { tables: ['customer'] };
    expect((await preset({ privileges: { ...asked, cannot: ['update'] } })).outcome).toBe('fail');
    expect((await preset({ privileges: { ...asked, can: ['update'] } })).outcome).toBe('fail');
  });
});

describe('the preset of migrations', () => {
  holds({
    'compares the head of alembic': [
      { migrations: { tool: 'alembic', schema: 'shop', head: 'b2' } },
      'pass',
      { current: 'b2', applied: 1 },
    ],
    'names another head': [{ migrations: { tool: 'alembic', schema: 'shop', head: 'c3' } }, 'fail'],
    'knows what comes after the head': [
      { migrations: { tool: 'alembic', schema: 'shop', all: ['a1', 'b2', 'c3'] } },
      'fail',
      { pending: ['c3'] },
    ],
    'cannot tell what is pending of a list that does not know the head': [
      { migrations: { tool: 'alembic', schema: 'shop', all: ['x'] } },
      'inconclusive',
    ],
    'orders versions by their number': [
      { migrations: { tool: 'schema_migrations', schema: 'shop', head: '10' } },
      'pass',
      { broken: 0 },
    ],
    'lists what is pending': [
      { migrations: { tool: 'kysely', schema: 'shop', all: ['0001_a', '0002_b', '0003_c'] } },
      'fail',
      { pending: ['0003_c'], current: '0002_b' },
    ],
    'looks at one app of django': [
      { migrations: { tool: 'django', schema: 'shop', app: 'shop', head: '0002_more' } },
      'pass',
      { applied: 2 },
    ],
    'reads a table of one’s own': [
      {
        migrations: {
          tool: 'custom',
          schema: 'shop',
          table: 'kysely_migration',
          column: 'name',
          head: '0002_b',
        },
      },
      'pass',
    ],
    'fails where the table is not there': [{ migrations: { tool: 'knex', schema: 'shop' } }, 'fail'],
  });

  it('sees one that broke off', async () => {
    await database.asAdmin('INSERT INTO shop.schema_migrations VALUES (11, true)');
    expect(await preset({ migrations: { tool: 'schema_migrations', schema: 'shop' } })).toMatchObject({
      outcome: 'fail',
      observation: { broken: 1 },
    });
  });
});

describe('the presets of rows', () => {
  holds({
    'count exactly': [
      { row_counts: { tables: ['customer'], at_least: 250 } },
      'pass',
      { tables: { customer: 250 }, least: 250, total: 250 },
    ],
    'count several tables, the smallest deciding': [
      { row_counts: { schema: 'shop', tables: ['job', 'empty'], at_least: 1 } },
      'fail',
      { least: 0, total: 9 },
    ],
    'do not count rows that row level security hides': [
      { row_counts: { schema: 'shop', tables: ['secured'], at_least: 1 } },
      'inconclusive',
    ],
    'do not take a table that was never analysed for an empty one': [
      { row_counts: { schema: 'shop', tables: ['future'], estimate: true, at_least: 0 } },
      'inconclusive',
      { missing: [] },
    ],
    'fail on a table that is not there': [{ row_counts: { tables: ['gone'] } }, 'fail'],
    'estimate, and say which is missing': [
      { row_counts: { tables: ['gone'], estimate: true } },
      'fail',
      { missing: ['gone'] },
    ],
    'see a queue': [
      { queue: { schema: 'shop', table: 'job', waiting: ['pending'], at_most: 3, within: '5m' } },
      'pass',
      { waiting: 3, states: { pending: 3, done: 6 } },
    ],
    'see one that is too old, times without a zone being UTC': [
      { queue: { schema: 'shop', table: 'job', waiting: ['pending'], within: '2m' } },
      'fail',
    ],
    'see one in which nothing waits': [
      { queue: { schema: 'shop', table: 'job', waiting: ['failed'], at_most: 0, within: '1m' } },
      'pass',
      { waiting: 0, oldest: 0 },
    ],
    'see how old the newest time is': [
      { freshness: { schema: 'shop', table: 'job', column: 'created_at', newest: '1m', oldest: '10m' } },
      'pass',
      { count: 9 },
    ],
    'cannot tell the age of nothing': [
      { freshness: { schema: 'shop', table: 'empty', column: 'at', newest: '1h' } },
      'inconclusive',
      { count: 0 },
    ],
    'cannot tell the age of a time in the future': [
      { freshness: { schema: 'shop', table: 'future', column: 'at', newest: '1h' } },
      'inconclusive',
    ],
    'fail on a column that is not there': [
      { freshness: { table: 'customer', column: 'gone', newest: '1h' } },
      'fail',
    ],
  });

  it('estimate from what ANALYZE found', async () => {
    await database.asAdmin('ANALYZE customer');
    expect(
      await preset({ row_counts: { tables: ['customer'], estimate: true, at_least: 200 } }),
    ).toMatchObject({
      outcome: 'pass',
      observation: { tables: { customer: 250 } },
    });
  });
});
