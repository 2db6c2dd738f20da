import { randomUUID } from 'node:crypto';
import type { DeduplicationOptions } from 'bullmq';
import { Redis } from 'ioredis';
import type { Log } from '../lib/log.ts';
import type { Instant } from '../lib/time.ts';
import type { Classes, ConnectedBackend, JobsBackend } from './backend.ts';
import { backendOf, PATIENCE_MS, readyOnce } from './backend.ts';
import { onceAnOutage } from './once-an-outage.ts';
import type { Payload, Policy, QueueName } from './payloads.ts';
import { PAYLOADS, POLICIES, QUEUE_NAMES } from './payloads.ts';

/** `isAgain`: a process took the job before and is gone, or its try failed. */
export type Handler<N extends QueueName> = (
  payload: Payload<N>,
  signal: AbortSignal,
  job: { readonly isAgain: boolean; readonly addedAt: Instant },
) => Promise<void>;
export type Handlers = { readonly [N in QueueName]?: Handler<N> };

/** The queue as the rest of tminus sees it: a wake-up call that may come twice, and may be lost. */
export type Jobs = {
  readonly add: (queue: string, payload: unknown) => Promise<void>;
  /**
   * Asks once more for what a row says is still to be done. It does not fold into the job there may be: that one may
   * belong to a process that is gone, and would swallow every wish until its lock has run out.
   */
  readonly addAgain: (queue: string, payload: unknown) => Promise<void>;
  /** Begins to process, the queue `zone` of this zone; returns how to stop, which waits for the jobs in hand. */
  readonly process: (handlers: Handlers, zone?: string) => Promise<{ readonly stop: () => Promise<void> }>;
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

type AnyHandler = (
  payload: unknown,
  signal: AbortSignal,
  job: { isAgain: boolean; addedAt: Instant },
) => Promise<void>;
type Queue = InstanceType<Classes['Queue']>;
/** Opened when they are first needed, by the names they have in the backend. */
type Queues = { readonly opened: ReadonlyMap<string, Queue>; readonly of: (name: string) => Promise<Queue> };

/** The name in the backend; jobs of one zone are not to be taken by another one. */
const placeOf = (queue: QueueName, zone: string | undefined): string =>
  queue === 'zone' ? `zone-${zone}` : queue;

const keptQueues = (open: (name: string) => Promise<Queue>): Queues => {
  const opened = new Map<string, Queue>();
  const opening = new Map<string, Promise<Queue>>();
  return {
    opened,
    of: (name) => {
      const known = opening.get(name);
      if (known !== undefined) return known;
      const next = open(name).then((queue) => {
        opened.set(name, queue);
        return queue;
      });
      // One that could not be opened is tried anew the next time.
      next.catch(() => opening.delete(name));
      opening.set(name, next);
      return next;
    },
  };
};

/** Rejects when the backend refuses connections for `patienceMs` (10 s). */
export const openJobs = async (
  backend: JobsBackend,
  log: Log,
  patienceMs: number = PATIENCE_MS,
): Promise<Jobs> => {
  const connected = backendOf(backend);
  const once = onceAnOutage(QUIET_MS);
  const { classes, connectionFor, prefix } = connected;
  const openQueue = (name: string) =>
    readyOnce(() => {
      const queue = new classes.Queue(name, { connection: connectionFor('queue'), ...prefix });
      queue.on('error', (err) =>
        once(err.message, () => log.warn({ err, queue: name }, 'queue_connection_lost')),
      );
      return queue;
    }, patienceMs);
  const queues = keptQueues(openQueue);
  await Promise.all(QUEUE_NAMES.filter((name) => name !== 'zone').map(queues.of));
  return {
    add: (name, payload) => addJob(queues, { name, payload, foldFor: foldIntoWaiting }),
    addAgain: (name, payload) => addJob(queues, { name, payload, foldFor: oncePerWhile }),
    process: (handlers, zone) => processJobs(connected, { handlers, zone }, { log, once }),
    ping: async () => {
      await Promise.all([...queues.opened.values()].map((queue) => queue.getJobCounts('waiting')));
    },
    counts: async () => {
      const entries = [...queues.opened].map(async ([name, queue]) => {
        const counts = await queue.getJobCounts('waiting', 'delayed', 'active');
        return [name, Object.values(counts).reduce((sum, count) => sum + count, 0)] as const;
      });
      return Object.fromEntries(await Promise.all(entries));
    },
    close: async () => {
      await Promise.all([...queues.opened.values()].map((queue) => queue.close()));
    },
  };
};

type FoldFor = (data: Readonly<Record<string, unknown>>, policy: Policy) => DeduplicationOptions | undefined;

const foldIntoWaiting: FoldFor = (data, { foldBy }) => {
  const subject = foldBy === undefined ? undefined : data[foldBy];
  return typeof subject === 'string' ? { id: subject, keepLastIfActive: true } : undefined;
};

const oncePerWhile: FoldFor = (data, { againMs }) => ({
  id: `again-${Object.values(data).join('-')}`,
  ttl: againMs,
});

/** Seconds, and a bound for a busy day. */
const KEPT = { age: 3600, count: 10_000 };

const isQueue = (name: string): name is QueueName => Object.hasOwn(PAYLOADS, name);

const addJob = async (
  queues: Queues,
  { name, payload, foldFor }: { name: string; payload: unknown; foldFor: FoldFor },
): Promise<void> => {
  if (!isQueue(name)) throw new Error(`There is no queue ${name}`);
  const data = PAYLOADS[name].parse(payload) as Record<string, unknown>;
  const queue = await queues.of(placeOf(name, data['zone'] as string | undefined));
  const policy = POLICIES[name];
  const deduplication = foldFor(data, policy);
  const once = policy.onceBy?.map((key) => data[key] as string | number | undefined).join('-');
  await queue.add(name, data, {
    attempts: policy.attempts,
    backoff: { type: 'exponential', delay: policy.backoffMs },
    // Re-adding a finished id is ignored, which is wanted of what is done once; of everything else none is kept.
    removeOnComplete: once === undefined ? true : KEPT,
    removeOnFail: once === undefined ? true : KEPT,
    // An id of our own: to count its own, BullMQ's Postgres backend makes a sequence for each queue, which the login of
    // a runner may not do. A job that is put back by deduplication has no use for one.
    ...(deduplication === undefined ? { jobId: `once-${once ?? randomUUID()}` } : { deduplication }),
  });
};

const processJobs = async (
  { classes, connectionFor, prefix }: ConnectedBackend,
  { handlers, zone }: { readonly handlers: Handlers; readonly zone: string | undefined },
  { log, once }: { log: Log; once: ReturnType<typeof onceAnOutage> },
): Promise<{ readonly stop: () => Promise<void> }> => {
  const stopping = new AbortController();
  const workerOf = (queue: QueueName, handler: AnyHandler) => {
    const worker = new classes.Worker(
      placeOf(queue, zone),
      (job) =>
        handler(PAYLOADS[queue].parse(job.data), stopping.signal, {
          isAgain: job.attemptsStarted > 1,
          addedAt: job.timestamp,
        }),
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
