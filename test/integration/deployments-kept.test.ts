import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import type { Database } from '../../src/db/connect.ts';
import type { Store } from '../../src/db/store.ts';
import { storeOn } from '../../src/db/store.ts';
import type { Deployment } from '../../src/domain/deployment.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { testDatabase } from '../support/postgres.ts';
import { situationOf, START } from '../support/situation.ts';

const confirmed = (deployment: Deployment, itemId: string): Deployment => ({
  ...deployment,
  items: { ...deployment.items, [itemId]: { settled: { kind: 'confirmed', by: 'UANA', at: START } } },
  revision: deployment.revision + 1,
});

describe('deployments that two processes read and change', () => {
  let database: TestDatabase;
  const opened: Database[] = [];
  let one: Store;
  let other: Store;
  const started = situationOf();
  const { id } = started.deployment;

  const openStore = (): Store => {
    const connected = connect(database.url, { name: 'test', max: 4, log: silentLog });
    opened.push(connected);
    return storeOn(connected.db);
  };
  const save = (store: Store, change: (deployment: Deployment) => Deployment): Promise<Deployment> =>
    store.transact(async (tx) => {
      const before = await tx.deployments.lock(id);
      if (before === undefined) throw new Error('not there');
      const after = change(before);
      await tx.deployments.save({ before, after, nextDueAt: undefined }, START);
      return after;
    });

  beforeAll(async () => {
    database = await testDatabase();
    one = openStore();
    other = openStore();
    const { checklist, deployment } = started;
    await one.checklists.pin(deployment.checklistHash, checklist, START);
    await one.deployments.insert(deployment, undefined, START);
  });
  beforeEach(async () => {
    await save(one, (deployment) => ({ ...deployment, reminded: {} }));
  });
  afterAll(async () => {
    await Promise.all(opened.map(({ close }) => close()));
    await database.close();
  });

  it('are read once as long as nobody changes them', async () => {
    const first = await one.deployments.find(id);
    expect(first?.id).toBe(id);
    expect(await one.deployments.find(id)).toBe(first);
    const [live] = await one.deployments.listLive(started.deployment.teamId);
    expect(live).toBe(first);
  });

  it('are read again once the other has changed an item', async () => {
    await one.deployments.find(id);
    const after = await save(other, (deployment) => confirmed(deployment, 'signing-key'));
    expect(await one.deployments.find(id)).toEqual(after);
    expect(await other.deployments.find(id)).toEqual(after);
  });

  it('are as they were after a transaction that was rolled back', async () => {
    const before = await one.deployments.find(id);
    const broken = one.transact(async (tx) => {
      const locked = await tx.deployments.lock(id);
      if (locked === undefined) throw new Error('not there');
      const after = confirmed(locked, 'rollback-plan');
      await tx.deployments.save({ before: locked, after, nextDueAt: undefined }, START);
      expect(await tx.deployments.find(id)).toEqual(after);
      throw new Error('broken off');
    });
    await expect(broken).rejects.toThrow('broken off');
    expect(await one.deployments.find(id)).toEqual(before);
    await save(other, (deployment) => confirmed(deployment, 'load-figures'));
    const now = await one.deployments.find(id);
    expect(now?.items['rollback-plan']).toBeUndefined();
    expect(now?.items['load-figures']).toBeDefined();
  });

  it('are locked as the one before left them', async () => {
    await one.deployments.find(id);
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    await Promise.all(
      names.map((name, index) =>
        save(index % 2 === 0 ? one : other, (deployment) => confirmed(deployment, name)),
      ),
    );
    const items = Object.keys((await one.deployments.find(id))?.items ?? {});
    expect(items).toEqual(expect.arrayContaining(names));
  });

  it('are all listed while they are under way, however many there are', async () => {
    const { db } = opened[0] as Database;
    await sql`
      insert into deployment
        (id, team_id, number, system, environment, channel, state, checklist_hash, body, started_at, revision)
      select 'many-' || n, 'TMANY', n, system, environment, channel, state, checklist_hash,
        body || jsonb_build_object('number', n), started_at, revision
      from deployment, generate_series(1, 1001) n where id = ${id}`.execute(db);
    const live = await one.deployments.listLive('TMANY');
    expect(live).toHaveLength(1001);
    expect(live.at(-1)?.number).toBe(1);
  });
});
