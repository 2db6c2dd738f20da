import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findKind } from '../../src/checks/registry.ts';
import type { Json } from '../../src/lib/json.ts';
import { readerDatabase, type ReaderDatabase } from '../support/reader-database.ts';

let database: ReaderDatabase;
const preset: ReaderDatabase['preset'] = (given, extra) => database.preset(given, extra);

beforeAll(async () => {
  database = await readerDatabase(`check_preset_guard_${process.pid}`);
});

afterAll(() => database.close());

describe('a preset', () => {
  it.each<[string, Json]>([
    ['a quote', { row_counts: { tables: ['customer"; drop table customer; --'] } }],
    ['a second statement', { row_counts: { tables: ['customer; delete from customer'] } }],
    ['a name with its schema', { row_counts: { tables: ['public.customer'] } }],
    ['a function', { freshness: { table: 'customer', column: 'pg_sleep(10)' } }],
    ['a line break', { queue: { table: 'a\nb', waiting: ['x'] } }],
    ['a NUL', { tables: { names: ['a\0b'] } }],
    ['a name Postgres would cut', { tables: { names: ['x'.repeat(64)] } }],
    ['a schema with a quote', { tables: { schema: 'a"b' } }],
    ['a tool nobody knows', { migrations: { tool: 'by-hand' } }],
    ['custom without its table', { migrations: { tool: 'custom', column: 'a' } }],
    ['two presets', { tables: {}, views: {} }],
    ['no preset', {}],
    ['an unknown preset', { everything: {} }],
    ['a duration without a unit', { replication_lag: { within: '30' } }],
  ])('refuses %s before it connects', async (_name, given) => {
    const result = await preset(given, { url: 'postgres://reader@127.0.0.1:1/nowhere' });
    expect(result).toMatchObject({ outcome: 'error', cause: expect.stringContaining('bad_parameters') });
  });

  it('binds values: what looks like SQL is only looked for', async () => {
    const evil = "x'); DROP TABLE customer; --";
    expect(
      await preset({
        migrations: { tool: 'custom', table: 'customer', column: 'name', order_by: 'id', head: evil },
      }),
    ).toMatchObject({
      outcome: 'fail',
      observation: { current: 'customer 250' },
    });
    expect(
      await preset({
        queue: { table: 'customer', status: 'name', since: 'seen', waiting: [evil], at_most: 0 },
      }),
    ).toMatchObject({
      outcome: 'pass',
    });
    expect((await preset({ tables: { names: ['customer'] } })).outcome).toBe('pass');
  });

  it('is held by the same session as a query: no superuser, and nothing a view could write', async () => {
    expect(await preset({ tables: {} }, { url: database.adminUrl })).toMatchObject({
      outcome: 'error',
      line: expect.stringContaining('superuser'),
    });
    expect(await preset({ row_counts: { tables: ['sneaky'] } })).toMatchObject({
      outcome: 'error',
      line: expect.stringContaining('read-only transaction'),
    });
    expect(await preset({ freshness: { table: 'sneaky', column: 'nextval' } })).toMatchObject({
      outcome: 'error',
    });
  });

  it('and a query exclude each other, and one of them is needed', () => {
    const { prepare } = findKind('sql')!;
    const connection = 'postgres://reader@127.0.0.1/app';
    expect(prepare({ connection })).toMatchObject({ ok: false });
    expect(prepare({ connection, query: 'select 1', preset: { tables: {} } })).toMatchObject({ ok: false });
    expect(prepare({ connection, preset: { tables: {} }, params: [1] })).toMatchObject({ ok: false });
    expect(prepare({ connection, preset: { tables: {} } })).toMatchObject({ ok: true });
  });

  it('leaves names that are still to be filled in to the run', () => {
    const { problems } = findKind('sql')!;
    const connection = '${database-url}';
    expect(problems({ connection, preset: { tables: { names: ['${table}'] } } })).toEqual([]);
    expect(problems({ connection, preset: { tables: { names: ['a.b'] } } })).toEqual([
      expect.stringContaining('preset.tables.names.0: has to be a plain name'),
    ]);
  });
});
