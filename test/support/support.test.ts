import { connect } from 'node:net';
import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { testDatabase } from './postgres.ts';
import { redisAvailable, testRedis } from './redis.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const query = async (url: string, sql: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
};

describe('testDatabase', () => {
  it('gives every caller a database of its own', async () => {
    const [one, two] = [await testDatabase(), await testDatabase()];
    closers.push(one.close, two.close);
    await query(one.url, 'CREATE TABLE only_here (id text PRIMARY KEY)');
    const tables = "SELECT 1 FROM pg_tables WHERE tablename = 'only_here'";
    expect(await query(one.url, tables)).toHaveLength(1);
    expect(await query(two.url, tables)).toHaveLength(0);
  });

  it('is migrated', async () => {
    const database = await testDatabase();
    closers.push(database.close);
    expect(await query(database.url, 'SELECT count(*)::int AS deployments FROM deployment')).toEqual([
      { deployments: 0 },
    ]);
  });

  it('drops the database although a connection is open', async () => {
    const database = await testDatabase();
    const left = new pg.Client({ connectionString: database.url });
    left.on('error', () => undefined);
    await left.connect();
    await database.close();
    await expect(query(database.url, 'SELECT 1')).rejects.toMatchObject({ code: '3D000' });
    await left.end();
  });

  it('runs on UTC and sorts by code point', async () => {
    const database = await testDatabase();
    closers.push(database.close);
    const sql = "SELECT current_setting('TimeZone') AS zone, lower('Ä') AS lower, 'B' < 'a' AS sorted";
    expect(await query(database.url, sql)).toEqual([{ zone: 'UTC', lower: 'ä', sorted: true }]);
  });
});

describe.runIf(redisAvailable())('testRedis', () => {
  it('gives a server that answers, and none after close', async () => {
    const redis = (await testRedis())!;
    const { port } = new URL(redis.url);
    const open = () =>
      new Promise<boolean>((resolve) => {
        const socket = connect(Number(port), '127.0.0.1', () => {
          socket.destroy();
          resolve(true);
        }).once('error', () => {
          resolve(false);
        });
      });
    expect(await open()).toBe(true);
    await redis.close();
    expect(await open()).toBe(false);
  });
});
