import { z } from 'zod';
import type { JsonObject } from '../../lib/json.ts';
import { plain, show } from '../../lib/matching/rule.ts';
import { defineCheck } from '../check.ts';
import { ourFault } from '../problem.ts';
import { describeInfo, parseInfo } from '../redis/info.ts';
import { missingServer, nameServer, withRedis, type Call } from '../redis/session.ts';
import { startTimer } from '../timer.ts';

const params = z.strictObject({
  connection: z.string().min(1).describe('redis:// or rediss:// connection string, as a rule ${secret}.'),
  command: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe(
      'PING, INFO [section], DBSIZE, or LLEN, ZCARD, XLEN, SCARD, HLEN, TTL, PTTL, EXISTS or TYPE with a key; its answer is reply.',
    ),
});

/** Command -> how many arguments it takes. They read, and their answers are small. */
const COMMANDS: ReadonlyMap<string, readonly [least: number, most: number]> = new Map([
  ['PING', [0, 0]],
  ['INFO', [0, 1]],
  ['DBSIZE', [0, 0]],
  ['LLEN', [1, 1]],
  ['ZCARD', [1, 1]],
  ['XLEN', [1, 1]],
  ['SCARD', [1, 1]],
  ['HLEN', [1, 1]],
  ['TTL', [1, 1]],
  ['PTTL', [1, 1]],
  ['EXISTS', [1, 1]],
  ['TYPE', [1, 1]],
]);

const splitCommand = (command: string): readonly [name: string, args: readonly string[]] => {
  const [first = '', ...args] = command.trim().split(/\s+/);
  const name = first.toUpperCase();
  const limits = COMMANDS.get(name);
  if (!limits) throw ourFault(`${name} is not among ${[...COMMANDS.keys()].join(', ')}`, 'command_refused');
  const [least, most] = limits;
  if (args.length < least || args.length > most) {
    throw ourFault(`${name} takes ${most === 0 ? 'no' : most} argument`, 'command_refused');
  }
  return [name, args];
};

const converse = async (call: Call, command: string | undefined, now: Date): Promise<JsonObject> => {
  const asked = command === undefined ? undefined : splitCommand(command);
  const elapsed = startTimer();
  const ping = await call('PING');
  const duration = elapsed();
  const info = parseInfo(plain(await call('INFO')));
  const reply = asked && (await call(asked[0], ...asked[1]));
  return { ping, duration, info, ...describeInfo(info, now), ...(reply !== undefined && { reply }) };
};

/** A Redis server: whether it answers, what it says of itself, and one reading command. */
export const redis = defineCheck({
  kind: 'redis',
  title: 'A Redis server answers, and a reading command finds what it should.',
  params,
  defaultTimeoutMs: 5000,
  defaultRetries: 2,
  observation: {
    ping: 'PONG',
    duration: 'milliseconds until it answered PING',
    'info.<field>': 'every field of INFO; numbers as numbers',
    'replication.role': 'master or slave',
    'replication.replicas': 'on a master: how many are connected; online: how many of them are in step',
    'replication.link': 'on a replica: up or down',
    'replication.lag':
      'milliseconds since the slowest replica, or on a replica the master, was last heard; absent when nobody knows',
    'replication.lag_bytes': 'on a master: bytes the slowest replica lacks',
    'persistence.aof': 'whether the append-only file is on; aof_write: ok or err',
    'persistence.rdb': 'ok or err: how the last snapshot ended; unsaved: changes since',
    'persistence.rdb_age': 'milliseconds since the last snapshot, or since the start of the server',
    'memory.used': 'bytes; max: maxmemory in bytes, 0 is no limit',
    'memory.percent': 'used of maxmemory in percent; absent without a limit',
    reply:
      'answer of the command: TTL in seconds (-1 no end, -2 no such key), PTTL in milliseconds, lengths 0 for no such key; absent without one',
  },
  passes: { ping: 'PONG' },
  target: ({ connection }) => nameServer(connection),
  needs: ({ connection }, context) => missingServer(connection, context),
  run: async ({ connection, command }, context) => {
    if (command !== undefined) splitCommand(command);
    return {
      observation: await withRedis(connection, context, (call) => converse(call, command, context.now())),
    };
  },
  say: ({ ping = null, reply }) => (reply === undefined ? plain(ping) : show(reply)),
});
