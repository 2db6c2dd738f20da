import { z } from 'zod';

/** What each queue carries: ids, never state. Parsed when a job is added and again when it is processed. */
export const PAYLOADS = {
  checks: z.strictObject({ runId: z.string().min(1) }),
  results: z.strictObject({ deploymentId: z.string().min(1) }),
  renders: z.strictObject({ messageId: z.string().min(1) }),
  notices: z.strictObject({ noticeId: z.string().min(1) }),
  followups: z.strictObject({ deploymentId: z.string().min(1) }),
} as const;

export type QueueName = keyof typeof PAYLOADS;
export type Payload<N extends QueueName> = z.infer<(typeof PAYLOADS)[N]>;

export const QUEUE_NAMES = Object.keys(PAYLOADS) as readonly QueueName[];

export type Policy = {
  /** Processing tries before the sweeper is left with it. */
  readonly attempts: number;
  readonly backoffMs: number;
  /** Jobs of one subject fold into one, and one more when it changes while being processed. Undefined: none fold. */
  readonly foldBy?: string;
  /** Jobs processed at the same time in one process. */
  readonly concurrency: number;
  /** A subject is asked for again at most this often, whatever became of the last time. */
  readonly againMs: number;
};

/** Retry and parallelism, in one table. Rows are the truth: a job that gives up is asked for again by the sweeper. */
export const POLICIES: Readonly<Record<QueueName, Policy>> = {
  checks: { attempts: 3, backoffMs: 1000, concurrency: 50, againMs: 60_000 },
  results: { attempts: 5, backoffMs: 500, foldBy: 'deploymentId', concurrency: 4, againMs: 10_000 },
  // Most of them only wait for their share of the updates; a click must find a place beside them.
  renders: { attempts: 5, backoffMs: 1000, foldBy: 'messageId', concurrency: 50, againMs: 10_000 },
  notices: { attempts: 5, backoffMs: 1000, concurrency: 10, againMs: 10_000 },
  followups: { attempts: 3, backoffMs: 1000, foldBy: 'deploymentId', concurrency: 4, againMs: 10_000 },
};
