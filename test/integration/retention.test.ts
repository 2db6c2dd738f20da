import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import type { Database } from '../../src/db/connect.ts';
import type { Store } from '../../src/db/store.ts';
import { storeOn } from '../../src/db/store.ts';
import { silentLog } from '../../src/lib/log.ts';
import { DAY, HOUR } from '../../src/lib/time.ts';
import { retain } from '../../src/scheduler/retention.ts';
import { connections } from '../support/checks.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { testDatabase } from '../support/postgres.ts';
import { resultOf, situationOf, START } from '../support/situation.ts';

const WHEN_OLD = START + 30 * DAY;
const RECENTLY = WHEN_OLD - 2 * DAY;

let database: TestDatabase;
let connected: Database;
let store: Store;

beforeAll(async () => {
  database = await testDatabase();
  connected = connect(database.url, { name: 'test', max: 4, log: silentLog });
  store = storeOn(connected.db);
});
afterAll(async () => {
  await connected.close();
  await database.close();
});

const receive = (id: string, receivedAt: number) =>
  store.inbox.insert([{ id, kind: 'command', body: { response_url: 'https://hooks' }, receivedAt }]);

const started = async (id: string, number: number, endedAt: number | undefined): Promise<void> => {
  const { checklist, deployment } = situationOf();
  await store.checklists.pin(deployment.checklistHash, checklist, START);
  const before = { ...deployment, id, number };
  await store.deployments.insert(before, undefined, START);
  if (endedAt === undefined) return;
  const after = {
    ...before,
    state: { kind: 'aborted' as const, by: 'UANA', reason: 'over', locked: false, at: endedAt },
    revision: before.revision + 1,
  };
  await store.deployments.save({ before, after, nextDueAt: undefined }, endedAt);
};

const measured = async (id: string, deploymentId: string): Promise<void> => {
  const definition = { kind: 'http', params: { url: 'https://shop.example' } };
  const request = { definition, connections: connections({ allow: ['shop.example'] }) };
  const reason = { kind: 'stage' as const };
  const run = { id, deploymentId, itemId: 'health', reason, effect: 'read' as const, request };
  await store.runs.insert([run], START);
  await store.runs.finish(id, resultOf('pass'), START);
  await store.runs.settle([id], START);
};

const say = async (id: string, deploymentId: string | null, at: number): Promise<void> => {
  await store.notices.insert([{ id, deploymentId, body: {} }], at);
  await store.notices.sent(id, { ts: '1.1', now: at });
};

const idsOf = async (table: 'inbox' | 'notice' | 'outbox'): Promise<string[]> => {
  const rows = await connected.db.selectFrom(table).select('id').orderBy('id').execute();
  return rows.map(({ id }) => id);
};

describe('what is done with', () => {
  beforeAll(async () => {
    for (let n = 0; n < 5; n += 1) {
      await receive(`old-${n}`, START);
      await store.inbox.finish(`old-${n}`, { outcome: 'done', now: START });
    }
    await receive('not-handled', START);
    await receive('recent', RECENTLY);
    await store.inbox.finish('recent', { outcome: 'done', now: RECENTLY });
    await started('ended', 1, START + DAY);
    await started('ended-lately', 2, RECENTLY);
    await started('going-on', 3, undefined);
    for (const id of ['ended', 'ended-lately', 'going-on']) {
      await measured(`run-${id}`, id);
      await say(`notice-${id}`, id, START);
      await store.inbound.ask(
        { id: `ask-${id}`, deploymentId: id, itemId: 'suite', expiresAt: START },
        START,
      );
    }
    await say('notice-of-nothing', null, START);
    await store.notices.insert([{ id: 'not-said', deploymentId: 'ended', body: {} }], START);
    await store.outbox.add([{ queue: 'checks', payload: {} }], WHEN_OLD);
    const [entry] = await store.transact((tx) => tx.outbox.take(1));
    await store.outbox.done([entry?.id ?? ''], WHEN_OLD - 2 * HOUR);
    await store.outbox.add([{ queue: 'checks', payload: {} }], START);

    await retain(store, { now: WHEN_OLD, batch: 2 });
  });

  it('is taken from the inbox, but not while a repeated delivery could still come', async () => {
    expect(await idsOf('inbox')).toEqual(['not-handled', 'recent']);
    await receive('recent', WHEN_OLD);
    expect(await idsOf('inbox')).toHaveLength(2);
  });

  it('is taken from the notices, unless its deployment goes on or it was not said', async () => {
    expect(await idsOf('notice')).toEqual(['not-said', 'notice-ended-lately', 'notice-going-on']);
  });

  it('is taken from what was asked of others, unless its deployment goes on', async () => {
    const asked = await Promise.all(
      ['ended', 'ended-lately', 'going-on'].map((id) => store.inbound.listAsked(id, 'suite')),
    );
    expect(asked.map((rows) => rows.length)).toEqual([0, 1, 1]);
  });

  it('is taken from the outbox, unless it was not moved', async () => {
    expect(await idsOf('outbox')).toHaveLength(1);
  });

  it('leaves of a run what it found, and not what it was given', async () => {
    const rows = await connected.db.selectFrom('check_run').select(['id', 'request', 'result']).execute();
    const emptied = rows.filter(({ request }) => Object.keys(request).length === 0);
    expect(emptied.map(({ id }) => id)).toEqual(['run-ended']);
    expect(emptied[0]?.result).toMatchObject({ outcome: 'pass' });
  });
});
