import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readerDatabase, type ReaderDatabase } from '../support/reader-database.ts';

let database: ReaderDatabase;

const sql: ReaderDatabase['sql'] = (query, extra) => database.sql(query, extra);

beforeAll(async () => {
  database = await readerDatabase(`check_guard_${process.pid}`);
});

afterAll(() => database.close());

describe('containment', () => {
  const refused: Readonly<Record<string, string>> = {
    'a write': 'insert into customer (id) values (9999)',
    'an update': 'update customer set name = null',
    'a delete inside WITH': 'with gone as (delete from customer returning id) select * from gone',
    'an insert inside a nested WITH':
      'select * from (with x as (insert into customer (id) values (1) returning id) select * from x) y',
    'a second statement': 'select 1; insert into customer (id) values (9999)',
    'a commit before a write': 'commit; insert into customer (id) values (9999)',
    'leaving the read-only transaction': 'set transaction read write',
    'a table out of a SELECT': 'select * into copied from customer',
    'a row lock': 'select * from customer for update',
    'a lock inside a subquery': 'select * from (select * from customer for share) x',
    'EXPLAIN ANALYZE': 'explain analyze select 1',
    'EXPLAIN ANALYZE as an option': 'explain (analyze true) select 1',
    'EXPLAIN of a write': 'explain delete from customer',
    'COPY to a program': "copy customer to program 'touch /tmp/owned'",
    DO: 'do $$ begin perform 1; end $$',
    CALL: 'call something()',
    sleeping: 'select pg_sleep(10)',
    'switching a timeout off': "select set_config('statement_timeout', '0', false)",
    'reading a file': "select pg_read_file('/etc/passwd')",
    'ending other sessions': 'select pg_terminate_backend(1)',
    'large objects': 'select lo_create(0)',
    'advisory locks': 'select pg_advisory_lock(1)',
    'a sequence': "select nextval('counter')",
    notifications: "select pg_notify('a', 'b')",
    'SQL in XML': "select query_to_xml('delete from customer', true, true, '')",
    'another server': "select * from dblink('host=127.0.0.1', 'select 1') as t(a int)",
    "somebody's own function": 'select customer_count()',
    'a qualified own function': 'select public.length(name) from customer',
    'a function in FROM': "select * from pg_ls_dir('/')",
    'a function in ORDER BY': 'select 1 from customer order by pg_sleep(1)',
    'a function in a lateral join': 'select * from customer c, lateral (select pg_sleep(c.id)) s',
    'filling memory': "select repeat('x', 1000000000)",
    'a prepared statement': 'execute anything',
    LISTEN: 'listen a',
    'nothing at all': '-- nothing',
    'what is no SQL': 'selekt 1',
  };

  it.each(Object.entries(refused))('refuses %s before it connects', async (_name, query) => {
    const result = await sql(query, { url: 'postgres://reader@127.0.0.1:1/nowhere' });
    expect(result.outcome).toBe('error');
    expect(result.line).toMatch(/^the query may not run: /);
  });

  it('holds a view that writes back by the read-only session', async () => {
    const result = await sql('select * from sneaky');
    expect(result).toMatchObject({
      outcome: 'error',
      line: expect.stringContaining('read-only transaction'),
    });
  });

  it('left every row where it was', async () => {
    const { rows } = await database.asAdmin(
      'select count(*)::int as n, count(name)::int as named from customer',
    );
    expect(rows).toEqual([{ n: 250, named: 250 }]);
  });

  it('refuses a superuser, with one cause for the whole connection', async () => {
    const first = await sql('select 1', { url: database.adminUrl });
    const second = await sql('select 2', { url: database.adminUrl });
    expect(first).toMatchObject({
      outcome: 'error',
      line: expect.stringContaining('the login is a superuser'),
    });
    expect(second.cause).toBe(first.cause);
  });

  it('leaves no connection and no lock behind', async () => {
    await sql('select 1');
    await sql('select count(*) from customer a, customer b, customer c, customer d', { timeoutMs: 300 });
    await expect
      .poll(
        async () =>
          (await database.asAdmin(`select 1 from pg_stat_activity where usename = '${database.role}'`))
            .rowCount,
        { timeout: 5000 },
      )
      .toBe(0);
  });

  it('stops reading at 8 MiB', async () => {
    const wide = `select ${Array.from({ length: 20 }, (_, i) => `string_agg(a.name || b.name, '') as c${i}`).join(', ')} from customer a, customer b`;
    const result = await sql(wide);
    expect(result).toMatchObject({ outcome: 'error', line: expect.stringContaining('larger than 8 MiB') });
  });
});
