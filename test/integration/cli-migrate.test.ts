import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import pg from 'pg';
import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import { runCli } from '../support/cli.ts';

// Every command is a process of its own, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

const query = async (url: string, text: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
};

const made: string[] = [];

const emptyDatabase = async (): Promise<string> => {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await query(inject('adminUrl'), `CREATE DATABASE ${name}`);
  made.push(name);
  const url = new URL(inject('adminUrl'));
  url.pathname = `/${name}`;
  return url.href;
};

afterEach(async () => {
  for (const name of made.splice(0)) await query(inject('adminUrl'), `DROP DATABASE ${name} WITH (FORCE)`);
});

describe('tminus migrate', () => {
  it('applies every migration and makes the tables of the queue, once', async () => {
    const url = await emptyDatabase();
    const files = await readdir(new URL('../../migrations/', import.meta.url));
    const first = await runCli(['migrate'], { DATABASE_URL: url });
    expect(first).toMatchObject({ code: 0, stderr: '' });
    for (const file of files) expect(first.stdout).toContain(`applied ${file.replace(/\.ts$/, '')}`);

    const [tables] = await query(
      url,
      `select count(*) filter (where table_schema = 'public')::int as own,
              count(*) filter (where table_schema = 'tminus_queue')::int as queue
       from information_schema.tables`,
    );
    expect(tables).toMatchObject({ own: expect.any(Number) as number, queue: expect.any(Number) as number });
    expect(tables?.['queue']).toBeGreaterThan(0);

    const second = await runCli(['migrate'], { DATABASE_URL: url });
    expect(second.stdout).toContain('nothing was applied');
    expect(second.code).toBe(0);
  });

  it('may run at the same time from two places', async () => {
    const url = await emptyDatabase();
    const runs = await Promise.all([
      runCli(['migrate'], { DATABASE_URL: url }),
      runCli(['migrate'], { DATABASE_URL: url }),
    ]);
    expect(runs.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
      { code: 0, stderr: '' },
      { code: 0, stderr: '' },
    ]);
  });
});
