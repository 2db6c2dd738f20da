import { stat, statfs } from 'node:fs/promises';
import { cpus, hostname, loadavg, uptime } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { mem } from 'systeminformation';
import type { NeedsContext } from '../check.ts';
import type { JsonObject } from '../../lib/json.ts';
import { errorCodeOf, ourFault } from '../problem.ts';

/** What an environment still has to say before checks may look at the machine of the worker. */
export const missingHostAccess = ({ connections }: Pick<NeedsContext, 'connections'>): readonly string[] =>
  connections.host === true ? [] : ['worker on the host'];

/** Checks of the machine run only where the environment file says that it is the one deployed to. */
export const assertHostAccess = (context: Pick<NeedsContext, 'connections'>): void => {
  if (missingHostAccess(context).length > 0)
    throw ourFault('the environment file does not say that workers run on the host', 'host_not_named');
};

type Times = { readonly busy: number; readonly total: number };

const cpuTimes = (): Times =>
  cpus().reduce<Times>(
    (sum, { times }) => {
      const total = times.user + times.nice + times.sys + times.idle + times.irq;
      return { busy: sum.busy + total - times.idle, total: sum.total + total };
    },
    { busy: 0, total: 0 },
  );

/** To one digit behind the point. */
export const percentOf = (part: number, whole: number): number => Math.round((part / whole) * 1000) / 10;

export type Sampling = { readonly samples: number; readonly everyMs: number; readonly signal: AbortSignal };

/** How busy all processors were, by samples one after the other. Undefined: the machine does not say. */
export const measureCpu = async ({ samples, everyMs, signal }: Sampling): Promise<JsonObject | undefined> => {
  const first = cpuTimes();
  const percents: number[] = [];
  let before = first;
  for (let i = 0; i < samples; i += 1) {
    await pause(everyMs, undefined, { signal });
    const now = cpuTimes();
    if (now.total > before.total) percents.push(percentOf(now.busy - before.busy, now.total - before.total));
    before = now;
  }
  if (percents.length < samples) return undefined;
  return {
    percent: percentOf(before.busy - first.busy, before.total - first.total),
    max: Math.max(...percents),
    cores: cpus().length,
  };
};

/** Used is what programs hold: what the system could give back at once, as caches, is available. Bytes. */
export const measureMemory = async (): Promise<JsonObject> => {
  const { total, available, swaptotal, swapused } = await mem();
  return {
    percent: percentOf(total - available, total),
    used: total - available,
    available,
    total,
    ...(swaptotal > 0 && { swap_percent: percentOf(swapused, swaptotal) }),
  };
};

export const measureLoad = (): JsonObject => {
  const [m1 = NaN, m5 = NaN, m15 = NaN] = loadavg().map((value) => Math.round(value * 100) / 100);
  return { m1, m5, m15, per_core: Math.round((m5 / Math.max(1, cpus().length)) * 100) / 100 };
};

export const measureUptime = (): { host: string; uptime: number } => ({
  host: hostname(),
  uptime: Math.round(uptime() * 1000),
});

const isMountPoint = async (path: string): Promise<boolean> => {
  if (dirname(path) === path) return true;
  const [own, parent] = await Promise.all([stat(path), stat(dirname(path))]);
  return own.dev !== parent.dev;
};

/**
 * The file system a path lies on: percent as `df` shows it, of what users may fill. `mounted` is false when the path is
 * only a folder of the file system around it. Rejects with a problem when nothing is there.
 */
export const measureDisk = async (path: string): Promise<JsonObject> => {
  try {
    const { bsize, blocks, bfree, bavail, files, ffree } = await statfs(path);
    const used = blocks - bfree;
    return {
      path,
      mounted: await isMountPoint(path),
      ...(used + bavail > 0 && { percent: percentOf(used, used + bavail) }),
      free: bavail * bsize,
      size: blocks * bsize,
      ...(files > 0 && { inodes_percent: percentOf(files - ffree, files) }),
    };
  } catch (error) {
    const code = errorCodeOf(error) ?? 'unknown';
    throw ourFault(`the disk of ${path} cannot be looked at (${code})`, 'disk_unreadable', { cause: error });
  }
};
