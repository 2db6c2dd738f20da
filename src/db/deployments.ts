import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Deployment, ItemProgress } from '../domain/deployment.ts';
import { isEnded } from '../domain/deployment.ts';
import { previousVersionOf } from '../domain/previous-version.ts';
import type { Instant } from '../lib/time.ts';
import type { KeptDeployments } from './kept-deployments.ts';
import type { Schema } from './schema.ts';

const dateOf = (at: Instant | undefined): Date | null => (at === undefined ? null : new Date(at));

const rowOf = (deployment: Deployment, nextDueAt: Instant | undefined, now: Instant) => {
  const { items: _items, ...body } = deployment;
  return {
    id: deployment.id,
    team_id: deployment.teamId,
    number: deployment.number,
    system: deployment.system,
    environment: deployment.environment,
    channel: deployment.channel,
    state: deployment.state.kind,
    version: deployment.version,
    checklist_hash: deployment.checklistHash,
    body: JSON.stringify(body),
    started_at: new Date(deployment.anchors.start),
    deployed_at: dateOf(deployment.anchors.deployed),
    ended_at: isEnded(deployment.state) ? new Date(now) : null,
    next_due_at: dateOf(nextDueAt),
    revision: deployment.revision,
  };
};

/**
 * Changes whenever the row does, and never comes back: the number of the transaction that wrote it. Every change of an
 * item writes the row of its deployment too.
 */
const STAMP = sql<string>`deployment.xmin::text`;

const ITEMS = sql<Record<
  string,
  ItemProgress
> | null>`(select json_object_agg(item_id, progress order by item_id)
  from deployment_item where deployment_id = deployment.id)`;

type Stamped = { readonly id: string; readonly stamp: string };

/** Deployments as rows: a body and one row per touched item. What has not changed since it was last read is not read again. */
export const deploymentStore = (db: Kysely<Schema>, kept: KeptDeployments) => {
  const read = async (ids: readonly string[]): Promise<ReadonlyMap<string, Deployment>> => {
    if (ids.length === 0) return new Map();
    // One statement, so that body and items are of the same moment.
    const rows = await db
      .selectFrom('deployment')
      .select(['id', 'body', STAMP.as('stamp'), ITEMS.as('items')])
      .where('id', 'in', [...ids])
      .execute();
    return new Map(
      rows.map(({ id, body, stamp, items }) => {
        const deployment = { ...(body as Omit<Deployment, 'items'>), items: items ?? {} };
        kept.keep(stamp, deployment);
        return [id, deployment];
      }),
    );
  };

  const whole = async (rows: readonly Stamped[]): Promise<Deployment[]> => {
    const known = new Map(rows.map(({ id, stamp }) => [id, kept.find(id, stamp)]));
    const missing = rows.flatMap(({ id }) => (known.get(id) === undefined ? [id] : []));
    const found = await read(missing);
    return rows.flatMap(({ id }) => known.get(id) ?? found.get(id) ?? []);
  };

  const stamps = () => db.selectFrom('deployment').select(['id', STAMP.as('stamp')]);

  return {
    /** Holds the row until the transaction ends, so that inputs to one deployment come one after the other. */
    lock: async (id: string): Promise<Deployment | undefined> => {
      const rows = await stamps().where('id', '=', id).forUpdate().execute();
      return (await whole(rows))[0];
    },
    find: async (id: string): Promise<Deployment | undefined> =>
      (await whole(await stamps().where('id', '=', id).execute()))[0],
    findByNumber: async (teamId: string, number: number): Promise<Deployment | undefined> =>
      (await whole(await stamps().where('team_id', '=', teamId).where('number', '=', number).execute()))[0],
    /** Not ended, newest first; everywhere, or in one channel. All of them: a newer T-0 wakes every older one of its place. */
    listLive: async (teamId: string, channel?: string): Promise<Deployment[]> => {
      let query = stamps().where('team_id', '=', teamId).where('ended_at', 'is', null);
      if (channel !== undefined) query = query.where('channel', '=', channel);
      return whole(await query.orderBy('number', 'desc').execute());
    },
    listLiveIds: async (): Promise<string[]> => {
      const rows = await db.selectFrom('deployment').select('id').where('ended_at', 'is', null).execute();
      return rows.map(({ id }) => id);
    },
    /** Newest first, ended ones too. */
    listRecent: async (
      teamId: string,
      {
        system,
        environment,
        channel,
        limit,
      }: { system?: string; environment?: string; channel?: string; limit: number },
    ): Promise<Deployment[]> => {
      let query = stamps().where('team_id', '=', teamId);
      if (system !== undefined) query = query.where('system', '=', system);
      if (environment !== undefined) query = query.where('environment', '=', environment);
      if (channel !== undefined) query = query.where('channel', '=', channel);
      return whole(await query.orderBy('number', 'desc').limit(limit).execute());
    },
    /** What another deployment of the same place did last: its T-0, or the end of its rollback. */
    findLastChange: async ({
      id,
      teamId,
      system,
      environment,
    }: Pick<Deployment, 'id' | 'teamId' | 'system' | 'environment'>): Promise<
      { by: string; deployedAt: Instant; at: Instant; version: string | null } | undefined
    > => {
      const row = await db
        .selectFrom('deployment')
        .select(['id', 'body', 'deployed_at'])
        .where('team_id', '=', teamId)
        .where('system', '=', system)
        .where('environment', '=', environment)
        .where('id', '!=', id)
        .where('deployed_at', 'is not', null)
        .orderBy('deployed_at', 'desc')
        .limit(1)
        .executeTakeFirst();
      if (row?.deployed_at === undefined || row.deployed_at === null) return undefined;
      const body = row.body as unknown as Deployment;
      const { state, version, rollback } = body;
      const change = { by: row.id, deployedAt: row.deployed_at.getTime() };
      return state.kind === 'rolled_back'
        ? { ...change, at: state.at, version: rollback?.targetVersion ?? previousVersionOf(body) }
        : { ...change, at: change.deployedAt, version };
    },
    /** The next number of this team; numbers are never used twice. */
    takeNumber: async (teamId: string): Promise<number> => {
      const row = await db
        .insertInto('deployment_counter')
        .values({ team_id: teamId, last: 1 })
        .onConflict((conflict) =>
          conflict.column('team_id').doUpdateSet((eb) => ({ last: eb('deployment_counter.last', '+', 1) })),
        )
        .returning('last')
        .executeTakeFirstOrThrow();
      return row.last;
    },
    insert: async (deployment: Deployment, nextDueAt: Instant | undefined, now: Instant): Promise<void> => {
      await db
        .insertInto('deployment')
        .values(rowOf(deployment, nextDueAt, now))
        .execute();
      await saveItems(db, { id: deployment.id, before: {}, after: deployment.items });
    },
    /** Writes what changed: the row, and the items whose progress is another object than before. */
    save: async (
      { before, after, nextDueAt }: { before: Deployment; after: Deployment; nextDueAt: Instant | undefined },
      now: Instant,
    ): Promise<void> => {
      const { id, started_at: _started, ended_at, ...row } = rowOf(after, nextDueAt, now);
      const ended = isEnded(before.state) ? {} : { ended_at };
      await db
        .updateTable('deployment')
        .set({ ...row, ...ended })
        .where('id', '=', id)
        .execute();
      await saveItems(db, { id, before: before.items, after: after.items });
    },
    /** Deployments the clock has to look at now, the longest due first. */
    listDue: async (now: Instant, limit: number): Promise<string[]> => {
      const rows = await db
        .selectFrom('deployment')
        .select('id')
        .where('next_due_at', '<=', new Date(now))
        .orderBy('next_due_at')
        .limit(limit)
        .execute();
      return rows.map(({ id }) => id);
    },
  };
};

const saveItems = async (
  db: Kysely<Schema>,
  { id, before, after }: { id: string; before: Deployment['items']; after: Deployment['items'] },
): Promise<void> => {
  const rows = Object.entries(after)
    .filter(([itemId, progress]) => before[itemId] !== progress)
    .map(([itemId, progress]) => ({
      deployment_id: id,
      item_id: itemId,
      progress: JSON.stringify(progress),
    }));
  if (rows.length === 0) return;
  await db
    .insertInto('deployment_item')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(['deployment_id', 'item_id'])
        .doUpdateSet((eb) => ({ progress: eb.ref('excluded.progress') })),
    )
    .execute();
};
