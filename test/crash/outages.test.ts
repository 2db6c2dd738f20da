import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { Delivery } from '../../src/sandbox/sandbox.ts';
import { redisAvailable, testRedis } from '../support/redis.ts';
import { Redis } from 'ioredis';
import { startDatabaseProxy } from './database-proxy.ts';
import { startTarget } from './target.ts';
import type { World } from './world.ts';
import {
  auditOf,
  cardsWith,
  converged,
  createWorld,
  ENVIRONMENT,
  eventually,
  press,
  startDeployment,
  TINY,
} from './world.ts';

const CHECKS = Array.from({ length: 20 }, (_unused, index) => `check-${index + 1}`);
const CHECKLIST = TINY(
  '{id: plan-read, title: Everyone has read the plan}, {id: other, title: Something else}',
  CHECKS.map(
    (id) => `{id: ${id}, title: ${id}, check: {http: {url: "\${api-url}/${id}"}, expect: {status: 200}}}`,
  ).join(', '),
);

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const setUp = async (env: Readonly<Record<string, string>> = {}) => {
  const target = await startTarget();
  closers.push(target.close);
  const world = await createWorld({
    files: {
      'tiny.yaml': CHECKLIST,
      'environments/production.yaml': ENVIRONMENT(`api-url: "${target.url}"`),
    },
    env,
  });
  closers.push(world.close);
  return { target, world };
};

const confirm = (world: World, title: string, itemId: string): Promise<Delivery> =>
  press(world, title, { itemId, actionId: 'item.confirm' });

const whispers = (world: World): readonly string[] =>
  world.sandbox.ephemerals('#deploys', 'ana').map(({ visibleText }) => visibleText);

const statusOf = async (url: string): Promise<number> => (await fetch(`${url}/readyz`)).status;

type Started = { readonly title: string; readonly deploymentId: string };

/** All twenty were measured, each once, and the card says so; `left` lines for people are open. */
const allMeasuredOnce = async (
  world: World,
  { title, deploymentId }: Started,
  left: number,
): Promise<void> => {
  await eventually(
    'every result on the card',
    () =>
      cardsWith(world.sandbox, title).find(({ visibleText }) =>
        visibleText.includes(`Waiting for: ${left} by people`),
      ),
    90_000,
  );
  await converged(world);
  const events = await auditOf(world, deploymentId);
  const settled = events.flatMap((event) => (event.type === 'check_settled' ? [event.itemId] : []));
  expect(settled.sort()).toEqual([...CHECKS].sort());
};

describe('a database that is gone', () => {
  it.each(['cut', 'freeze'] as const)(
    'refuses a click honestly and takes the next one when it is back (%s)',
    async (how) => {
      const { world } = await setUp();
      const proxy = await startDatabaseProxy(world.databaseUrl);
      closers.push(proxy.close);
      const bot = await world.startBot({ DATABASE_URL: proxy.url });
      const { title, deploymentId } = await startDeployment(world, '6.0.0');
      await converged(world);
      expect(await statusOf(bot.url)).toBe(200);

      proxy[how]();
      const refused = await confirm(world, title, 'plan-read');
      expect(refused, 'the person is answered in time').toMatchObject({ ok: true });
      await eventually('what the person is told', () =>
        whispers(world).some((text) =>
          // What hangs may have been stored.
          text.includes(how === 'cut' ? 'Not saved, try again' : 'Not sure it was saved'),
        ),
      );
      await eventually('503', async () => (await statusOf(bot.url)) === 503);
      expect(cardsWith(world.sandbox, title)[0]!.visibleText).not.toContain('confirmed by');

      await proxy.restore();
      await eventually('200', async () => (await statusOf(bot.url)) === 200, 60_000);
      expect(await confirm(world, title, 'other')).toMatchObject({ ok: true });
      await eventually('the confirmed row', () =>
        cardsWith(world.sandbox, title).find(({ visibleText }) => visibleText.includes('confirmed by')),
      );
      await converged(world);
      const confirmed = (await auditOf(world, deploymentId)).filter(
        ({ type, itemId }) => type === 'item_confirmed' && itemId === 'other',
      );
      expect(confirmed).toHaveLength(1);
      expect(bot.isAlive()).toBe(true);
    },
    180_000,
  );
});

describe('a database that comes and goes', () => {
  it('ends no process, wherever in its work it is cut off', async () => {
    const { world, target } = await setUp();
    const proxy = await startDatabaseProxy(world.databaseUrl);
    closers.push(proxy.close);
    const bot = await world.startBot({ DATABASE_URL: proxy.url });
    const release = target.hold();
    const { title, deploymentId } = await startDeployment(world, '6.4.0');
    for (let round = 0; round < 15; round += 1) {
      await sleep((round * 137) % 700);
      proxy.cut();
      await sleep((round * 59) % 300);
      await proxy.restore();
    }
    expect(bot.isAlive(), bot.output()).toBe(true);
    release();
    await eventually('200', async () => (await statusOf(bot.url)) === 200, 60_000);
    expect(await confirm(world, title, 'plan-read')).toMatchObject({ ok: true });
    await allMeasuredOnce(world, { title, deploymentId }, 1);
  }, 180_000);
});

describe('a queue that lost everything', () => {
  it('is filled again from the rows when jobs waited in it, on Postgres', async () => {
    const { world } = await setUp();
    await world.startBot({ ROLES: 'bot,scheduler' });
    const { title, deploymentId } = await startDeployment(world, '6.1.0');
    await eventually('the jobs in the queue', async () => {
      const [open] = await world.sql<{ count: string }>('select count(*) from outbox where done_at is null');
      return open?.count === '0';
    });
    const tables = await world.sql<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname = 'tminus_queue' and tablename not in ('migration', 'meta')`,
    );
    expect(tables.length).toBeGreaterThan(3);
    for (const { name } of tables) await world.sql(`delete from ${name}`);
    await world.startBot({ ROLES: 'worker' });
    await confirm(world, title, 'plan-read');
    await allMeasuredOnce(world, { title, deploymentId }, 1);
  }, 180_000);

  it.runIf(redisAvailable())(
    'is filled again from the rows when jobs were under way, on Redis',
    async () => {
      const redis = (await testRedis())!;
      closers.push(redis.close);
      const { world, target } = await setUp({ REDIS_URL: redis.url });
      await world.startBot();
      const release = target.hold();
      const { title, deploymentId } = await startDeployment(world, '6.2.0');
      await eventually('checks under way', () => target.hits.length >= CHECKS.length);
      const client = new Redis(redis.url);
      await client.flushall();
      client.disconnect();
      release();
      await confirm(world, title, 'plan-read');
      await allMeasuredOnce(world, { title, deploymentId }, 1);
    },
    180_000,
  );
});

describe('SIGTERM', () => {
  it('ends the process within ten seconds with checks under way, and loses none of them', async () => {
    const { world, target } = await setUp();
    const bot = await world.startBot();
    const release = target.hold();
    const { title, deploymentId } = await startDeployment(world, '6.3.0');
    await eventually('checks under way', () => target.hits.length >= CHECKS.length);
    const begun = performance.now();
    await bot.kill('SIGTERM');
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(await bot.gone).toEqual({ code: 0, signal: null });
    release();
    await world.startBot();
    await allMeasuredOnce(world, { title, deploymentId }, 2);
    expect(cardsWith(world.sandbox, title)).toHaveLength(1);
  }, 180_000);
});
