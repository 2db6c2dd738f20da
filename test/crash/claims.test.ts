import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Claimant } from '../../src/db/claimant.ts';
import { becomeClaimant } from '../../src/db/claimant.ts';
import type { Database } from '../../src/db/connect.ts';
import { connect } from '../../src/db/connect.ts';
import type { Store } from '../../src/db/store.ts';
import { storeOn } from '../../src/db/store.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { connections } from '../support/checks.ts';
import { testDatabase } from '../support/postgres.ts';

const NOW = Date.parse('2026-03-02T10:00:00Z');
const SECOND = 1000;

let test: TestDatabase;
let database: Database;
let here: { readonly claimant: Claimant; readonly store: Store };
let there: { readonly claimant: Claimant; readonly store: Store };

const process = async (): Promise<typeof here> => {
  const claimant = await becomeClaimant(test.url, silentLog);
  return { claimant, store: storeOn(database.db, claimant.key) };
};

beforeAll(async () => {
  test = await testDatabase();
  database = connect(test.url, { name: 'test', max: 4, log: silentLog });
  here = await process();
  there = await process();
  await database.pool.query(`
    insert into pinned_checklist (hash, format_version, body, created_at) values ('h', 1, '{}', now());
    insert into deployment (id, team_id, number, system, environment, channel, state, checklist_hash, body, started_at, revision)
    values ('tiny-1', 'T', 1, 'tiny', 'production', 'C', 'preparing', 'h', '{}', now(), 1)`);
});
afterAll(async () => {
  await here.claimant.close();
  await there.claimant.close();
  await database.close();
  await test.close();
});

/** Ends a process; Postgres needs a moment to see its session end. */
const die = async ({ claimant }: typeof here): Promise<void> => {
  await claimant.close();
  await sleep(50);
};

describe('an envelope', () => {
  const store = (by: Store, id: string) =>
    by.inbox.insert([{ id, kind: 'action', body: {}, receivedAt: NOW }]);
  const taken = async (by: Store, at: number) => (await by.inbox.claimAbandoned(at, 10)).map(({ id }) => id);

  it('is left to the live process that stored it, for ten seconds', async () => {
    await store(there.store, 'a');
    expect(await taken(here.store, NOW + SECOND)).toEqual([]);
    expect(await taken(here.store, NOW + 10 * SECOND)).toEqual(['a']);
    await here.store.inbox.finish('a', { outcome: 'done', now: NOW });
  });

  it('is taken over at once when that process is gone', async () => {
    const other = await process();
    await store(other.store, 'b');
    await die(other);
    expect(await taken(here.store, NOW + SECOND)).toEqual(['b']);
    expect(await taken(there.store, NOW + SECOND)).toEqual([]);
    await here.store.inbox.finish('b', { outcome: 'done', now: NOW });
  });

  it('is handled once', async () => {
    await store(here.store, 'c');
    const ends = await Promise.all(
      [here, there].map((one) => one.store.inbox.finish('c', { outcome: 'done', now: NOW })),
    );
    expect(ends.sort()).toEqual([false, true]);
  });
});

describe('a run', () => {
  const queue = (id: string) =>
    here.store.runs.insert(
      [
        {
          id,
          deploymentId: 'tiny-1',
          itemId: 'health',
          reason: { kind: 'entry' } as never,
          effect: 'write',
          request: { definition: { kind: 'http', params: {} }, connections: connections() },
        },
      ],
      NOW,
    );

  it('under way in a live process is taken by nobody else, however long it takes', async () => {
    await queue('r1');
    expect(await there.store.runs.claim('r1', NOW)).toMatchObject({ wasClaimed: false });
    expect(await here.store.runs.claim('r1', NOW + 600 * SECOND)).toBeUndefined();
  });

  it('of a process that is gone is listed at once, and known to have begun', async () => {
    const other = await process();
    await queue('r2');
    await other.store.runs.claim('r2', NOW);
    expect(await here.store.runs.listStale(NOW - 30 * SECOND, 10)).not.toContain('r2');
    await die(other);
    expect(await here.store.runs.listStale(NOW - 30 * SECOND, 10)).toContain('r2');
    expect(await here.store.runs.claim('r2', NOW)).toMatchObject({ wasClaimed: true });
  });

  it('has one result, whoever finishes it', async () => {
    await queue('r3');
    const result = { outcome: 'pass', line: '', findings: [], observation: {}, captured: {} } as never;
    const ends = await Promise.all([here, there].map((one) => one.store.runs.finish('r3', result, NOW)));
    expect(ends.filter((end) => end !== undefined)).toEqual([{ deploymentId: expect.any(String) as string }]);
  });
});

describe('a notice', () => {
  const claim = (by: Store, at: number) => by.notices.take('n', { now: at, ms: 15 * SECOND });

  it('is said by one at a time, and by the next only when the first had its time', async () => {
    await here.store.notices.insert([{ id: 'n', deploymentId: null, body: {} }], NOW);
    expect(await claim(here.store, NOW)).toMatchObject({ tries: 1 });
    expect(await claim(there.store, NOW + SECOND)).toBeUndefined();
    expect(await there.store.notices.listOpen({ before: NOW, now: NOW + SECOND })).toEqual([]);
    expect(await there.store.notices.listOpen({ before: NOW, now: NOW + 15 * SECOND })).toEqual(['n']);
    expect(await claim(there.store, NOW + 15 * SECOND)).toMatchObject({ tries: 2 });
  });

  it('waits as long as Slack asked, and that was no try', async () => {
    const until = NOW + 60 * SECOND;
    await here.store.notices.leave('n', { until, isTry: false });
    expect(await claim(here.store, until - 1)).toBeUndefined();
    expect(await claim(here.store, until)).toMatchObject({ tries: 2 });
  });
});

describe('the right to draw', () => {
  const lease = (by: Store, token: string, now: number) =>
    by.messages.lease('m', { token, now, ms: 5 * SECOND });

  it('is one process’s at a time, and can be kept', async () => {
    const { store } = here;
    await store.messages.want({
      id: 'm',
      deploymentId: 'tiny-1',
      kind: 'card',
      ref: 'card',
      channel: 'C',
      isAwaited: false,
    });
    expect(await lease(store, 'one', NOW)).toMatchObject({ isUncertain: false });
    expect(await store.messages.renew('m', { token: 'one', now: NOW, ms: 15 * SECOND })).toBe(true);
    expect(await lease(there.store, 'two', NOW + 14 * SECOND)).toBeUndefined();
  });

  it('tells the next one that something may have been shown, and the last one that it lost it', async () => {
    expect(await lease(there.store, 'two', NOW + 16 * SECOND)).toMatchObject({ isUncertain: true });
    expect(await here.store.messages.renew('m', { token: 'one', now: NOW, ms: SECOND })).toBe(false);
    expect(await here.store.messages.drawn('m', 'one', { shown: 9 })).toBe(false);
  });
});
