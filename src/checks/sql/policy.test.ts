import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAllowedFunction } from './functions.ts';
import { judgeQuery } from './policy.ts';

describe('a query of a release check', () => {
  it.each([
    "select count(*) from pg_matviews where schemaname = 'public'",
    "select count(*) from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema')",
    'select version_num from alembic_version',
    'select numbackends * 100.0 / current_setting($$max_connections$$)::int as used from pg_stat_database where datname = current_database()',
    "select now() - max(updated_at) as lag from sync_state where status = 'ok'",
    'select pg_size_pretty(pg_database_size(current_database())) as size',
    'select extract(epoch from now() - pg_last_xact_replay_timestamp()) as lag',
    "select to_regclass('public.agent') is not null as there",
    "select has_table_privilege('app', 'agent', 'select') as granted",
    'with recent as (select * from job where created_at > now() - interval $$15 minutes$$) select count(*) filter (where failed) as failed from recent',
    'select percentile_cont(0.95) within group (order by ms) as p95 from request',
    "select name, row_number() over (partition by kind order by id) from agent where name ~ '^a' and name like 'a%' escape '!'",
    "select * from agent where created_at at time zone 'UTC' > timestamptz '2026-01-01'",
    'select coalesce(max(id), 0), greatest(1, 2), nullif(1, 1), array_length(array_agg(id), 1) from agent',
    "select doc->>'a' from item, jsonb_array_elements(items) as e(doc) where jsonb_typeof(doc) = 'object'",
    'values (1), (2)',
    'table agent',
    'select 1 union all select 2 order by 1 limit 5',
    "select position('a' in name), substring(name from 1 for 2), trim(both ' ' from name), overlay(name placing 'x' from 1) from agent",
    "select (date '2026-01-01', date '2026-02-01') overlaps (date '2026-01-15', date '2026-03-01')",
    'select relname, relrowsecurity from pg_class where relname = any($1)',
    'show max_connections',
    'explain (verbose, format json) select * from agent',
  ])('may run: %s', async (query) => {
    expect(await judgeQuery(query)).toMatchObject({ ok: true });
  });

  it('may not be too long, too deep or hold what ends it early', async () => {
    expect(await judgeQuery(`select '${'x'.repeat(20_000)}'`)).toMatchObject({ ok: false });
    expect(await judgeQuery('select 1\0; drop table x')).toMatchObject({ ok: false });
    expect(await judgeQuery(`select ${'not '.repeat(4900)}true`)).toMatchObject({
      ok: false,
      reason: 'it is nested too deeply',
    });
    expect(await judgeQuery(`select ${'(select '.repeat(2000)}1${')'.repeat(2000)}`)).toMatchObject({
      ok: false,
    });
    expect(await judgeQuery('select 1')).toMatchObject({ ok: true });
  });

  it('is refused with a reason, never with an exception', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 200 }), async (query) => {
        const verdict = await judgeQuery(query);
        if (!verdict.ok) expect(verdict.reason.length).toBeGreaterThan(0);
      }),
    );
  });

  it('never calls a function that is not listed, wherever the call stands', async () => {
    const places = [
      'select %',
      'select 1 where % is null',
      'select 1 order by %',
      'select (select %)',
      'with a as (select %) select * from a',
      'select 1 from agent a join lateral (select %) b on true',
      'select * from % as t(a)',
      'select case when % then 1 end',
      'select count(*) filter (where %) from agent',
      'select array[%]',
      'select 1 group by % having % is not null',
      'select 1 limit %',
      'values (%)',
      'select coalesce(1, %)',
      'select row(%)',
      'select 1 union select %',
      'explain select %',
      'select sum(1) over (order by %) from agent',
      'select xmlelement(name x, %)',
      'select * from agent tablesample system (%)',
    ];
    const calls = [
      'pg_sleep(1)',
      'PG_SLEEP(1)',
      '"pg_sleep"(1)',
      'pg_catalog.pg_sleep(1)',
      'public.length($$x$$)',
      "set_config('a', 'b', true)",
      'lo_import($$/etc/passwd$$)',
    ];
    for (const place of places) {
      for (const call of calls) {
        const query = place.replaceAll('%', call);
        expect([query, (await judgeQuery(query)).ok]).toEqual([query, false]);
      }
    }
  });
});

describe('the list of functions', () => {
  it.each([
    'pg_sleep',
    'set_config',
    'nextval',
    'setval',
    'pg_read_file',
    'lo_get',
    'dblink',
    'query_to_xml',
    'pg_notify',
    'repeat',
    'txid_current',
    'pg_stat_reset',
    'pg_switch_wal',
    'pg_reload_conf',
    'pg_cancel_backend',
    'pg_export_snapshot',
    'pg_logical_emit_message',
    'table_to_xml',
    '',
  ])('does not hold %s', (name) => {
    expect(isAllowedFunction([name])).toBe(false);
    expect(isAllowedFunction(['pg_catalog', name])).toBe(false);
  });

  it('holds built-in functions under their own schema only', () => {
    expect(isAllowedFunction(['count'])).toBe(true);
    expect(isAllowedFunction(['pg_catalog', 'count'])).toBe(true);
    expect(isAllowedFunction(['app', 'count'])).toBe(false);
    expect(isAllowedFunction(['x', 'pg_catalog', 'count'])).toBe(false);
    expect(isAllowedFunction(['pg_stat_get_backend_pid'])).toBe(true);
  });
});
