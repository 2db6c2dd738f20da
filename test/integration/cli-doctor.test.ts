import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { storeOn } from '../../src/db/store.ts';
import { silentLog } from '../../src/lib/log.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { APP_TOKEN, BOT_TOKEN, checklistFolder } from '../support/app.ts';
import { runCli } from '../support/cli.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { testDatabase } from '../support/postgres.ts';
import { redisAvailable, testRedis } from '../support/redis.ts';

// Every command is a process of its own, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

const CHECKLIST = `
system: shop
title: Shop
parameters:
  api-url: {describe: "Base URL, e.g. https://shop.example.com"}
  database-url: {describe: Read-only login, secret: true}
stages:
  prepare:
    - id: first
      title: First
      items:
        - {id: read, title: Everyone has read the plan}
        - {id: health, title: Health, check: {http: {url: "\${api-url}/health"}}}
        - {id: rows, title: Rows, check: {sql: {connection: "\${database-url}", query: select 1 as one}}}
`;

describe('tminus doctor', () => {
  let database: TestDatabase;
  let sandbox: Sandbox;
  let checklists: string;
  beforeAll(async () => {
    database = await testDatabase();
    sandbox = await startSandbox({ botToken: BOT_TOKEN, appToken: APP_TOKEN });
    checklists = await checklistFolder({
      'shop.yaml': CHECKLIST,
      'environments/production.yaml':
        'environment: production\nsystems: {shop: {values: {api-url: "https://shop.example.com", database-url: env:SHOP_DATABASE_URL}}}\n',
      'environments/staging.yaml': 'environment: staging\n',
    });
  });
  afterAll(async () => {
    await sandbox.close();
    await database.close();
    await rm(checklists, { recursive: true });
  });

  const healthy = () => ({
    SLACK_BOT_TOKEN: BOT_TOKEN,
    SLACK_APP_TOKEN: APP_TOKEN,
    SLACK_API_URL: sandbox.apiUrl,
    DATABASE_URL: database.url,
    CHECKLISTS_DIR: checklists,
  });

  it('finds the tables of the queue missing, and nothing wrong once they are there', async () => {
    const before = await runCli(['doctor'], healthy());
    expect(before.code).toBe(1);
    expect(before.stdout).toContain('PROBLEM  the tables of the queue are missing');
    expect(before.stdout).toContain('1 problem.');

    expect((await runCli(['migrate'], healthy())).code).toBe(0);
    const after = await runCli(['doctor'], healthy());
    expect(after).toMatchObject({ code: 0, stderr: '' });
    for (const line of [
      'roles bot, worker, scheduler',
      'every migration is applied',
      'on the same Postgres, and answers',
      'the token is valid',
      "the clock agrees with Slack's",
      'scopes were not compared',
      'system shop; environments production, staging',
      'shop in production: of 2 checks 1 run by themselves',
      'shop in staging: of 2 checks 0 run by themselves',
      'No problems.',
    ])
      expect(after.stdout).toContain(line);
    expect(after.stdout).not.toContain(BOT_TOKEN);
  });

  it('shows every step with a block to paste for one system in one environment', async () => {
    const { stdout } = await runCli(['doctor', 'staging', 'shop'], healthy());
    expect(stdout).toContain('Step 0, all by hand');
    expect(stdout).toMatch(/api-url: \+1 check\n/);
    expect(stdout).toContain('api-url: https://shop.example.com   # +1 check: Base URL');
    expect(stdout).toContain('database-url: env:SHOP_DATABASE_URL');
    expect(stdout).not.toContain('shop in production');
  });

  it('judges secrets by the live workers, and by its own variables when there are none', async () => {
    const own = await runCli(['doctor', 'production'], { ...healthy(), SHOP_DATABASE_URL: 'postgres://x' });
    expect(own.stdout).toContain('2 run by themselves');

    const { db, close } = connect(database.url, { name: 'test', max: 1, log: silentLog });
    const { workers } = storeOn(db);
    await workers.announce({ id: 'w1', runner: undefined, envNames: [] }, Date.now());
    const theirs = await runCli(['doctor', 'production'], {
      ...healthy(),
      SHOP_DATABASE_URL: 'postgres://x',
    });
    expect(theirs.stdout).toContain('1 worker is running');
    expect(theirs.stdout).toContain('database-url not set (SHOP_DATABASE_URL): +1 check');
    await workers.leave('w1');
    await close();
  });

  it('works without anything, says what it could not look at, and lists problems of files by their place', async () => {
    const broken = await checklistFolder({ 'shop.yaml': 'system: shop\ntitel: Shop\n' });
    const { code, stdout, stderr } = await runCli(['doctor'], {
      DATA_DIR: join(broken, 'data'),
      CHECKLISTS_DIR: broken,
      PORT: 'none',
    });
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    for (const line of [
      'PROBLEM  SLACK_BOT_TOKEN (begins with xoxb-) is not set',
      'PROBLEM  PORT must be a port number',
      'unseen   DATABASE_URL is not set and',
      'unseen   not looked at: it is on the same Postgres',
      'unseen   not looked at: SLACK_BOT_TOKEN',
      'PROBLEM  shop.yaml:2:1',
    ])
      expect(stdout).toContain(line);
    await rm(broken, { recursive: true });
  });

  it('says which token Slack refuses, and which migrations are open', async () => {
    const name = `test_${randomBytes(6).toString('hex')}`;
    const admin = new pg.Client({ connectionString: inject('adminUrl') });
    await admin.connect();
    await admin.query(`CREATE DATABASE ${name}`);
    const url = new URL(inject('adminUrl'));
    url.pathname = `/${name}`;
    const { code, stdout } = await runCli(['doctor'], {
      ...healthy(),
      DATABASE_URL: url.href,
      SLACK_BOT_TOKEN: 'xoxb-of-somebody-else',
    });
    expect(code).toBe(1);
    expect(stdout).toMatch(/PROBLEM {2}\d+ not applied yet: 0001_create_loop/);
    expect(stdout).toContain('(invalid_auth)');
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
  });

  it('refuses a schema that a newer program needs', async () => {
    const { db, close } = connect(database.url, { name: 'test', max: 1, log: silentLog });
    const set = (value: string) =>
      db
        .insertInto('app_meta')
        .values({ key: 'min_app_version', value })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
        .execute();
    await set('99.0.0');
    const { code, stdout } = await runCli(['doctor'], healthy());
    await set('0.1.0');
    await close();
    expect(code).toBe(1);
    expect(stdout).toContain('the schema needs tminus 99.0.0 or newer');
  });

  it('names what is near when a word is no system and no environment', async () => {
    const { code, stderr } = await runCli(['doctor', 'prodction'], healthy());
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean production?');
  });

  it('joins the embedded Postgres', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'tminus-cli-'));
    await chmod(dir, 0o755);
    const env = { DATA_DIR: dir, CHECKLISTS_DIR: checklists };
    expect((await runCli(['migrate'], env)).code).toBe(0);
    const { stdout } = await runCli(['doctor'], env);
    expect(stdout).toContain('every migration is applied');
    expect(await runCli(['audit', 'verify'], env)).toMatchObject({
      code: 0,
      stdout: '0 chains, 0 events: all intact\n',
    });
    await rm(dir, { recursive: true, force: true });
  });

  it.runIf(redisAvailable())('asks Redis when the queue is there', async () => {
    const redis = await testRedis();
    const up = await runCli(['doctor'], { ...healthy(), REDIS_URL: redis!.url });
    expect(up.stdout).toContain('on Redis, and answers');
    await redis!.close();
    const down = await runCli(['doctor'], { ...healthy(), REDIS_URL: redis!.url });
    expect(down.code).toBe(1);
    expect(down.stdout).toContain('PROBLEM  Redis does not answer');
  });
});
