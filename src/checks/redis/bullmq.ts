import type { Json, JsonObject } from '../../lib/json.ts';
import { plain } from '../../lib/matching/rule.ts';
import type { Incomplete } from '../check.ts';
import { CheckProblem } from '../problem.ts';
import type { Call } from './session.ts';

/** What BullMQ keeps of a queue: key -> its type in Redis, and the command that counts it. */
const KEYS = {
  wait: ['list', 'LLEN'],
  paused: ['list', 'LLEN'],
  active: ['list', 'LLEN'],
  delayed: ['zset', 'ZCARD'],
  prioritized: ['zset', 'ZCARD'],
  'waiting-children': ['zset', 'ZCARD'],
  failed: ['zset', 'ZCARD'],
  completed: ['zset', 'ZCARD'],
} as const;

type Key = keyof typeof KEYS;

/** One queue as it was found; undefined where there is none of that name. */
export type QueueState = { readonly observation: JsonObject; readonly isOldestKnown: boolean };

// Jobs with a priority are not in the order in which they came: so many of them are looked at.
const LOOKED_AT = 50;

const oddKey = (key: string, type: string): CheckProblem =>
  new CheckProblem(`${key} is a ${type}, which BullMQ does not make: is the prefix right?`, {
    outcome: 'error',
    code: 'not_bullmq',
    scope: 'check',
  });

const countOf = async (call: Call, base: string, key: Key): Promise<number> => {
  const [wanted, command] = KEYS[key];
  const type = plain(await call('TYPE', `${base}:${key}`));
  if (type === 'none') return 0;
  if (type !== wanted) throw oddKey(`${base}:${key}`, type);
  return Number(await call(command, `${base}:${key}`));
};

const textsOf = (reply: Json): readonly string[] =>
  Array.isArray(reply) ? (reply as readonly Json[]).filter((one) => typeof one === 'string') : [];

/** Jobs among which the one is that has waited longest. */
const candidates = async (call: Call, base: string): Promise<readonly string[]> => [
  // New jobs come in on the left, so the last one waits longest; after an LPUSH out of turn it is the first.
  ...textsOf(await call('LRANGE', `${base}:wait`, '-1', '-1')),
  ...textsOf(await call('LRANGE', `${base}:wait`, '0', '0')),
  ...textsOf(await call('LRANGE', `${base}:paused`, '-1', '-1')),
  ...textsOf(await call('ZRANGE', `${base}:prioritized`, '0', String(LOOKED_AT - 1))),
];

const cameAt = async (call: Call, base: string, id: string): Promise<number> => {
  const time = Number(await call('HGET', `${base}:${id}`, 'timestamp'));
  return Number.isFinite(time) && time > 0 ? time : NaN;
};

/** When the job came that has waited longest; undefined when that cannot be told. */
const oldestOf = async (call: Call, base: string): Promise<number | undefined> => {
  const ids = [...new Set(await candidates(call, base))];
  const times = await Promise.all(ids.map((id) => cameAt(call, base, id)));
  return times.length > 0 && times.every((time) => Number.isFinite(time)) ? Math.min(...times) : undefined;
};

/** Reads one queue with commands that only read. Undefined: there is no such queue. */
export const readQueue = async (call: Call, base: string, now: Date): Promise<QueueState | undefined> => {
  const keys = Object.keys(KEYS) as Key[]; // the keys of a literal are its own
  const counts = await Promise.all(keys.map((key) => countOf(call, base, key)));
  const count = (key: Key): number => counts[keys.indexOf(key)] ?? 0;
  const meta = plain(await call('TYPE', `${base}:meta`));
  if (meta === 'none' && counts.every((one) => one === 0)) return undefined;
  if (meta !== 'none' && meta !== 'hash') throw oddKey(`${base}:meta`, meta);
  const waiting = count('wait') + count('paused') + count('prioritized');
  const since = waiting === 0 ? now.getTime() : await oldestOf(call, base);
  const isOldestKnown = since !== undefined && count('prioritized') <= LOOKED_AT;
  return {
    observation: {
      waiting,
      prioritized: count('prioritized'),
      delayed: count('delayed'),
      active: count('active'),
      waiting_children: count('waiting-children'),
      failed: count('failed'),
      completed: count('completed'),
      paused: meta === 'hash' && (await call('HGET', `${base}:meta`, 'paused')) === '1',
      ...(since !== undefined && { oldest: Math.max(0, now.getTime() - since) }),
    },
    isOldestKnown,
  };
};

const SUMMED = ['waiting', 'delayed', 'active', 'failed', 'completed'] as const;

const numbersAt = (states: readonly QueueState[], key: string): readonly number[] =>
  states.map(({ observation }) => observation[key]).filter((value) => typeof value === 'number');

/** All queues together: the sums, the longest wait, and what is missing from them. */
export const sumUp = (
  states: ReadonlyMap<string, QueueState | undefined>,
): { observation: JsonObject; incomplete: readonly Incomplete[] } => {
  const found = [...states.values()].filter((state) => state !== undefined);
  const missing = [...states].filter(([, state]) => state === undefined).map(([name]) => name);
  const oldest = numbersAt(found, 'oldest');
  const isOpen = found.some(({ isOldestKnown }) => !isOldestKnown);
  const reason = `is only of the queues that are there: ${missing.join(', ')} is missing`;
  return {
    observation: {
      ...(found.length > 0 &&
        Object.fromEntries(
          SUMMED.map((key) => [key, numbersAt(found, key).reduce((sum, one) => sum + one, 0)]),
        )),
      ...(oldest.length > 0 && { oldest: Math.max(...oldest) }),
      missing,
      queues: Object.fromEntries(
        [...states].flatMap(([name, state]) => (state ? [[name, state.observation]] : [])),
      ),
    },
    incomplete: [
      ...(missing.length > 0 ? [...SUMMED, 'oldest'].map((key) => ({ key, reason })) : []),
      ...(isOpen ? [{ key: 'oldest', reason: 'is not known of every job that waits' }] : []),
    ],
  };
};
