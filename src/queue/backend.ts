import { setTimeout as sleep } from 'node:timers/promises';
import type { BackendClasses, IQueueBackend } from 'bullmq';
import { createPostgresBackend, createRedisBackend, withBackend } from 'bullmq';

/** Where the jobs live: Redis, or the same Postgres as everything else. */
export type JobsBackend =
  | { readonly kind: 'redis'; readonly url: string; readonly prefix: string }
  | { readonly kind: 'postgres'; readonly url: string };

export type Classes = BackendClasses<IQueueBackend, never>;
type Connect = (use: 'queue' | 'worker') => never;

export type ConnectedBackend = {
  readonly classes: Classes;
  readonly connectionFor: Connect;
  readonly prefix: object;
};

const SCHEMA = 'tminus_queue';

/** Small pools: every queue and worker of the Postgres backend has its own. */
const POOL = { queue: 2, worker: 4 } as const;

/** How long a backend that takes no connections is waited for at the start. */
export const PATIENCE_MS = 10_000;
/** Pause before the next try, at the start and between two looks for a job of which the first failed. */
const PAUSE_MS = 1000;

/**
 * Looks for the next job again only after a pause when the last look failed. BullMQ (6.7.0) pauses after a refused
 * connection alone: on any other error, such as "too many clients", its worker asks again at once, for ever.
 */
const createUnhurried: typeof createPostgresBackend = (...given) => {
  const backend = createPostgresBackend(...given);
  const moveToActive = backend.moveToActive.bind(backend);
  backend.moveToActive = async (...asked): Promise<Awaited<ReturnType<typeof moveToActive>>> => {
    try {
      return await moveToActive(...asked);
    } catch (error) {
      await sleep(PAUSE_MS, undefined, { ref: false });
      throw error;
    }
  };
  return backend;
};

export const backendOf = (backend: JobsBackend): ConnectedBackend => {
  if (backend.kind === 'redis') {
    return {
      classes: withBackend(createRedisBackend) as unknown as Classes,
      // BullMQ closes the connections it made; workers block, so each gets its own. What adds a job is told soon that
      // it could not: it holds a transaction open meanwhile, and comes back by itself.
      connectionFor: (use) =>
        ({
          url: backend.url,
          ...(use === 'queue'
            ? { maxRetriesPerRequest: 1, enableOfflineQueue: false }
            : { maxRetriesPerRequest: null }),
        }) as never,
      prefix: { prefix: backend.prefix },
    };
  }
  return {
    classes: withBackend(createUnhurried) as unknown as Classes,
    connectionFor: (use) =>
      ({
        connectionString: backend.url,
        schema: SCHEMA,
        max: POOL[use],
        application_name: 'tminus-queue',
      }) as never,
    prefix: {},
  };
};

type Connecting = { readonly waitUntilReady: () => Promise<unknown>; readonly close: () => Promise<void> };

/**
 * A queue or worker whose backend was there when it was made. On Postgres BullMQ (6.7.0) keeps the answer of the first
 * connection for ever: one made while Postgres takes none never works, and a worker then asks without a pause, which
 * blocks the whole process. So it is thrown away and made anew. Rejects with the last error after `patienceMs`; one that
 * is still connecting then is given as it is.
 */
export const readyOnce = async <T extends Connecting>(
  make: () => T,
  patienceMs: number = PATIENCE_MS,
): Promise<T> => {
  const begun = performance.now();
  for (;;) {
    const made = make();
    try {
      // The Redis client neither fails nor answers meanwhile; it connects by itself, however late.
      await Promise.race([made.waitUntilReady(), sleep(patienceMs, undefined, { ref: false })]);
      return made;
    } catch (error) {
      await made.close().catch(() => undefined);
      if (performance.now() - begun > patienceMs) throw error;
      await sleep(PAUSE_MS);
    }
  }
};

/** Makes the tables of the Postgres backend; nothing to do on Redis. Safe to run twice. */
export const migrateJobs = async (backend: JobsBackend): Promise<void> => {
  if (backend.kind === 'redis') return;
  const { Queue } = withBackend(createPostgresBackend);
  const queue = new Queue('checks', {
    connection: { connectionString: backend.url, schema: SCHEMA, max: 1, migrate: true },
  });
  await queue.waitUntilReady();
  await queue.close();
};
