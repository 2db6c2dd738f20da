import type { Kysely } from 'kysely';
import type { Instant } from '../lib/time.ts';
import type { JsonObject } from '../lib/json.ts';
import type { Schema } from './schema.ts';

type Statement = {
  readonly state: 'pass' | 'fail';
  readonly line: string;
  readonly metrics: Readonly<Record<string, number | string | boolean>>;
};

type Asked = {
  readonly id: string;
  readonly deploymentId: string;
  readonly itemId: string;
  readonly expiresAt: Instant;
  readonly received?: { readonly at: Instant; readonly statement: Statement };
};

type Row = {
  readonly id: string;
  readonly deployment_id: string;
  readonly item_id: string;
  readonly expires_at: Date;
  readonly received_at: Date | null;
  readonly body: JsonObject | null;
};

const askedOf = (row: Row): Asked => ({
  id: row.id,
  deploymentId: row.deployment_id,
  itemId: row.item_id,
  expiresAt: row.expires_at.getTime(),
  // Written by `receive`, as it is read.
  ...(row.received_at !== null && {
    received: { at: row.received_at.getTime(), statement: row.body as unknown as Statement },
  }),
});

/** What other systems send in. */
export const inboundStore = (db: Kysely<Schema>) => ({
  ask: async ({ id, deploymentId, itemId, expiresAt }: Asked, now: Instant): Promise<void> => {
    await db
      .insertInto('inbound_result')
      .values({
        id,
        deployment_id: deploymentId,
        item_id: itemId,
        asked_at: new Date(now),
        expires_at: new Date(expiresAt),
      })
      .execute();
  },
  /** Everything an item ever asked for, the newest first. */
  listAsked: async (deploymentId: string, itemId: string): Promise<Asked[]> => {
    const rows = await db
      .selectFrom('inbound_result')
      .selectAll()
      .where('deployment_id', '=', deploymentId)
      .where('item_id', '=', itemId)
      .orderBy('asked_at', 'desc')
      .limit(100)
      .execute();
    return rows.map(askedOf);
  },
  lock: async (id: string): Promise<Asked | undefined> => {
    const row = await db
      .selectFrom('inbound_result')
      .selectAll()
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    return row && askedOf(row);
  },
  receive: async (id: string, statement: Statement, now: Instant): Promise<void> => {
    await db
      .updateTable('inbound_result')
      .set({ received_at: new Date(now), body: JSON.stringify(statement) })
      .where('id', '=', id)
      .execute();
  },
  beat: async (id: string, statement: Statement, now: Instant): Promise<void> => {
    const row = { at: new Date(now), body: JSON.stringify(statement) };
    await db
      .insertInto('heartbeat')
      .values({ id, ...row })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
  },
  findBeat: async (
    id: string,
  ): Promise<{ readonly at: Instant; readonly statement: Statement } | undefined> => {
    const row = await db.selectFrom('heartbeat').selectAll().where('id', '=', id).executeTakeFirst();
    return row && { at: row.at.getTime(), statement: row.body as unknown as Statement };
  },
  /** Forgets what deployments that ended before had asked for; returns how much. What came in stays in their runs. */
  deleteEnded: async ({ before, limit }: { before: Instant; limit: number }): Promise<number> => {
    const result = await db
      .deleteFrom('inbound_result')
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('inbound_result')
          .innerJoin('deployment', 'deployment.id', 'inbound_result.deployment_id')
          .select('inbound_result.id')
          .where('deployment.ended_at', '<', new Date(before))
          .limit(limit),
      )
      .executeTakeFirst();
    return Number(result.numDeletedRows);
  },
});
