import { z } from 'zod';
import type { JsonObject } from '../../lib/json.ts';
import { plain } from '../../lib/matching/rule.ts';
import { formatDuration } from '../../lib/matching/units.ts';
import { defineCheck, numberOf, type CheckContext, type Incomplete, type Measured } from '../check.ts';
import {
  assertHostAccess,
  measureCpu,
  measureDisk,
  measureLoad,
  measureMemory,
  measureUptime,
  missingHostAccess,
} from '../host/machine.ts';
import { missingUrl } from '../http/auth.ts';
import { createHttpClient } from '../http/request.ts';
import { durationParam } from '../params.ts';
import { ourFault } from '../problem.ts';

const diskPath = z
  .string()
  .max(1000)
  .regex(/^\/[^\u0000-\u001f\u007f]*$/, 'is not an absolute path');

const params = z
  .strictObject({
    disks: z
      .array(diskPath)
      .min(1)
      .max(20)
      .optional()
      .describe('Absolute paths whose disks are measured, such as [/, /var/lib/postgresql]; default: none.'),
    samples: z
      .int()
      .min(1)
      .max(20)
      .default(1)
      .describe('How often the processors are looked at, 1 to 20, one after the other.'),
    every: durationParam
      .default(1000)
      .describe('How long each of these looks lasts; default 1s, all together at most 30s.'),
    clock_url: z
      .string()
      .min(1)
      .optional()
      .describe('http or https URL whose Date header the clock is compared with; absent: it is not.'),
  })
  .refine(({ samples, every }) => samples * every <= 30_000, 'samples times every is more than 30s');

type Params = z.output<typeof params>;

const fullest = (disks: readonly JsonObject[]): JsonObject | undefined =>
  disks.toSorted((left, right) => numberOf(right['percent']) - numberOf(left['percent']))[0];

const measureDisks = async (paths: readonly string[]): Promise<JsonObject> => {
  const disks: JsonObject[] = [];
  for (const path of paths) disks.push(await measureDisk(path));
  const disk = fullest(disks);
  return disk ? { disk, disks } : {};
};

/** How far the clock here is ahead in milliseconds; undefined when the answer carries no date. The header is in seconds. */
const clockOffset = async (address: string, context: CheckContext): Promise<number | undefined> => {
  if (!URL.canParse(address))
    throw ourFault('clock_url is not an absolute http or https URL', 'not_http_url');
  const client = createHttpClient(context);
  try {
    const before = context.now().getTime();
    const { headers } = await client.send(
      { url: new URL(address), method: 'HEAD', headers: { 'user-agent': 'tminus' } },
      0,
    );
    const here = (before + context.now().getTime()) / 2;
    const there = Date.parse(headers['date'] ?? '');
    return Number.isNaN(there) ? undefined : Math.round(here - (there + 500));
  } finally {
    await client.close();
  }
};

const measure = async (given: Params, context: CheckContext): Promise<Measured> => {
  assertHostAccess(context);
  const { samples, every, disks = [], clock_url: address } = given;
  const onDisks = await measureDisks(disks);
  const offset = address === undefined ? undefined : await clockOffset(address, context);
  const memory = await measureMemory();
  const cpu = await measureCpu({ samples, everyMs: every, signal: context.signal });
  const incomplete: Incomplete[] = [
    ...(cpu ? [] : [{ key: 'cpu', reason: 'cannot be told: the machine does not count it' }]),
    ...(address !== undefined && offset === undefined
      ? [{ key: 'clock_offset', reason: 'cannot be told: the answer carries no date' }]
      : []),
  ];
  return {
    observation: {
      ...measureUptime(),
      ...(cpu && { cpu }),
      load: measureLoad(),
      memory,
      ...onDisks,
      clock: context.now().toISOString(),
      ...(offset !== undefined && { clock_offset: offset }),
    },
    incomplete,
  };
};

const USUAL = { 'cpu.percent': { lt: 90 }, 'memory.percent': { lt: 90 } };

/** The machine the worker runs on: processors, memory, disks. */
export const system = defineCheck({
  kind: 'system',
  title: 'The machine has processors, memory and disk to spare. Measured where the worker runs.',
  params,
  defaultTimeoutMs: 40_000,
  defaultRetries: 0,
  observation: {
    host: 'name of the machine that was measured',
    'cpu.percent': 'how busy all its processors were together, over all samples',
    'cpu.max': 'the same of the busiest sample; cores: how many processors there are',
    'load.m5': 'processes that run or wait, over 5 minutes; besides m1, m15 and per_core: m5 by processors',
    'memory.percent': 'used of all memory; what caches could give back is not used',
    'memory.used': 'bytes; besides available and total; swap_percent where there is swap',
    'disk.percent': 'of the fullest of disks: used of what users may fill, as df shows it',
    'disk.free': 'bytes; besides size, path and inodes_percent, where inodes are counted',
    'disk.mounted': 'false when the path is a mere folder: what should be mounted there is not',
    'disks[i].percent': 'the same of each of disks',
    uptime: 'milliseconds since the machine was started',
    clock: 'time of its clock',
    clock_offset: 'milliseconds its clock is ahead of clock_url, to about a second; absent without one',
  },
  passes: USUAL,
  passesFor: ({ disks }) => (disks ? { ...USUAL, 'disks[*].percent': { every: { lt: 90 } } } : undefined),
  target: () => 'machine of the worker',
  needs: ({ clock_url: address }, context) => [
    ...missingHostAccess(context),
    ...(address === undefined ? [] : missingUrl(address, context)),
  ],
  run: measure,
  say: ({ host = null, cpu, memory, disk, uptime }) => {
    const percent = (of: unknown): string =>
      String(typeof of === 'object' && of !== null && 'percent' in of ? of.percent : '?');
    const full = disk === undefined ? '' : `, disk ${percent(disk)} %`;
    return `${plain(host)}: cpu ${percent(cpu)} %, memory ${percent(memory)} %${full}, up ${formatDuration(numberOf(uptime))}`;
  },
});
