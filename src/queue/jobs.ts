import type { DeduplicationOptions } from 'bullmq';
import { Redis } from 'ioredis';
import type { Log } from '../lib/log.ts';
import type { Classes, ConnectedBackend, JobsBackend } from './backend.ts';
import { backendOf, PATIENCE_MS, readyOnce } from './backend.ts';
import { onceAnOutage } from './once-an-outage.ts';
import type { Payload, Policy, QueueName } from './payloads.ts';
import { PAYLOADS, POLICIES, QUEUE_NAMES } from './payloads.ts';

export type Handler<N extends QueueName> = (payload: Payload<N>, signal: AbortSignal) => Promise<void>;
export type Handlers = { readonly [N in QueueName]?: Handler<N> };

/** The queue as the rest of tminus sees it: a wake-up call that may come twice, and may be lost. */
export type Jobs = {
  readonly add: (queue: string, payload: unknown) => Promise<void>;
  /**
   * Asks once more for what a row says is still to be done. It does not fold into the job there may be: that one may
   * belong to a process that is gone, and would swallow every wish until its lock has run out.
   */
  readonly addAgain: (queue: string, payload: unknown) => Promise<void>;
  /** Begins to process; returns how to stop, which waits for the jobs in hand. */
  readonly process: (handlers: Handlers) => Promise<{ readonly stop: () => Promise<void> }>;
  /** Rejects while the backend does not answer. */
  readonly ping: () => Promise<void>;
  readonly counts: () => Promise<Readonly<Record<string, number>>>;
  readonly close: () => Promise<void>;
};

/**
 * A job whose process is gone is given to another one after this long, at the next look. Short, because every processor
 * is safe to run twice: a lock lost by a process that was only slow does no harm.
 */
const LOST = { lockDuration: 10_000, stalledInterval: 5000 } as const;

/** Without an error for this long the backend is taken to be back, and its next one is news. */
const QUIET_MS = 30_000;

type AnyHandler = (payload: unknown, signal: AbortSignal) => Promise<void>;
type Queues = ReadonlyMap<QueueName, InstanceType<Classes['Queue']>>;

/** Rejects when the backend refuses connections for `patienceMs` (10 s). */
export const openJobs = async (
  backend: JobsBackend,
  log: Log,
  patienceMs: number = PATIENCE_MS,
): Promise<Jobs> => {
  const connected = backendOf(backend);
  const once = onceAnOutage(QUIET_MS);
  const { classes, connectionFor, prefix } = connected;
  const openQueue = (name: QueueName) =>
    readyOnce(() => {
      const queue = new classes.Queue(name, { connection: connectionFor('queue'), ...prefix });
      queue.on('error', (err) =>
        once(err.message, () => log.warn({ err, queue: name }, 'queue_connection_lost')),
      );
      return queue;
    }, patienceMs);
  const queues: Queues = new Map(
    await Promise.all(QUEUE_NAMES.map(async (name) => [name, await openQueue(name)] as const)),
  );
  return {
    add: (name, payload) => addJob(queues, { name, payload, foldFor: foldIntoWaiting }),
    addAgain: (name, payload) => addJob(queues, { name, payload, foldFor: oncePerWhile }),
    process: (handlers) => processJobs(connected, handlers, { log, once }),
    ping: async () => {
      await Promise.all([...queues.values()].map((queue) => queue.getJobCounts('waiting')));
    },
    counts: async () => {
      const entries = [...queues].map(async ([name, queue]) => {
        const counts = await queue.getJobCounts('waiting', 'delayed', 'active');
        return [name, Object.values(counts).reduce((sum, count) => sum + count, 0)] as const;
      });
      return Object.fromEntries(await Promise.all(entries));
    },
    close: async () => {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
};

type FoldFor = (data: Readonly<Record<string, string>>, policy: Policy) => DeduplicationOptions | undefined;

const foldIntoWaiting: FoldFor = (data, { foldBy }) =>
  foldBy === undefined ? undefined : { id: data[foldBy] ?? '', keepLastIfActive: true };

const oncePerWhile: FoldFor = (data, { againMs }) => ({
  id: `again-${Object.values(data).join('-')}`,
  ttl: againMs,
});

const addJob = async (
  queues: Queues,
  { name, payload, foldFor }: { name: string; payload: unknown; foldFor: FoldFor },
): Promise<void> => {
  const queue = queues.get(name as QueueName);
  if (queue === undefined) throw new Error(`There is no queue ${name}`);
  const data = PAYLOADS[name as QueueName].parse(payload) as Record<string, string>;
  const policy = POLICIES[name as QueueName];
  const deduplication = foldFor(data, policy);
  await queue.add(name, data, {
    attempts: policy.attempts,
    backoff: { type: 'exponential', delay: policy.backoffMs },
    removeOnComplete: true,
    removeOnFail: true,
    // No job id of our own: re-adding a finished one would be ignored. Folding is by deduplication.
    ...(deduplication === undefined ? {} : { deduplication }),
  });
};

const processJobs = async (
  { classes, connectionFor, prefix }: ConnectedBackend,
  handlers: Handlers,
  { log, once }: { log: Log; once: ReturnType<typeof onceAnOutage> },
): Promise<{ readonly stop: () => Promise<void> }> => {
  const stopping = new AbortController();
  const workerOf = (queue: QueueName, handler: AnyHandler) => {
    const worker = new classes.Worker(
      queue,
      (job) => handler(PAYLOADS[queue].parse(job.data), stopping.signal),
      {
        connection: connectionFor('worker'),
        concurrency: POLICIES[queue].concurrency,
        autorun: false,
        ...LOST,
        ...prefix,
      },
    );
    worker.on('error', (err) => once(err.message, () => log.warn({ err, queue }, 'worker_connection_lost')));
    worker.on('failed', (job, err) => {
      const isLast = (job?.attemptsMade ?? 0) >= POLICIES[queue].attempts;
      log[isLast ? 'error' : 'warn']({ err, queue, payload: job?.data as unknown }, 'job_failed');
    });
    return worker;
  };
  const workers = await Promise.all(
    Object.entries(handlers).map(([name, handler]) =>
      readyOnce(() => workerOf(name as QueueName, handler as AnyHandler)),
    ),
  );
  for (const worker of workers) {
    worker.run().catch((err: unknown) => log.error({ err, queue: worker.name }, 'worker_ended'));
  }
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
};

/** Whether Redis answers at this address; used before the start, for a clear message. */
export const redisAnswers = async (url: string): Promise<boolean> => {
  const client = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
    return true;
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
};
