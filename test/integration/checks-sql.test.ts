import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../support/checks.ts';
import { READER_PASSWORD, readerDatabase, type ReaderDatabase } from '../support/reader-database.ts';

let database: ReaderDatabase;

const sql: ReaderDatabase['sql'] = (query, extra) => database.sql(query, extra);

beforeAll(async () => {
  database = await readerDatabase(`check_query_${process.pid}`);
});

afterAll(() => database.close());

describe('a query', () => {
  it('passes when it ran and nothing was expected', async () => {
    const result = await sql('select 1 as ok');
    expect(result).toMatchObject({
      outcome: 'pass',
      tries: 1,
      observation: { count: 1, columns: ['ok'], rows: [{ ok: 1 }] },
    });
    expect(result.line).toMatch(/^ok = 1 \(/);
    expect(result.cause).toBeUndefined();
  });

  it('is judged by its rows and keeps what later items need', async () => {
    const result = await sql('select count(*) as n from customer', {
      expect: { 'rows[0].n': { gte: 251 } },
      capture: { 'customers-before': 'rows[0].n' },
    });
    expect(result.outcome).toBe('fail');
    expect(result.line).toBe('rows[0].n: expected >= 251, got 250');
    expect(result.captured).toEqual({ 'customers-before': 250 });
  });

  it('gives numbers where no digit is lost, times in ISO form and intervals in milliseconds', async () => {
    const { observation } = await sql(
      `select balance, big, seen, tags, interval '1 day 00:00:01.5' as lag, null as nothing, 'NaN'::float8 as nan,
       0.1::float8 + 0.2 as float, '{"a":[1]}'::jsonb as doc, true as yes, interval '2 months' as vague
       from customer where id = $1`,
      { values: [3] },
    );
    expect(observation['rows']).toEqual([
      {
        balance: 3.5,
        big: '9007199254740993',
        seen: '2026-11-20T10:00:00.000Z',
        tags: ['a', 'b'],
        lag: 86_401_500,
        nothing: null,
        nan: 'NaN',
        float: 0.30000000000000004,
        doc: { a: [1] },
        yes: true,
        vague: '2 mons',
      },
    ]);
  });

  it('takes parameters, and SHOW and EXPLAIN besides SELECT', async () => {
    expect(
      await sql('select name from customer where id = $1 and name like $2', {
        values: [7, 'c%'],
        expect: { 'rows[0].name': 'customer 7' },
      }),
    ).toMatchObject({ outcome: 'pass' });
    expect(
      await sql('show server_version', { expect: { 'rows[0].server_version': { semver: '>=12' } } }),
    ).toMatchObject({ outcome: 'pass' });
    expect(await sql('explain select * from customer')).toMatchObject({ outcome: 'pass' });
    expect(await sql('select 1 as a; -- a comment after the end')).toMatchObject({ outcome: 'pass' });
  });

  it('reads 200 rows and does not judge what it did not count', async () => {
    const result = await sql('select id from customer order by id', {
      expect: { count: 250, 'rows[0].id': 1 },
    });
    expect(result.outcome).toBe('inconclusive');
    expect(result.line).toBe('count: not judged, count is more than 200: let the query count');
    expect(result.findings[1]).toMatchObject({ verdict: 'holds' });
    expect((await sql('select id from customer', { expect: { count: { gte: 100 } } })).outcome).toBe('pass');
    expect(
      (await sql('select id from customer', { expect: { rows: { every: { exists: true } } } })).outcome,
    ).toBe('inconclusive');
  });

  it('does not read a null as zero', async () => {
    const result = await sql('select max(id) as newest from customer where id > 1000', {
      expect: { 'rows[0].newest': { lt: 5 } },
    });
    expect(result).toMatchObject({ outcome: 'inconclusive', line: 'rows[0].newest: expected < 5, got null' });
  });

  it('that names what the schema lacks is a fail of its own cause', async () => {
    const first = await sql('select * from invoice');
    const second = await sql('select * from receipt');
    expect(first).toMatchObject({
      outcome: 'fail',
      line: expect.stringContaining('relation "invoice" does not exist'),
    });
    expect(second.outcome).toBe('fail');
    expect(first.cause).not.toBe(second.cause);
  });

  it('ends at its deadline', async () => {
    const startedAt = Date.now();
    const result = await sql(
      'select count(*) from customer a, customer b, customer c, customer d, customer e',
      { timeoutMs: 400 },
    );
    expect(result.outcome).toBe('timed_out');
    // Its own deadline, not the 10 s of the kind.
    expect(Date.now() - startedAt).toBeLessThan(8000);
  });
});

describe('a connection', () => {
  it('that is refused is a fail with one cause for every check of it', async () => {
    const url = 'postgres://reader:hunter2hunter2@127.0.0.1:1/app';
    const [first, second] = [await sql('select 1', { url }), await sql('select 2', { url })];
    expect(first).toMatchObject({ outcome: 'fail', line: '127.0.0.1:1 refused the connection' });
    expect(first.cause).toBe('sql 127.0.0.1:1/app: connection_refused');
    expect(second.cause).toBe(first.cause);
  });

  it('with a wrong password is an error that does not show it', async () => {
    const url = new URL(database.readerUrl);
    url.password = 'not-the-password';
    const result = await sql('select 1', { url: url.href });
    expect(result).toMatchObject({
      outcome: 'error',
      line: expect.stringContaining('password authentication failed'),
    });
    expect(JSON.stringify(result)).not.toContain('not-the-password');
  });

  it('without its variable is an error that names the variable', async () => {
    const result = await run({
      kind: 'sql',
      params: { connection: '${database-url}', query: 'select 1' },
      connections: { secrets: { 'database-url': 'env:CHECK_DATABASE_URL' } },
    });
    expect(result).toMatchObject({
      outcome: 'error',
      line: 'CHECK_DATABASE_URL is not set on this worker',
      tries: 0,
    });
    expect(result.cause).toBe('worker: unset CHECK_DATABASE_URL is not set on this worker');
  });

  it('that insists on TLS does not fall back', async () => {
    const url = new URL(database.readerUrl);
    url.searchParams.set('sslmode', 'require');
    expect(await sql('select 1', { url: url.href })).toMatchObject({
      outcome: 'error',
      line: 'the server does not offer TLS',
    });
  });

  it.each([
    ['a Unix socket', 'postgres://reader@/app?host=/var/run/postgresql'],
    ['a Unix socket beside a host', 'postgres://reader@127.0.0.1/app?host=/var/run/postgresql'],
    ['a certificate from a file', 'postgres://reader@127.0.0.1/app?sslrootcert=/etc/passwd'],
    ['another protocol', 'mysql://reader@127.0.0.1/app'],
    ['no user', 'postgres://127.0.0.1/app'],
    ['no URL', 'host=127.0.0.1 user=reader'],
  ])('naming %s is refused', async (_name, url) => {
    const result = await sql('select 1', { url });
    expect(result).toMatchObject({ outcome: 'error', line: expect.stringMatching(/^connection: /) });
  });

  it('to a metadata address is refused even for a secret', async () => {
    const result = await sql('select 1', { url: 'postgres://reader@169.254.169.254/app' });
    expect(result).toMatchObject({ outcome: 'error', line: expect.stringContaining('never reachable') });
  });

  it('that accepts and then says nothing ends at the deadline', async () => {
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const result = await sql('select 1', { url: `postgres://reader@127.0.0.1:${port}/app`, timeoutMs: 200 });
    expect(result).toMatchObject({ outcome: 'timed_out' });
    server.close();
  });

  it('to what is no database is a fail', async () => {
    const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const result = await sql('select 1', { url: `postgres://reader@127.0.0.1:${port}/app` });
    expect(result).toMatchObject({ outcome: 'fail', line: expect.stringContaining('does not speak') });
    server.close();
  });

  it('takes nothing from the worker’s PG variables', async () => {
    const url = new URL(database.readerUrl);
    url.password = '';
    process.env['PGPASSWORD'] = READER_PASSWORD;
    try {
      expect(await sql('select 1', { url: url.href })).toMatchObject({ outcome: 'error' });
    } finally {
      delete process.env['PGPASSWORD'];
    }
  });
});
