import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { AuditEvent, ChainHead } from '../domain/audit.ts';
import { GENESIS, linksFor } from '../domain/audit.ts';
import type { StoredChain } from '../domain/judge-chain.ts';
import type { JsonObject } from '../lib/json.ts';
import type { Instant } from '../lib/time.ts';
import { isClaimantGone } from './claimant.ts';
import type { Schema } from './schema.ts';

export type InboxRow = {
  readonly id: string;
  readonly kind: string;
  readonly body: JsonObject;
  readonly receivedAt: Instant;
  readonly tries: number;
  /** How it ended where its person still waits for the answer; null: it did not end. */
  readonly outcome: string | null;
};

/** How long a live process may take to handle what it took from the inbox before the sweeper takes it over. */
const CLAIM_MS = 10_000;

export const inboxStore = (db: Kysely<Schema>, self: number) => ({
  /** Stores envelopes in one statement; returns the ids that were new. A known id is a repeated delivery. */
  insert: async (rows: readonly Omit<InboxRow, 'tries' | 'outcome'>[]): Promise<ReadonlySet<string>> => {
    const inserted = await db
      .insertInto('inbox')
      .values(
        rows.map(({ id, kind, body, receivedAt }) => ({
          id,
          kind,
          body: JSON.stringify(body),
          received_at: new Date(receivedAt),
          claimed_until: new Date(receivedAt + CLAIM_MS),
          claimed_by: self,
        })),
      )
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('id')
      .execute();
    return new Set(inserted.map(({ id }) => id));
  },
  /** Marks an envelope handled, once: false when somebody else did, and then nothing of this transaction may stay. */
  finish: async (id: string, { outcome, now }: { outcome: string; now: Instant }): Promise<boolean> => {
    const result = await db
      .updateTable('inbox')
      .set({ handled_at: new Date(now), outcome })
      .where('id', '=', id)
      .where('handled_at', 'is', null)
      .executeTakeFirst();
    return result.numUpdatedRows === 1n;
  },
  /** Notes how an envelope ended while its person has no answer yet. False when it was handled by somebody else. */
  leaveOpen: async (id: string, outcome: string): Promise<boolean> => {
    const result = await db
      .updateTable('inbox')
      .set({ outcome })
      .where('id', '=', id)
      .where('handled_at', 'is', null)
      .executeTakeFirst();
    return result.numUpdatedRows === 1n;
  },
  /** Takes what a crash left behind: not handled, and its process is gone or had its time. */
  claimAbandoned: async (now: Instant, limit: number): Promise<InboxRow[]> => {
    const rows = await db
      .updateTable('inbox')
      .set((eb) => ({
        claimed_until: new Date(now + CLAIM_MS),
        claimed_by: self,
        tries: eb('tries', '+', 1),
      }))
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('inbox')
          .select('id')
          .where('handled_at', 'is', null)
          .where((either) =>
            either.or([either('claimed_until', '<=', new Date(now)), isClaimantGone('inbox.claimed_by')]),
          )
          .orderBy('received_at')
          .limit(limit)
          .forUpdate()
          .skipLocked(),
      )
      .returningAll()
      .execute();
    return rows.map(({ id, kind, body, received_at, tries, outcome }) => ({
      id,
      kind,
      body,
      receivedAt: received_at.getTime(),
      tries,
      outcome,
    }));
  },
  /** Takes handled envelopes away, bodies and keys; returns how many. One that Slack sends again after that is a new one. */
  deleteHandled: async ({ before, limit }: { before: Instant; limit: number }): Promise<number> => {
    const result = await db
      .deleteFrom('inbox')
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('inbox')
          .select('id')
          .where('handled_at', '<', new Date(before))
          .limit(limit)
          .forUpdate()
          .skipLocked(),
      )
      .executeTakeFirst();
    return Number(result.numDeletedRows);
  },
  countOpen: async (): Promise<number> => {
    const row = await db
      .selectFrom('inbox')
      .select((eb) => eb.fn.countAll<string>().as('count'))
      .where('handled_at', 'is', null)
      .executeTakeFirstOrThrow();
    return Number(row.count);
  },
});

export type OutboxEntry = { readonly queue: string; readonly payload: JsonObject };
export type OutboxRow = OutboxEntry & { readonly id: string };

/** Channel of LISTEN/NOTIFY that wakes every relay. */
export const OUTBOX_CHANNEL = 'tminus_outbox';

export const outboxStore = (db: Kysely<Schema>) => ({
  add: async (entries: readonly OutboxEntry[], now: Instant): Promise<void> => {
    if (entries.length === 0) return;
    await db
      .insertInto('outbox')
      .values(
        entries.map(({ queue, payload }) => ({
          queue,
          payload: JSON.stringify(payload),
          created_at: new Date(now),
        })),
      )
      .execute();
  },
  /** Open entries no other relay holds, oldest first; held until the transaction ends. */
  take: async (limit: number): Promise<OutboxRow[]> =>
    db
      .selectFrom('outbox')
      .select(['id', 'queue', 'payload'])
      .where('done_at', 'is', null)
      .orderBy('id')
      .limit(limit)
      .forUpdate()
      .skipLocked()
      .execute(),
  done: async (ids: readonly string[], now: Instant): Promise<void> => {
    if (ids.length === 0) return;
    await db
      .updateTable('outbox')
      .set({ done_at: new Date(now) })
      .where('id', 'in', [...ids])
      .execute();
  },
  deleteDone: async ({ before, limit }: { before: Instant; limit: number }): Promise<number> => {
    const result = await db
      .deleteFrom('outbox')
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('outbox')
          .select('id')
          .where('done_at', '<', new Date(before))
          .limit(limit)
          .forUpdate()
          .skipLocked(),
      )
      .executeTakeFirst();
    return Number(result.numDeletedRows);
  },
});

type StoredEvent = {
  readonly seq: number;
  readonly at: Date;
  readonly type: string;
  readonly text: string;
  readonly prev_hash: string;
  readonly hash: string;
};
type NoEvent = { readonly seq: null };
/** Each event beside the head of its chain; either may be gone. */
type StoredRow = (StoredEvent | NoEvent) &
  ({ readonly end_seq: number; readonly end_hash: string } | { readonly end_seq: null });

const eventOf = (chain: string, { seq, at, type, text, prev_hash, hash }: StoredEvent): AuditEvent => ({
  chain,
  seq,
  at: at.getTime(),
  type,
  text,
  prevHash: prev_hash,
  hash,
});

export const auditStore = (db: Kysely<Schema>) => {
  const head = async (chain: string): Promise<ChainHead> => {
    const row = await db
      .selectFrom('audit_chain')
      .select(['seq', 'head'])
      .where('chain', '=', chain)
      .forUpdate()
      .executeTakeFirst();
    return row === undefined ? GENESIS : { seq: row.seq, hash: row.head };
  };
  return {
    /** Appends facts to a chain. The caller holds what the chain belongs to, so links never race. */
    append: async (
      chain: string,
      facts: readonly { readonly type: string }[],
      at: Instant,
    ): Promise<void> => {
      if (facts.length === 0) return;
      const links = linksFor({ chain, head: await head(chain), at }, facts);
      await db
        .insertInto('audit_event')
        .values(
          links.map(({ seq, type, text, prevHash, hash }) => ({
            chain,
            seq,
            at: new Date(at),
            type,
            text,
            prev_hash: prevHash,
            hash,
          })),
        )
        .execute();
      const last = links.at(-1);
      if (last === undefined) return;
      const row = { chain, seq: last.seq, head: last.hash };
      await db
        .insertInto('audit_chain')
        .values(row)
        .onConflict((conflict) => conflict.column('chain').doUpdateSet({ seq: row.seq, head: row.head }))
        .execute();
    },
    /** A whole chain, oldest first, with its head of the same moment: one statement sees one state. */
    read: async (chain: string): Promise<StoredChain> => {
      const { rows } = await sql<StoredRow>`
        select event.seq, event.at, event.type, event.text, event.prev_hash, event.hash,
          chain_end.seq as end_seq, chain_end.head as end_hash
        from (select * from audit_event where chain = ${chain}) as event
        full join (select * from audit_chain where chain = ${chain}) as chain_end on chain_end.chain = event.chain
        order by event.seq`.execute(db);
      const [first] = rows;
      return {
        chain,
        events: rows.flatMap((row) => (row.seq === null ? [] : [eventOf(chain, row)])),
        ...(first === undefined || first.end_seq === null
          ? {}
          : { head: { seq: first.end_seq, hash: first.end_hash } }),
      };
    },
    listHeads: async (): Promise<readonly (ChainHead & { readonly chain: string })[]> => {
      const rows = await db.selectFrom('audit_chain').selectAll().orderBy('chain').execute();
      return rows.map(({ chain, seq, head: hash }) => ({ chain, seq, hash }));
    },
  };
};
