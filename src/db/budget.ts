import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Instant } from '../lib/time.ts';
import type { Schema } from './schema.ts';

/** Updates a workspace allows, shared by all processes. Tier 3 of Slack is 50 a minute; we stay at 10 + 40. */
export const BUDGET = { capacity: 10, perMinute: 40 } as const;

/** Messages one channel takes: Slack allows about one a second after a short burst; we stay below both. */
export const POSTS = { capacity: 4, perMinute: 55 } as const;

type Allowance = { readonly capacity: number; readonly perMinute: number };

/** Soonest time at which asking again can have another answer. */
const ASK_AGAIN_MS = 50;

/** Takes one token of a row if more than `reserve` are left; 0, or the milliseconds until it is worth asking again. */
const takeFrom = async (
  db: Kysely<Schema>,
  { key, capacity, perMinute }: Allowance & { readonly key: string },
  { reserve, now }: { reserve: number; now: Instant },
): Promise<number> => {
  const perMs = perMinute / 60_000;
  const available = sql<number>`least(${capacity}::float8, tokens + greatest(0, extract(epoch from
    (${new Date(now)}::timestamptz - refilled_at)) * 1000) * ${perMs}::float8)`;
  const taken = await db
    .updateTable('slack_budget')
    .set({ tokens: sql<number>`${available} - 1`, refilled_at: new Date(now) })
    .where('team_id', '=', key)
    .where(available, '>=', reserve + 1)
    .executeTakeFirst();
  if (taken.numUpdatedRows === 1n) return 0;
  const row = await db
    .selectFrom('slack_budget')
    .select([available.as('tokens'), 'refilled_at'])
    .where('team_id', '=', key)
    .executeTakeFirst();
  if (row === undefined) {
    await db
      .insertInto('slack_budget')
      .values({ team_id: key, tokens: capacity, refilled_at: new Date(now) })
      .onConflict((conflict) => conflict.column('team_id').doNothing())
      .execute();
    return ASK_AGAIN_MS;
  }
  const closedMs = Math.max(0, row.refilled_at.getTime() - now);
  return Math.max(ASK_AGAIN_MS, closedMs + Math.ceil((reserve + 1 - row.tokens) / perMs));
};

export const budgetStore = (db: Kysely<Schema>) => ({
  /**
   * Takes one update if more than `reserve` are left (those are for clicks). Returns 0 when taken, else the
   * milliseconds until it is worth asking again.
   */
  take: (teamId: string, ask: { reserve: number; now: Instant }): Promise<number> =>
    takeFrom(db, { key: teamId, ...BUDGET }, ask),
  /** Takes the right to post one message to a channel; the same answer. Its row stands beside the workspace's own. */
  takePost: (channel: string, now: Instant): Promise<number> =>
    takeFrom(db, { key: `post:${channel}`, ...POSTS }, { reserve: 0, now }),
  /** Slack said no: nothing is left until it said there would be. */
  drain: async (teamId: string, until: Instant): Promise<void> => {
    await db
      .updateTable('slack_budget')
      .set({ tokens: 0, refilled_at: new Date(until) })
      .where('team_id', '=', teamId)
      .execute();
  },
});
