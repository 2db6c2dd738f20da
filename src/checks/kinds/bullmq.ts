import { z } from 'zod';
import { plain } from '../../lib/matching/rule.ts';
import { formatDuration } from '../../lib/matching/units.ts';
import { defineCheck, numberOf } from '../check.ts';
import { durationParam } from '../params.ts';
import { readQueue, sumUp, type QueueState } from '../redis/bullmq.ts';
import { missingServer, nameServer, withRedis } from '../redis/session.ts';

// A colon would lead to keys of another queue.
const nameParam = z.string().regex(/^[^\s:\p{Cc}]{1,100}$/u, 'has to be a name without colons and spaces');

const params = z.strictObject({
  connection: z.string().min(1).describe('redis:// or rediss:// connection string, as a rule ${secret}.'),
  queues: z.array(nameParam).min(1).max(20).describe('Names of the queues; each has to be there.'),
  prefix: z
    .string()
    .regex(/^[^\s\p{Cc}]{1,100}$/u, 'has to be a prefix without spaces')
    .default('bull')
    .describe('Prefix of the keys; default bull.'),
  at_most: z.int().min(0).optional().describe('How many jobs may wait in all queues together.'),
  within: durationParam.optional().describe('How long the oldest may have waited, such as 5m.'),
});

/** Queues of BullMQ, read with commands that change nothing and without BullMQ itself. */
export const bullmq = defineCheck({
  kind: 'bullmq',
  title: 'Queues of BullMQ are there and not piling up.',
  params,
  defaultTimeoutMs: 10_000,
  defaultRetries: 2,
  observation: {
    waiting: 'jobs that wait in all queues, those of a paused queue and with a priority included',
    delayed: 'jobs whose time has not come',
    active: 'jobs that are worked on',
    failed: 'jobs that failed for good and are kept',
    completed: 'jobs that are done and are kept',
    oldest:
      'milliseconds since the job came that has waited longest; 0 when none waits, absent when that is not known',
    missing: 'queues that are not there: BullMQ never made a key of theirs',
    'queues.<name>.waiting': 'the same of each queue; besides prioritized, waiting_children and paused',
  },
  passes: { missing: [] },
  demands: ({ at_most: atMost, within }) => ({
    missing: [],
    ...(atMost !== undefined && { waiting: { lte: atMost } }),
    ...(within !== undefined && { oldest: { lte: `${within}ms` } }),
  }),
  target: ({ connection }) => nameServer(connection),
  needs: ({ connection }, context) => missingServer(connection, context),
  run: ({ connection, queues, prefix }, context) =>
    withRedis(connection, context, async (call) => {
      const states = new Map<string, QueueState | undefined>();
      for (const name of queues) states.set(name, await readQueue(call, `${prefix}:${name}`, context.now()));
      return sumUp(states);
    }),
  say: ({ waiting = null, failed = null, oldest }) => {
    const wait =
      waiting === 0
        ? 'none waits'
        : `${plain(waiting)} wait, the oldest for ${formatDuration(numberOf(oldest))}`;
    return `${wait}, ${plain(failed)} failed`;
  },
});
