import { z } from 'zod';
import type { JsonObject } from '../../lib/json.ts';
import { plain } from '../../lib/matching/rule.ts';
import { formatDuration } from '../../lib/matching/units.ts';
import {
  defineCheck,
  numberOf,
  type CheckContext,
  type Fault,
  type Inbound,
  type Measured,
  type Statement,
} from '../check.ts';
import { durationParam } from '../params.ts';
import { CheckProblem } from '../problem.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_VALID_MS = 30 * DAY_MS;

/** Signs the addresses that are given out; without it nothing can be taken in. */
export const INBOUND_SECRET = 'INBOUND_SECRET';

const params = z
  .strictObject({
    result: z
      .strictObject({
        within: durationParam
          .optional()
          .refine((ms = DAY_MS) => ms <= MAX_VALID_MS, 'is at most 30d')
          .describe('How long the address may be used; default 1d, at most 30d.'),
      })
      .optional()
      .describe(
        'One result of something that tminus cannot run: Details shows the address to send it to, once.',
      ),
    heartbeat: z
      .strictObject({
        name: z
          .string()
          .regex(/^[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?$/, 'is not lower-case words joined by dashes')
          .describe('Name of the job, in its system and environment.'),
        every: durationParam.describe('How often it reports, such as 1h.'),
        grace: durationParam.optional().describe('How late it may be; default a tenth of every.'),
      })
      .optional()
      .describe('A job that reports regularly to an address of its own: fails when it is overdue.'),
  })
  .refine(
    ({ result, heartbeat }) => (result === undefined) !== (heartbeat === undefined),
    'needs exactly one of result and heartbeat',
  );

type Params = z.output<typeof params>;

const inboundOf = ({ inbound }: CheckContext): Inbound => {
  if (inbound) return inbound;
  throw new CheckProblem('what others send in is only known within a deployment', {
    outcome: 'inconclusive',
    code: 'no_inbound',
    scope: 'check',
  });
};

const describeStatement = ({ at, state, line, metrics }: Statement, now: Date): JsonObject => ({
  state,
  ...(line !== '' && { line }),
  metrics: { ...metrics },
  age: Math.max(0, now.getTime() - at.getTime()),
});

const failed = ({ state, line }: Statement): readonly Fault[] =>
  state === 'pass'
    ? []
    : [{ path: 'state', line: line === '' ? 'a fail was reported' : `reported: ${line}` }];

const NOTHING_YET = ['state', 'line', 'metrics', 'age'].map((key) => ({
  key,
  reason: 'has not come in yet',
}));

const SAMPLE = `-H 'content-type: application/json' -d '{"state":"pass","line":"why"}'`;

const measureResult = async (inbound: Inbound, within: number | undefined, now: Date): Promise<Measured> => {
  const { last, send } = await inbound.result(within ?? DAY_MS);
  const remarks = send && [
    {
      path: 'send',
      line: `once, until ${send.until.toISOString().slice(0, 16)}Z: curl ${SAMPLE} ${send.url}`,
    },
  ];
  return {
    observation: last ? describeStatement(last, now) : {},
    faults: last ? failed(last) : [],
    ...(!last && { incomplete: NOTHING_YET }),
    ...(remarks && { remarks }),
  };
};

const overdue = (age: number, { every, grace }: NonNullable<Params['heartbeat']>): readonly Fault[] =>
  age <= every + (grace ?? every / 10)
    ? []
    : [
        {
          path: 'age',
          line: `overdue: last heard of ${formatDuration(age)} ago, expected every ${formatDuration(every)}`,
        },
      ];

const measureHeartbeat = async (
  inbound: Inbound,
  given: NonNullable<Params['heartbeat']>,
  now: Date,
): Promise<Measured> => {
  const { last, url } = await inbound.heartbeat(given.name);
  const remarks = [{ path: 'send', line: `every time the job has run: curl -X POST ${url}` }];
  if (!last) return { observation: {}, incomplete: NOTHING_YET, remarks };
  const observation = describeStatement(last, now);
  return { observation, faults: [...failed(last), ...overdue(numberOf(observation['age']), given)], remarks };
};

/** What something outside reports: one result, or that a job is alive. A run looks at what has arrived, and waits for nothing. */
export const webhook = defineCheck({
  kind: 'webhook',
  title: 'Another system reports a result once, or that its job ran in time; a reported fail fails.',
  params,
  defaultTimeoutMs: 5000,
  defaultRetries: 0,
  observation: {
    state: 'pass or fail, as it was reported; absent until something has come in',
    line: 'what it said; absent when it said nothing',
    'metrics.<name>': 'numbers, texts and booleans it sent along',
    age: 'milliseconds since it came in',
  },
  passes: { state: { exists: true } },
  // Whatever else is expected: without a statement nothing passes.
  demands: () => ({ state: { exists: true } }),
  target: ({ heartbeat }) => (heartbeat ? `heartbeat ${heartbeat.name}` : 'a result'),
  needs: (_params, { hasEnv }) => (hasEnv(INBOUND_SECRET) ? [] : [`${INBOUND_SECRET} not set`]),
  run: ({ result, heartbeat }, context) =>
    heartbeat
      ? measureHeartbeat(inboundOf(context), heartbeat, context.now())
      : measureResult(inboundOf(context), result?.within, context.now()),
  say: ({ line, age }, { heartbeat }) =>
    heartbeat
      ? `heard of ${formatDuration(numberOf(age))} ago`
      : line === undefined
        ? 'reported'
        : plain(line),
});
