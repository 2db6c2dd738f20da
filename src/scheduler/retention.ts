import type { Instant } from '../lib/time.ts';
import { DAY, MINUTE } from '../lib/time.ts';

/** Takes up to `limit` of what is older than `before` away; returns how much it took. */
type Clean = (old: { before: Instant; limit: number }) => Promise<number>;

/** What grows and is of no use later. */
export type RetentionStore = {
  readonly inbox: { deleteHandled: Clean };
  readonly outbox: { deleteDone: Clean };
  readonly notices: { deleteSaid: Clean };
  readonly runs: { emptyRequests: Clean };
  readonly inbound: { deleteEnded: Clean };
};

/** Only of use for a look back. */
const OUTBOX_KEPT = 60 * MINUTE;
/** Slack sends again for hours: until then a handled envelope has to be known by its key. */
const KEPT = 7 * DAY;
/** Small enough that nobody waits for a lock, and often enough to keep up. */
const BATCH = 500;
const MOST_BATCHES = 50;

/** Takes away what is done with: envelopes, notices, outbox entries, and what a run of an ended deployment was given. */
export const retain = async (
  store: RetentionStore,
  { now, batch = BATCH }: { now: Instant; batch?: number },
): Promise<void> => {
  const clean = async (work: Clean, kept: number): Promise<void> => {
    for (let round = 0; round < MOST_BATCHES; round += 1)
      if ((await work({ before: now - kept, limit: batch })) < batch) return;
  };
  await clean(store.outbox.deleteDone, OUTBOX_KEPT);
  await clean(store.inbox.deleteHandled, KEPT);
  await clean(store.notices.deleteSaid, KEPT);
  await clean(store.runs.emptyRequests, KEPT);
  await clean(store.inbound.deleteEnded, KEPT);
};
