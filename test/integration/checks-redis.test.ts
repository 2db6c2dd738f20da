import { Redis } from 'ioredis';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { run } from '../support/checks.ts';
import { redisAvailable, testRedis, type TestRedis } from '../support/redis.ts';

const PASSWORD = 'reader-pa55';

type How = {
  readonly command?: string;
  readonly url?: string;
  readonly expect?: Readonly<Record<string, Json>>;
  readonly timeoutMs?: number;
};

const check = ({ command, url, expect: expected, timeoutMs }: How & { url: string }): Promise<CheckResult> =>
  run({
    kind: 'redis',
    params: { connection: '${redis-url}', ...(command !== undefined && { command }) },
    with: { ...(expected && { expect: expected }), ...(timeoutMs !== undefined && { timeoutMs }) },
    connections: { secrets: { 'redis-url': 'env:CHECK_REDIS_URL' } },
    deps: { env: () => url },
  });

describe.runIf(redisAvailable())('a Redis server', () => {
  let server: TestRedis;
  let admin: Redis;

  beforeAll(async () => {
    server = (await testRedis())!;
    admin = new Redis(server.url);
    await admin.rpush('jobs', 'a', 'b', 'c');
    await admin.zadd('ranks', 1, 'x');
    await admin.call(
      'ACL',
      'SETUSER',
      'reader',
      'on',
      `>${PASSWORD}`,
      '~*',
      '+ping',
      '+info',
      '+llen',
      '+select',
    );
  });

  afterAll(async () => {
    admin.disconnect();
    await server.close();
  });

  const redis = (how: How = {}): Promise<CheckResult> => check({ url: server.url, ...how });

  it('answers, and says of itself what INFO says', async () => {
    const result = await redis({
      expect: {
        ping: 'PONG',
        'info.redis_version': { semver: '>=6' },
        'info.connected_slaves': 0,
        'info.role': 'master',
      },
    });
    expect(result).toMatchObject({ outcome: 'pass', line: 'PONG' });
    expect(result.observation).not.toHaveProperty('reply');
  });

  it('says replication, persistence and memory in units', async () => {
    await admin.config('SET', 'maxmemory', '100mb');
    const result = await redis({
      expect: {
        'replication.role': 'master',
        'replication.replicas': 0,
        'persistence.aof': false,
        'persistence.rdb': 'ok',
        'memory.max': 104_857_600,
        'memory.percent': { lt: 80 },
        duration: { lt: '2s' },
      },
    });
    expect(result, result.line).toMatchObject({ outcome: 'pass' });
    await admin.config('SET', 'maxmemory', '0');
    expect((await redis({ expect: { 'memory.percent': { lt: 80 } } })).outcome).toBe('inconclusive');
    expect((await redis({ expect: { 'replication.lag': { lt: '5s' } } })).outcome).toBe('inconclusive');
  });

  it.each<[string, Json]>([
    ['LLEN jobs', 3],
    ['llen  jobs', 3],
    ['ZCARD ranks', 1],
    ['DBSIZE', 2],
    ['TTL jobs', -1],
    ['TTL nothing', -2],
    ['PTTL jobs', -1],
    ['XLEN nothing', 0],
    ['TYPE jobs', 'list'],
    ['EXISTS nothing', 0],
    ['PING', 'PONG'],
  ])('answers %s', async (command, reply) => {
    expect(await redis({ command, expect: { reply } })).toMatchObject({ outcome: 'pass' });
  });

  it.each([
    'FLUSHALL',
    'KEYS *',
    'GET jobs',
    'CONFIG GET *',
    'EVAL return 1',
    'LLEN',
    'LLEN a b',
    'LLEN jobs\r\nFLUSHALL',
    'DEBUG SLEEP 5',
    'SHUTDOWN',
  ])('is never told %j', async (command) => {
    expect(await redis({ command })).toMatchObject({ outcome: 'error' });
    expect(await admin.llen('jobs')).toBe(3);
  });

  it('may refuse the login, which is an error with one cause that does not show it', async () => {
    const url = new URL(server.url);
    url.username = 'reader';
    url.password = 'wrong-pa55';
    const result = await redis({ url: url.href });
    expect(result).toMatchObject({
      outcome: 'error',
      line: expect.stringContaining('WRONGPASS'),
      cause: expect.stringMatching(/: login_refused$/),
    });
    expect(JSON.stringify(result)).not.toContain('wrong-pa55');
  });

  it('may permit a part', async () => {
    const url = new URL(server.url);
    url.username = 'reader';
    url.password = PASSWORD;
    expect(await redis({ url: url.href, command: 'LLEN jobs', expect: { reply: 3 } })).toMatchObject({
      outcome: 'pass',
    });
    expect(await redis({ url: url.href, command: 'DBSIZE' })).toMatchObject({
      outcome: 'error',
      line: expect.stringContaining('NOPERM'),
    });
  });
});

describe('a Redis connection', () => {
  it('that is refused is a fail', async () => {
    expect(await check({ url: 'redis://:secret-pa55@127.0.0.1:1/0' })).toMatchObject({
      outcome: 'fail',
      line: '127.0.0.1:1 refused the connection',
      cause: 'redis 127.0.0.1:1: connection_refused',
    });
  });

  const served = async (first: string | undefined, how: Partial<How> = {}): Promise<CheckResult> => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      if (first !== undefined) socket.write(first);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const result = await check({ url: `redis://127.0.0.1:${port}`, ...how });
    server.close();
    return result;
  };

  it('that stays silent ends at the deadline', async () => {
    expect((await served(undefined, { timeoutMs: 150 })).outcome).toBe('timed_out');
  });

  it('that pours without end is cut', async () => {
    expect(await served(`$99999999\r\n${'x'.repeat(2_000_000)}`, { timeoutMs: 2000 })).toMatchObject({
      outcome: 'error',
      line: expect.stringContaining('larger than 1 MiB'),
    });
  });

  it('to something else is never a pass', async () => {
    expect(['fail', 'error']).toContain(
      (await served('HTTP/1.1 400 Bad Request\r\n\r\n', { timeoutMs: 500 })).outcome,
    );
  });

  it.each(['redis://169.254.169.254', 'http://127.0.0.1', 'redis:///run/redis.sock', 'redis://127.0.0.1/x'])(
    'to %s is refused',
    async (url) => {
      expect(await check({ url })).toMatchObject({ outcome: 'error' });
    },
  );
});
