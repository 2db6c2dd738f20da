import type { Expression, ExpressionBuilder, Kysely, SqlBool } from 'kysely';
import type { JsonObject } from '../lib/json.ts';
import type { Instant } from '../lib/time.ts';
import type { Schema } from './schema.ts';

export type NoticeRow = {
  readonly id: string;
  readonly deploymentId: string | null;
  readonly body: JsonObject;
  readonly createdAt: Instant;
  readonly tries: number;
};

const isFree =
  (now: Instant) =>
  (eb: ExpressionBuilder<Schema, 'notice'>): Expression<SqlBool> =>
    eb.or([eb('claimed_until', 'is', null), eb('claimed_until', '<=', new Date(now))]);

/** Messages that are said once. */
export const noticeStore = (db: Kysely<Schema>) => ({
  insert: async (
    notices: readonly { id: string; deploymentId: string | null; body: JsonObject }[],
    now: Instant,
  ): Promise<void> => {
    if (notices.length === 0) return;
    await db
      .insertInto('notice')
      .values(
        notices.map(({ id, deploymentId, body }) => ({
          id,
          deployment_id: deploymentId,
          body: JSON.stringify(body),
          created_at: new Date(now),
        })),
      )
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  },
  isKnown: async (id: string): Promise<boolean> =>
    (await db.selectFrom('notice').select('id').where('id', '=', id).executeTakeFirst()) !== undefined,
  /** The notice, if it is still to be sent and nobody else is at it for now; counts the try. */
  take: async (id: string, { now, ms }: { now: Instant; ms: number }): Promise<NoticeRow | undefined> => {
    const row = await db
      .updateTable('notice')
      .set((eb) => ({ tries: eb('tries', '+', 1), claimed_until: new Date(now + ms) }))
      .where('id', '=', id)
      .where('sent_at', 'is', null)
      .where('given_up', 'is', null)
      .where(isFree(now))
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const { deployment_id, body, created_at, tries } = row;
    return { id, deploymentId: deployment_id, body, createdAt: created_at.getTime(), tries };
  },
  /** Keeps it for longer: saying it takes more than one call. */
  hold: async (id: string, until: Instant): Promise<void> => {
    await db
      .updateTable('notice')
      .set({ claimed_until: new Date(until) })
      .where('id', '=', id)
      .execute();
  },
  /** Leaves it to the next try, at once or not before `until`; `isTry` false takes the count of this one back. */
  leave: async (id: string, { until, isTry }: { until: Instant | null; isTry: boolean }): Promise<void> => {
    await db
      .updateTable('notice')
      .set((eb) => ({
        claimed_until: until === null ? null : new Date(until),
        tries: eb('tries', '-', isTry ? 0 : 1),
      }))
      .where('id', '=', id)
      .execute();
  },
  sent: async (id: string, { ts, now }: { ts: string | null; now: Instant }): Promise<void> => {
    await db
      .updateTable('notice')
      .set({ sent_at: new Date(now), ts })
      .where('id', '=', id)
      .execute();
  },
  /** Those of a deployment that stand in Slack as posts of their own and were made before `before`, oldest first. */
  listSent: async (deploymentId: string, before: Instant): Promise<{ ts: string; body: JsonObject }[]> => {
    const rows = await db
      .selectFrom('notice')
      .select(['ts', 'body'])
      .where('deployment_id', '=', deploymentId)
      .where('ts', 'is not', null)
      .where('created_at', '<', new Date(before))
      .orderBy('created_at')
      .execute();
    return rows.flatMap(({ ts, body }) => (ts === null ? [] : [{ ts, body }]));
  },
  giveUp: async (id: string, why: string): Promise<void> => {
    await db.updateTable('notice').set({ given_up: why }).where('id', '=', id).execute();
  },
  /**
   * Takes away what was said or given up; returns how many. While its deployment goes on a notice stays: its id keeps the
   * same thing from being said again.
   */
  deleteSaid: async ({ before, limit }: { before: Instant; limit: number }): Promise<number> => {
    const result = await db
      .deleteFrom('notice')
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('notice')
          .leftJoin('deployment', 'deployment.id', 'notice.deployment_id')
          .select('notice.id')
          .where('notice.created_at', '<', new Date(before))
          .where((is) => is.or([is('notice.sent_at', 'is not', null), is('notice.given_up', 'is not', null)]))
          .where((is) =>
            is.or([is('notice.deployment_id', 'is', null), is('deployment.ended_at', '<', new Date(before))]),
          )
          .limit(limit),
      )
      .executeTakeFirst();
    return Number(result.numDeletedRows);
  },
  /** Made before `before`, not said yet, and nobody at it now: what a crash or a lost job left. */
  listOpen: async ({ before, now }: { before: Instant; now: Instant }): Promise<string[]> => {
    const rows = await db
      .selectFrom('notice')
      .select('id')
      .where('sent_at', 'is', null)
      .where('given_up', 'is', null)
      .where('created_at', '<=', new Date(before))
      .where(isFree(now))
      .limit(200)
      .execute();
    return rows.map(({ id }) => id);
  },
});
