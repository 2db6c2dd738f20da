import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readerDatabase, type ReaderDatabase } from '../support/reader-database.ts';

let database: ReaderDatabase;
const preset: ReaderDatabase['preset'] = (given, extra) => database.preset(given, extra);

beforeAll(async () => {
  database = await readerDatabase(`check_preset_server_${process.pid}`);
});

afterAll(() => database.close());

describe('the presets of the server', () => {
  it('say that there is no replica whose lag could be told', async () => {
    expect(await preset({ replication_lag: { within: '30s' } })).toMatchObject({
      outcome: 'inconclusive',
      line: expect.stringContaining('no replica is connected'),
      observation: { role: 'primary', replicas: 0 },
    });
    expect((await preset({ replication_lag: { replicas: 1 } })).outcome).toBe('fail');
  });

  it('count connections, and do not count states they may not see', async () => {
    const result = await preset({ connections: { at_most: 100, pool: 50 } });
    expect(result).toMatchObject({ outcome: 'pass', observation: { max: expect.any(Number) } });
    expect(result.observation['used']).toBeGreaterThanOrEqual(1);
    const hold = new pg.Client({ connectionString: database.adminUrl });
    await hold.connect();
    try {
      const hidden = await preset({ connections: {} }, { expect: { idle: { lt: 1000 } } });
      expect(hidden).toMatchObject({ outcome: 'inconclusive', line: expect.stringContaining('pg_monitor') });
    } finally {
      await hold.end();
    }
    expect((await preset({ connections: { pool: 1, at_most: 50 } })).outcome).toBe('fail');
  });

  it('say how pg_stat_statements is installed where it is not', async () => {
    expect(await preset({ slow_queries: { within: '500ms' } })).toMatchObject({
      outcome: 'inconclusive',
      line: expect.stringContaining('CREATE EXTENSION pg_stat_statements'),
    });
  });

  it('say the same where it was created and the server did not load it', async () => {
    await database.asAdmin('CREATE EXTENSION pg_stat_statements');
    expect(await preset({ slow_queries: {} })).toMatchObject({
      outcome: 'inconclusive',
      line: expect.stringContaining('shared_preload_libraries'),
    });
  });

  it.each(['slow_queries', 'replication_lag'])('have no %s on CockroachDB', async (name) => {
    expect(await preset({ [name]: {} }, { dialect: 'cockroachdb' })).toMatchObject({
      outcome: 'inconclusive',
      line: expect.stringContaining('CockroachDB'),
    });
  });
});
