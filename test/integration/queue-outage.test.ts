import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Log } from '../../src/lib/log.ts';
import { silentLog } from '../../src/lib/log.ts';
import { openJobs } from '../../src/queue/jobs.ts';
import { redisAvailable, testRedis } from '../support/redis.ts';

describe.runIf(redisAvailable())('while Redis is away', () => {
  it('the queue is not ready, and the log says so once, not with every try', async () => {
    const redis = (await testRedis())!;
    const lines: string[] = [];
    const log: Log = {
      ...silentLog,
      warn: ({ err }: { err?: Error }, event: string) => void lines.push(`${event} ${String(err?.message)}`),
    };
    const jobs = await openJobs({ kind: 'redis', url: redis.url, prefix: 'outage' }, log);
    const processing = await jobs.process({
      renders: () => Promise.resolve(),
      checks: () => Promise.resolve(),
    });
    await jobs.ping();
    expect(lines).toEqual([]);
    await redis.close();
    await sleep(4000);
    const isReady = await Promise.race([
      jobs.ping().then(
        () => true,
        () => false,
      ),
      sleep(2000, false),
    ]);
    expect(isReady).toBe(false);
    await expect(
      Promise.race([jobs.add('renders', { messageId: 'one' }), sleep(2000, 'still waiting')]),
    ).rejects.toThrow();
    expect(lines.filter((line) => line.includes('ECONNREFUSED'))).toHaveLength(1);
    expect(new Set(lines).size).toBe(lines.length);
    expect(lines.length).toBeLessThan(4);
    void Promise.all([processing.stop(), jobs.close()]).catch(() => undefined);
  });
});
