import pg from 'pg';
import type { Store } from '../db/store.ts';
import { OUTBOX_CHANNEL } from '../db/loop-tables.ts';
import type { Log } from '../lib/log.ts';
import type { Jobs } from './jobs.ts';

/** Entries moved in one transaction. */
const BATCH = 100;
/** A NOTIFY can be lost with its connection; this is how long an entry then waits at most. */
const POLL_MS = 1000;

type RelayTx = { readonly outbox: Pick<Store['outbox'], 'take' | 'done'> };

export type RelayDeps = {
  readonly store: { readonly transact: <T>(work: (tx: RelayTx) => Promise<T>) => Promise<T> };
  readonly jobs: Pick<Jobs, 'add'>;
  readonly databaseUrl: string;
  readonly now: () => Date;
  readonly log: Log;
};

/** Moves committed outbox entries into the queues, in every process; two relays never take the same entry. */
export const startRelay = (deps: RelayDeps): { readonly stop: () => Promise<void> } => {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let wishes = 0;

  const drain = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const heard = wishes;
      const moved = await moveBatch(deps);
      if (moved < BATCH && wishes === heard) return;
    }
  };
  const wake = (): void => {
    wishes += 1;
    running ??= drain()
      .catch((err: unknown) => deps.log.warn({ err }, 'relay_paused'))
      .finally(() => {
        running = undefined;
      });
  };

  const listener = listen(deps, wake);
  const timer = setInterval(wake, POLL_MS);
  wake();
  return {
    stop: async () => {
      stopping.abort();
      clearInterval(timer);
      await listener.stop();
      await running;
    },
  };
};

/**
 * Adds a batch to the queues, then marks it done; returns how many. A crash in between adds twice, which every processor
 * bears. An entry that no queue takes stays and holds up no other; rejects when none was taken.
 */
export const moveBatch = async ({ store, jobs, now, log }: Omit<RelayDeps, 'databaseUrl'>): Promise<number> =>
  store.transact(async (tx) => {
    const entries = await tx.outbox.take(BATCH);
    const added = await Promise.allSettled(entries.map(({ queue, payload }) => jobs.add(queue, payload)));
    const moved = entries.filter((_, position) => added[position]?.status === 'fulfilled');
    const refused = added.find((one) => one.status === 'rejected');
    if (refused !== undefined && moved.length === 0) throw refused.reason;
    if (refused !== undefined)
      log.warn(
        { err: refused.reason as unknown, entries: entries.length - moved.length },
        'relay_entries_stay',
      );
    await tx.outbox.done(
      moved.map(({ id }) => id),
      now().getTime(),
    );
    return moved.length;
  });

/** Keeps a LISTEN connection; after it breaks it is made again at the next second. */
const listen = ({ databaseUrl, log }: RelayDeps, wake: () => void): { stop: () => Promise<void> } => {
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  let stopped = false;
  const connect = async (): Promise<void> => {
    const next = new pg.Client({
      connectionString: databaseUrl,
      application_name: 'tminus-relay',
      keepAlive: true,
    });
    const again = (err?: unknown) => {
      if (client !== next || stopped) return;
      client = undefined;
      log.warn({ err }, 'relay_listener_lost');
      retry = setTimeout(() => void connect(), POLL_MS);
    };
    client = next;
    next.on('error', again);
    next.on('end', again);
    next.on('notification', wake);
    try {
      await next.connect();
      await next.query(`listen ${OUTBOX_CHANNEL}`);
      wake();
    } catch (err) {
      again(err);
    }
  };
  const first = connect();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(retry);
      await first;
      await client?.end().catch(() => undefined);
    },
  };
};
