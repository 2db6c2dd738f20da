import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import type { Store } from '../../src/db/store.ts';
import { storeOn } from '../../src/db/store.ts';
import { judgeChain } from '../../src/domain/judge-chain.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { testDatabase } from '../support/postgres.ts';

const CHAIN = 'deployment:todo-1';

describe('an audit chain that is read', () => {
  let database: TestDatabase;
  let store: Store;
  let close: () => Promise<void>;
  beforeAll(async () => {
    database = await testDatabase();
    const connected = connect(database.url, { name: 'test', max: 4, log: silentLog });
    ({ close } = connected);
    store = storeOn(connected.db);
  });
  afterAll(async () => {
    await close();
    await database.close();
  });

  it('is empty, and said to be, before anything was appended', async () => {
    expect(await store.audit.read(CHAIN)).toEqual({ chain: CHAIN, events: [] });
  });

  it('is whole at every moment while events are appended', async () => {
    const appending = (async () => {
      for (let seq = 1; seq <= 100; seq += 1)
        await store.transact(({ audit }) => audit.append(CHAIN, [{ type: 'item_noted' }], seq));
    })();
    const problems: unknown[] = [];
    const lookUntil = async (length: number): Promise<void> => {
      const chain = await store.audit.read(CHAIN);
      if (chain.events.length > 0) problems.push(...judgeChain(chain));
      if (chain.events.length < length) await lookUntil(length);
    };
    await Promise.all([appending, lookUntil(100)]);
    expect(problems).toEqual([]);
    const { events, head } = await store.audit.read(CHAIN);
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_value, index) => index + 1));
    expect(head?.seq).toBe(100);
  });
});
