import { expect, it } from 'vitest';
import type { OutboxRow } from '../db/loop-tables.ts';
import { silentLog } from '../lib/log.ts';
import { moveBatch } from './relay.ts';

const outboxOf = (...queues: readonly string[]) => {
  let open: readonly OutboxRow[] = queues.map((queue, n) => ({ id: String(n), queue, payload: {} }));
  const outbox = {
    take: (limit: number) => Promise.resolve(open.slice(0, limit)),
    done: (ids: readonly string[]) => {
      open = open.filter(({ id }) => !ids.includes(id));
      return Promise.resolve();
    },
  };
  const store = { transact: <T>(work: (tx: { outbox: typeof outbox }) => Promise<T>) => work({ outbox }) };
  return { store, left: () => open.map(({ queue }) => queue) };
};

const jobs = {
  add: (queue: string) =>
    queue === 'unknown' ? Promise.reject(new Error('There is no queue unknown')) : Promise.resolve(),
};

it('moves what stands beside an entry that no queue takes', async () => {
  const { store, left } = outboxOf('checks', 'unknown', 'renders');
  expect(await moveBatch({ store, jobs, now: () => new Date(0), log: silentLog })).toBe(2);
  expect(left()).toEqual(['unknown']);
});

it('keeps everything while no entry can be added', async () => {
  const { store, left } = outboxOf('unknown', 'unknown');
  const moving = moveBatch({ store, jobs, now: () => new Date(0), log: silentLog });
  await expect(moving).rejects.toThrow('There is no queue unknown');
  expect(left()).toHaveLength(2);
});
