import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { JsonObject } from '../../lib/json.ts';
import { plain } from '../../lib/matching/rule.ts';
import { formatDuration, formatSize } from '../../lib/matching/units.ts';
import { placeholdersIn } from '../../lib/placeholders.ts';
import {
  defineCheck,
  numberOf,
  portParam,
  type CheckContext,
  type Incomplete,
  type Measured,
} from '../check.ts';
import { isAllowed, locate, readBytes, withFile } from '../host/files.ts';
import { assertHostAccess, missingHostAccess } from '../host/machine.ts';
import {
  areOthersHidden,
  findListeners,
  findProcess,
  isNamed,
  listProcesses,
  type Process,
} from '../host/processes.ts';
import { compileParam, durationParam, patternParam } from '../params.ts';
import { ourFault } from '../problem.ts';

const params = z
  .strictObject({
    name: z
      .string()
      .regex(/^[\w.+:@-]{1,100}$/, 'is not a name of a program')
      .optional()
      .describe('Name of the program, or of the script that an interpreter runs: postgres, uvicorn.'),
    command: patternParam
      .optional()
      .describe('Pattern (RE2) that its command line matches; the line itself is never shown.'),
    pid_file: z
      .string()
      .min(1)
      .optional()
      .describe('Absolute path of a file with its number, below a folder the environment file allows.'),
    port: portParam.optional().describe('TCP port on which it listens.'),
    sample: durationParam
      .optional()
      .describe(
        'Measure the processor time it takes, for so long, such as 1s; at most 30s. Absent: not measured.',
      ),
  })
  .refine(
    ({ name, command, pid_file: pidFile, port }) =>
      [name, command, pidFile, port].some((one) => one !== undefined),
    'needs name, command, pid_file or port; of several all have to hold',
  )
  .refine(({ sample = 0 }) => sample <= 30_000, 'sample is more than 30s');

type Params = z.output<typeof params>;

const MAX_PIDS = 20;

/** Undefined: there is no such file, so nothing runs by it. */
const pidIn = async (path: string, roots: readonly string[]): Promise<number | undefined> => {
  const real = await locate(path, roots);
  if (real === undefined) return undefined;
  const read = await withFile(real, async (file) => ({ bytes: await readBytes(file, 0, 64) }));
  if (typeof read === 'string') throw ourFault(`${path} cannot be read (${read})`, 'path_unreachable');
  const text = read.bytes.toString('latin1');
  // The file of Postgres holds more lines; the number stands in the first.
  if (!/^\s*[1-9]\d{0,9}\s*(?:\n|$)/.test(text))
    throw ourFault(`${path} holds no number of a process`, 'no_pid');
  return Number.parseInt(text, 10);
};

const candidates = async (given: Params, context: CheckContext): Promise<readonly Process[]> => {
  if (given.pid_file === undefined) return listProcesses(context.signal);
  const pid = await pidIn(given.pid_file, context.connections.fileRoots);
  const one = pid === undefined ? undefined : await findProcess(pid);
  return one ? [one] : [];
};

type Found = { readonly processes: readonly Process[]; readonly seen: JsonObject; readonly gap?: string };

const find = async (given: Params, context: CheckContext): Promise<Found> => {
  const { name, command, port } = given;
  const all = await candidates(given, context);
  const search = command === undefined ? undefined : compileParam(command, 'command');
  const matching = all
    .filter((one) => name === undefined || isNamed(one, name))
    .filter((one) => search === undefined || (one.argv.length > 0 && search(one.argv.join(' '))));
  const hidden = (await areOthersHidden()) ? 'processes of others are hidden from the worker' : undefined;
  if (port === undefined)
    return { processes: matching, seen: {}, ...(hidden !== undefined && { gap: hidden }) };
  const listeners = await findListeners(port, { processes: all, signal: context.signal });
  const unclear = listeners.isUnclear ? 'the worker may not see who listens' : undefined;
  const gap = hidden ?? unclear;
  return {
    processes: matching.filter(({ pid }) => listeners.pids.has(pid)),
    seen: { listening: listeners.isListening },
    ...(gap !== undefined && { gap }),
  };
};

/** Percent of one processor that the processes took together while they were watched; those that ended do not count. */
const cpuOf = async (before: readonly Process[], sample: number, signal: AbortSignal): Promise<number> => {
  await pause(sample, undefined, { signal });
  let seconds = 0;
  let longest = sample;
  for (const { pid, cpuSeconds, ageMs } of before) {
    const after = await findProcess(pid);
    if (!after || after.ageMs < ageMs) continue;
    seconds += after.cpuSeconds - cpuSeconds;
    longest = Math.max(longest, after.ageMs - ageMs);
  }
  return Math.round((seconds / (longest / 1000)) * 1000) / 10;
};

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

const describe = (alive: readonly Process[]): JsonObject => {
  const ages = alive.map(({ ageMs }) => ageMs);
  const rss = alive.map((one) => one.rss);
  return {
    count: alive.length,
    ...(alive.length > 0 && {
      age: Math.min(...ages),
      oldest: Math.max(...ages),
      rss: sumOf(rss),
      rss_max: Math.max(...rss),
      pids: alive.slice(0, MAX_PIDS).map(({ pid }) => pid),
    }),
  };
};

const measure = async (given: Params, context: CheckContext): Promise<Measured> => {
  assertHostAccess(context);
  const { processes, seen, gap } = await find(given, context);
  const alive = processes.filter(({ isZombie }) => !isZombie);
  const { sample } = given;
  const cpu =
    sample !== undefined && alive.length > 0 ? await cpuOf(alive, sample, context.signal) : undefined;
  const incomplete: readonly Incomplete[] =
    gap === undefined
      ? []
      : ['count', 'age', 'rss'].map((key) => ({ key, reason: `cannot be told: ${gap}` }));
  return {
    observation: {
      ...describe(alive),
      zombies: processes.length - alive.length,
      ...seen,
      ...(cpu !== undefined && { cpu }),
    },
    incomplete,
  };
};

const nameOf = ({ name, command, pid_file: pidFile, port }: Params): string =>
  [
    name,
    pidFile,
    port === undefined ? undefined : `port ${port}`,
    command === undefined ? undefined : 'a pattern',
  ]
    .filter((part) => part !== undefined)
    .join(', ');

/** Whether something runs on the machine of the worker, since when, and what it takes. */
export const process = defineCheck({
  kind: 'process',
  title: 'A process runs on the machine. Measured where the worker runs.',
  params,
  defaultTimeoutMs: 40_000,
  defaultRetries: 0,
  observation: {
    count: 'how many run',
    age: 'milliseconds since the youngest of them was started; absent when none runs, as what follows',
    oldest: 'milliseconds since the oldest was started',
    rss: 'bytes of memory that they hold together; rss_max: the largest of them',
    pids: 'their numbers, the first 20',
    zombies: 'how many are dead and were not taken note of',
    listening: 'whether anybody listens on port; absent without one',
    cpu: 'percent of one processor that they took together during sample; absent without it',
  },
  passes: { count: { gte: 1 } },
  passesFor: ({ port }) => (port === undefined ? undefined : { listening: true, count: { gte: 1 } }),
  target: nameOf,
  needs: ({ pid_file: path = '' }, context) => [
    ...missingHostAccess(context),
    ...(path === '' || placeholdersIn(path).length > 0 || isAllowed(path, context.connections.fileRoots)
      ? []
      : ['runner on the host']),
  ],
  run: measure,
  say: ({ count = null, age, rss }) =>
    `${plain(count)} running, since ${formatDuration(numberOf(age))}, ${formatSize(numberOf(rss))}`,
});
