import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findKind } from '../../src/checks/registry.ts';
import type { CheckDefinition, CheckResult } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { run } from '../support/checks.ts';
import { redisAvailable, testRedis, type TestRedis } from '../support/redis.ts';

const HOUR = 3_600_000;

describe.runIf(redisAvailable())('queues of BullMQ', () => {
  let server: TestRedis;
  let admin: Redis;
  const queues: Queue[] = [];

  const queue = (name: string, prefix?: string): Queue => {
    const { hostname, port } = new URL(server.url);
    const made = new Queue(name, {
      connection: { host: hostname, port: Number(port) },
      ...(prefix !== undefined && { prefix }),
    });
    queues.push(made);
    return made;
  };

  beforeAll(async () => {
    server = (await testRedis())!;
    admin = new Redis(server.url);
    const mail = queue('mail');
    await mail.add('first', {}, { timestamp: Date.now() - HOUR });
    await mail.add('second', {});
    await mail.add('later', {}, { delay: HOUR });
    await mail.add('urgent', {}, { priority: 3, timestamp: Date.now() - 2 * HOUR });
    const broken = queue('broken');
    await broken.add('breaks', {}, { attempts: 1 });
    const { hostname, port } = new URL(server.url);
    const worker = new Worker('broken', () => Promise.reject(new Error('no')), {
      connection: { host: hostname, port: Number(port) },
    });
    await new Promise((resolve) => worker.once('failed', resolve));
    await worker.close();
    const paused = queue('paused', 'app');
    await paused.add('waits', {});
    await paused.pause();
    await queue('empty').waitUntilReady();
    await admin.set('bull:odd:wait', 'not a list');
  });

  afterAll(async () => {
    await Promise.all(queues.map((one) => one.close()));
    admin.disconnect();
    await server.close();
  });

  const check = (
    params: Readonly<Record<string, Json>>,
    more: Omit<CheckDefinition, 'kind' | 'params'> = {},
    url = server.url,
  ): Promise<CheckResult> =>
    run({
      kind: 'bullmq',
      params: { connection: '${redis-url}', ...params },
      with: more,
      connections: { secrets: { 'redis-url': 'env:CHECK_REDIS_URL' } },
      deps: { env: () => url, now: () => new Date() },
    });

  it('are counted, and the oldest job is found', async () => {
    const result = await check({ queues: ['mail'] });
    expect(result, result.line).toMatchObject({
      outcome: 'pass',
      observation: {
        waiting: 3,
        delayed: 1,
        active: 0,
        failed: 0,
        missing: [],
        queues: { mail: { prioritized: 1 } },
      },
    });
    expect(result.observation['oldest']).toBeGreaterThanOrEqual(2 * HOUR);
    expect((await check({ queues: ['mail'], at_most: 2 })).outcome).toBe('fail');
    expect((await check({ queues: ['mail'], within: '30m' })).outcome).toBe('fail');
    expect((await check({ queues: ['mail'], at_most: 3, within: '3h' })).outcome).toBe('pass');
  });

  it('have jobs that failed', async () => {
    expect(await check({ queues: ['broken'] }, { expect: { failed: 0 } })).toMatchObject({
      outcome: 'fail',
      line: 'failed: expected 0, got 1',
      observation: { waiting: 0, oldest: 0 },
    });
  });

  it('are found under their prefix, paused or not', async () => {
    expect(await check({ queues: ['paused'], prefix: 'app' })).toMatchObject({
      outcome: 'pass',
      observation: { waiting: 1, queues: { paused: { paused: true } } },
    });
    expect((await check({ queues: ['paused'] })).outcome).toBe('fail');
  });

  it('that are not there are missing and not empty', async () => {
    expect(await check({ queues: ['nobody'], at_most: 5 })).toMatchObject({
      outcome: 'fail',
      line: expect.stringContaining('missing: expected [], got ["nobody"]'),
    });
    const both = await check(
      { queues: ['mail', 'nobody'] },
      { expect: { missing: ['nobody'], waiting: { lte: 9 } } },
    );
    expect(both).toMatchObject({
      outcome: 'inconclusive',
      line: expect.stringContaining('nobody is missing'),
    });
  });

  it('that were made and hold nothing are empty', async () => {
    expect(await check({ queues: ['empty'], at_most: 0, within: '1s' })).toMatchObject({
      outcome: 'pass',
      line: 'none waits, 0 failed',
    });
  });

  it('made by something else are an error', async () => {
    expect(await check({ queues: ['odd'] })).toMatchObject({
      outcome: 'error',
      line: expect.stringContaining('bull:odd:wait is a string'),
    });
  });

  it('are left as they were', async () => {
    await admin.call(
      'ACL',
      'SETUSER',
      'onlooker',
      'on',
      '>onlooker-pa55',
      '~*',
      '-@all',
      '+@read',
      '+select',
      '+@connection',
    );
    const url = new URL(server.url);
    url.username = 'onlooker';
    url.password = 'onlooker-pa55';
    expect(await check({ queues: ['mail', 'broken', 'empty'] }, {}, url.href)).toMatchObject({
      outcome: 'pass',
    });
  });

  it('at a server that is down are a fail', async () => {
    expect(await check({ queues: ['mail'] }, {}, 'redis://127.0.0.1:1')).toMatchObject({
      outcome: 'fail',
      line: '127.0.0.1:1 refused the connection',
    });
  });

  it.each(['a:b', '', 'a b', 'a\nFLUSHALL', 'x'.repeat(101)])('may not be called %j', (name) => {
    const problems = findKind('bullmq')!.problems({ connection: 'redis://a', queues: [name] });
    expect(problems).toHaveLength(1);
  });
});
