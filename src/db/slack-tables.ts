import type { Kysely, Selectable } from 'kysely';
import { sql } from 'kysely';
import type { KeptMessage, Pace } from '../domain/kept-message.ts';
import type { Instant } from '../lib/time.ts';
import { MINUTE } from '../lib/time.ts';
import type { Schema } from './schema.ts';

/** A message that could not be drawn for longer takes nobody's turn. */
const LIVELY_MS = MINUTE;

type Row = Selectable<Schema['slack_message']>;

const messageOf = (row: Row, isUncertain: boolean): KeptMessage => ({
  id: row.id,
  deploymentId: row.deployment_id,
  kind: row.kind === 'card' || row.kind === 'pointer' ? row.kind : 'alert',
  ref: row.ref,
  channel: row.channel,
  ts: row.ts,
  permalink: row.permalink,
  postedAt: row.posted_at?.getTime() ?? null,
  wanted: row.wanted,
  shown: row.shown,
  shownHash: row.shown_hash,
  shownAt: row.shown_at?.getTime() ?? null,
  isUncertain,
  isGivenUp: row.given_up !== null,
});

export const messageStore = (db: Kysely<Schema>) => ({
  /** Asks for a drawing, `isAwaited` by a person; makes the message when it is new. Returns its id. */
  want: async (message: {
    id: string;
    deploymentId: string;
    kind: KeptMessage['kind'];
    ref: string;
    channel: string;
    isAwaited: boolean;
  }): Promise<string> => {
    const row = await db
      .insertInto('slack_message')
      .values({
        id: message.id,
        deployment_id: message.deploymentId,
        kind: message.kind,
        ref: message.ref,
        channel: message.channel,
        wanted: 1,
        shown: 0,
        awaited: message.isAwaited ? 1 : 0,
      })
      .onConflict((conflict) =>
        conflict.columns(['deployment_id', 'kind', 'ref']).doUpdateSet((eb) => ({
          wanted: eb('slack_message.wanted', '+', 1),
          ...(message.isAwaited ? { awaited: eb('slack_message.wanted', '+', 1), given_up: null } : {}),
        })),
      )
      .returning('id')
      .executeTakeFirstOrThrow();
    return row.id;
  },
  /** Makes a card that was posted before `before` a pointer to the next one; returns its id, undefined when it is younger. */
  retireCard: async (deploymentId: string, before: Instant): Promise<string | undefined> => {
    const row = await db
      .updateTable('slack_message')
      .set((eb) => ({ kind: 'pointer', ref: eb.ref('ts').$notNull(), wanted: eb('wanted', '+', 1) }))
      .where('deployment_id', '=', deploymentId)
      .where('kind', '=', 'card')
      .where('ts', 'is not', null)
      .where('posted_at', '<', new Date(before))
      .returning('id')
      .executeTakeFirst();
    return row?.id;
  },
  /** Asks for one more drawing at a later time, for what only time changes. */
  redrawAt: async (id: string, at: Instant): Promise<void> => {
    await db
      .updateTable('slack_message')
      .set({ redraw_at: new Date(at) })
      .where('id', '=', id)
      .execute();
  },
  /** Messages whose time to be drawn again has come; they are wanted once more. */
  takeRedraws: async (now: Instant): Promise<string[]> => {
    const rows = await db
      .updateTable('slack_message')
      .set((eb) => ({ redraw_at: null, wanted: eb('wanted', '+', 1) }))
      .where('redraw_at', '<=', new Date(now))
      .returning('id')
      .execute();
    return rows.map(({ id }) => id);
  },
  /** Messages that are behind and that nobody draws: what a crash left. */
  listBehind: async (now: Instant): Promise<string[]> => {
    const rows = await db
      .selectFrom('slack_message')
      .select('id')
      .whereRef('wanted', '>', 'shown')
      .where('given_up', 'is', null)
      .where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<', new Date(now))]))
      .limit(200)
      .execute();
    return rows.map(({ id }) => id);
  },
  /** Takes the right to draw, fenced by a token; undefined: another process holds it, or the message was given up. */
  lease: async (
    id: string,
    { token, now, ms }: { token: string; now: Instant; ms: number },
  ): Promise<KeptMessage | undefined> => {
    const before = await db
      .selectFrom('slack_message')
      .select(['lease'])
      .where('id', '=', id)
      .executeTakeFirst();
    const row = await db
      .updateTable('slack_message')
      .set({ lease: token, lease_until: new Date(now + ms) })
      .where('id', '=', id)
      .where('given_up', 'is', null)
      .where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<', new Date(now))]))
      .returningAll()
      .executeTakeFirst();
    return row === undefined ? undefined : messageOf(row, (before?.lease ?? null) !== null);
  },
  /** Keeps the right to draw for longer; false: it was lost, and nothing may be said to Slack any more. */
  renew: async (
    id: string,
    { token, now, ms }: { token: string; now: Instant; ms: number },
  ): Promise<boolean> => {
    const result = await db
      .updateTable('slack_message')
      .set({ lease_until: new Date(now + ms) })
      .where('id', '=', id)
      .where('lease', '=', token)
      .executeTakeFirst();
    return result.numUpdatedRows === 1n;
  },
  /** What is shown is not known: it is wanted once more, and drawn whatever it was. */
  distrust: async (id: string): Promise<void> => {
    await db
      .updateTable('slack_message')
      .set((eb) => ({ shown_hash: null, wanted: eb('wanted', '+', 1) }))
      .where('id', '=', id)
      .execute();
  },
  /** Ends a drawing and records what is shown now. Without effect when the lease was lost. */
  drawn: async (
    id: string,
    token: string,
    shown: Partial<{
      channel: string;
      ts: string | null;
      permalink: string | null;
      postedAt: Instant;
      shown: number;
      shownHash: string | null;
      shownAt: Instant;
    }>,
  ): Promise<boolean> => {
    const { postedAt, shownHash, shownAt, ...rest } = shown;
    const result = await db
      .updateTable('slack_message')
      .set({
        ...rest,
        ...(postedAt === undefined ? {} : { posted_at: new Date(postedAt) }),
        ...(shownHash === undefined ? {} : { shown_hash: shownHash }),
        ...(shownAt === undefined ? {} : { shown_at: new Date(shownAt) }),
        lease: null,
        lease_until: null,
      })
      .where('id', '=', id)
      .where('lease', '=', token)
      .executeTakeFirst();
    return result.numUpdatedRows === 1n;
  },
  /**
   * Leaves a drawing whose end is not known: nobody draws before `until`, and whoever does then knows that it may have
   * been posted.
   */
  leaveUncertain: async (id: string, token: string, until: Instant): Promise<void> => {
    await db
      .updateTable('slack_message')
      .set({ lease_until: new Date(until) })
      .where('id', '=', id)
      .where('lease', '=', token)
      .execute();
  },
  /** Ends a drawing that will never be taken. Without effect when the lease was lost. */
  giveUp: async (id: string, token: string, why: string): Promise<void> => {
    await db
      .updateTable('slack_message')
      .set({ given_up: why, lease: null, lease_until: null })
      .where('id', '=', id)
      .where('lease', '=', token)
      .execute();
  },
  find: async (
    deploymentId: string,
    kind: KeptMessage['kind'],
    ref: string,
  ): Promise<KeptMessage | undefined> => {
    const row = await db
      .selectFrom('slack_message')
      .selectAll()
      .where('deployment_id', '=', deploymentId)
      .where('kind', '=', kind)
      .where('ref', '=', ref)
      .executeTakeFirst();
    return row === undefined ? undefined : messageOf(row, row.lease !== null);
  },
  /** Deployment that has not ended -> link to its card; those without a link are absent. */
  listLiveLinks: async (teamId: string): Promise<ReadonlyMap<string, string>> => {
    const rows = await db
      .selectFrom('deployment')
      .innerJoin('slack_message', 'slack_message.deployment_id', 'deployment.id')
      .select(['deployment.id', 'slack_message.permalink'])
      .where('deployment.team_id', '=', teamId)
      .where('deployment.ended_at', 'is', null)
      .where('slack_message.kind', '=', 'card')
      .where('slack_message.permalink', 'is not', null)
      .execute();
    return new Map(rows.flatMap(({ id, permalink }) => (permalink === null ? [] : [[id, permalink]])));
  },
  list: async (deploymentId: string): Promise<KeptMessage[]> => {
    const rows = await db
      .selectFrom('slack_message')
      .selectAll()
      .where('deployment_id', '=', deploymentId)
      .execute();
    return rows.map((row) => messageOf(row, row.lease !== null));
  },
  /** What decides when a message may be drawn, in one statement: it is asked again and again. Undefined: no such message. */
  pace: async (id: string, now: Instant): Promise<Pace | undefined> => {
    const row = await db
      .selectFrom('slack_message as own')
      .select((eb) => [
        'own.wanted',
        'own.shown',
        'own.awaited',
        'own.shown_at',
        eb
          .exists(
            eb
              .selectFrom('deployment_item')
              .select('item_id')
              .whereRef('deployment_item.deployment_id', '=', 'own.deployment_id')
              .where(sql<boolean>`progress ? 'running'`),
          )
          .as('is_measuring'),
        eb
          .selectFrom('slack_message as other')
          .select((other) => other.fn.countAll<string>().as('count'))
          .whereRef('other.wanted', '>', 'other.shown')
          .where('other.given_up', 'is', null)
          .where('other.shown_at', '>', new Date(now - LIVELY_MS))
          .as('behind'),
      ])
      .where('own.id', '=', id)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const { wanted, shown, awaited, shown_at, is_measuring, behind } = row;
    return {
      wanted,
      shown,
      awaited,
      shownAt: shown_at?.getTime() ?? null,
      isMeasuring: Boolean(is_measuring),
      cardsBehind: Number(behind),
    };
  },
});
