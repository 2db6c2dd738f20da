import { z } from 'zod';
import { defineCheck } from '../check.ts';
import { ourFault } from '../problem.ts';

const params = z.strictObject({
  of: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .describe('Ids of phases or items, or a stage, whose standing is looked at.'),
});

/** How other items of the deployment stand. Judged where the deployment is, never by a worker. */
export const state = defineCheck({
  kind: 'state',
  title: 'Other items of the checklist are settled.',
  params,
  defaultTimeoutMs: 1000,
  defaultRetries: 0,
  observation: {
    total: 'items looked at',
    settled: 'items that are settled',
    open: 'items that are not',
    red: 'items that failed',
    skipped: 'items that were skipped',
  },
  passes: { open: 0, red: 0 },
  target: ({ of }) => (typeof of === 'string' ? of : of.join(' ')),
  run: () => Promise.reject(ourFault('state is judged by the loop', 'state_not_measured')),
  say: () => 'all settled',
});
