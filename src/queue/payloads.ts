import { z } from 'zod';
import { ZONE_NAME } from '../domain/check.ts';
import type { CheckRequest, CheckResult } from '../domain/check.ts';

const id = z.string().min(1);

// Both are made by tminus and only carried here; what a runner sends is held to the sizes that runs keep to.
const request = z.custom<CheckRequest>((value) => isRecord(value) && isRecord(value['definition']));
const result = z.strictObject({
  outcome: z.enum(['pass', 'warn', 'fail', 'error', 'inconclusive', 'timed_out', 'skipped']),
  line: z.string().min(1).max(1000),
  findings: z
    .array(
      z.strictObject({
        path: z.string().max(1000),
        verdict: z.enum(['holds', 'fails', 'warns', 'unknown']),
        line: z.string().max(1000),
      }),
    )
    .max(1000),
  observation: z.record(z.string(), z.json()),
  captured: z.record(z.string(), z.json()),
  durationMs: z.number().nonnegative(),
  tries: z.int().nonnegative(),
  cause: z.string().max(1000).optional(),
}) as unknown as z.ZodType<CheckResult>;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Of a check that is measured several times: how many were taken before. */
const sample = z.int().nonnegative().optional();

/** What each queue carries. Of what has rows: ids, never state. Zones have none, and get and give all there is. */
export const PAYLOADS = {
  checks: z.strictObject({ runId: id }),
  /** Without a result: those that wait in the rows of a deployment. With one: what a zone's runner found. */
  results: z.union([z.strictObject({ deploymentId: id }), z.strictObject({ runId: id, result, sample })]),
  renders: z.strictObject({ messageId: id }),
  notices: z.strictObject({ noticeId: id }),
  followups: z.strictObject({ deploymentId: id }),
  /** A check for the runner of a zone; each zone has a queue of its own. */
  zone: z.strictObject({
    zone: z.string().regex(ZONE_NAME),
    runId: id,
    effect: z.enum(['read', 'write', 'load', 'cost']),
    request,
    sample,
  }),
  /** A runner is alive, or leaves: which variables it holds (names only). */
  presence: z.strictObject({
    id,
    zone: z.string().regex(ZONE_NAME),
    envNames: z.array(z.string().max(200)).max(5000),
    isLeaving: z.boolean(),
  }),
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
  /** A subject, told by these, has one job, ever: adding it again within the hour after it is done does nothing. */
  readonly onceBy?: readonly string[];
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
  zone: { attempts: 3, backoffMs: 1000, onceBy: ['runId', 'sample'], concurrency: 50, againMs: 60_000 },
  presence: { attempts: 1, backoffMs: 1000, concurrency: 1, againMs: 1000 },
};
