import { constants, type Stats } from 'node:fs';
import { lstat, open, realpath, type FileHandle } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import type { JsonObject } from '../../lib/json.ts';
import { CLOCK_SKEW_MS } from '../../lib/matching/order-rules.ts';
import { formatDuration, formatSize } from '../../lib/matching/units.ts';
import { placeholdersIn } from '../../lib/placeholders.ts';
import { defineCheck, numberOf, type Incomplete, type Measured } from '../check.ts';
import { errorCodeOf, ourFault } from '../problem.ts';

const params = z.strictObject({
  path: z
    .string()
    .min(1)
    .describe('Absolute path on the worker, below a folder the environment file allows.'),
});

const MAX_BYTES = 1024 * 1024;

const isBelow = (path: string, root: string): boolean => {
  const way = relative(root, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
};

const isAllowed = (path: string, roots: readonly string[]): boolean =>
  isAbsolute(path) && roots.some((root) => isBelow(resolve(path), resolve(root)));

const outside = (path: string) => ourFault(`${path} is outside the folders a check may read`, 'path_refused');

const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(errorCodeOf(error) ?? '');

/** Where a path really is; undefined when nothing is there. */
const realOf = async (path: string): Promise<string | undefined> => {
  try {
    return await realpath(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw ourFault(`${path} cannot be reached (${errorCodeOf(error) ?? 'unknown'})`, 'path_unreachable', {
      cause: error,
    });
  }
};

/** The nearest folder above that exists: whether something is missing outside the roots is nobody's business either. */
const nearestReal = async (path: string): Promise<string> => {
  const parent = dirname(path);
  return (await realOf(parent)) ?? (parent === path ? path : nearestReal(parent));
};

/** The real path behind a permitted one, links followed; undefined when nothing is there. */
const locate = async (path: string, roots: readonly string[]): Promise<string | undefined> => {
  if (!isAllowed(path, roots)) throw outside(path);
  const real = await realOf(path);
  const realRoots = await Promise.all(roots.map((root) => realOf(root)));
  const lacksRoot = roots.some(
    (root, position) => realRoots[position] === undefined && isAllowed(path, [root]),
  );
  if (real === undefined && lacksRoot) return undefined;
  const judged = real ?? (await nearestReal(path));
  if (!realRoots.some((root) => root !== undefined && isBelow(judged, root))) throw outside(path);
  return real;
};

const describeStats = (stats: Stats, now: Date): { observation: JsonObject; incomplete: Incomplete[] } => {
  const age = Math.round(now.getTime() - stats.mtimeMs);
  const isFuture = age < -CLOCK_SKEW_MS;
  return {
    observation: {
      exists: true,
      size: stats.size,
      ...(isFuture ? {} : { age: Math.max(0, age) }),
      mode: (stats.mode & 0o7777).toString(8).padStart(4, '0'),
    },
    incomplete: isFuture
      ? [{ key: 'age', reason: `cannot be told: it is dated ${formatDuration(-age)} in the future` }]
      : [],
  };
};

const countLines = (text: string): number => {
  if (text === '') return 0;
  const breaks = text.split('\n').length;
  return text.endsWith('\n') ? breaks - 1 : breaks;
};

const withoutText = (reason: string): readonly Incomplete[] => [
  { key: 'text', reason },
  { key: 'lines', reason },
];

const decode = (bytes: Buffer): string | undefined => {
  try {
    // A character cut in two by the cap is no sign of a binary file.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return undefined;
  }
};

const readText = async (file: FileHandle): Promise<Pick<Measured, 'observation' | 'incomplete'>> => {
  const buffer = Buffer.alloc(MAX_BYTES + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
    length += bytesRead;
    if (bytesRead === 0 || length === buffer.length) break;
  }
  const text = decode(buffer.subarray(0, Math.min(length, MAX_BYTES)));
  if (text === undefined || text.includes('\0'))
    return { observation: {}, incomplete: withoutText('is not text') };
  return {
    observation: { text, lines: countLines(text) },
    ...(length > MAX_BYTES && { incomplete: withoutText('is of a file larger than 1 MiB') }),
  };
};

const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

const tryOpen = async (path: string): Promise<FileHandle | string> => {
  try {
    return await open(path, flags);
  } catch (error) {
    return errorCodeOf(error) ?? 'unknown';
  }
};

// Between finding the real path and opening it a folder on the way may have become a link.
const assertStillThere = async (file: FileHandle, path: string): Promise<void> => {
  const opened = await realOf(`/proc/self/fd/${file.fd}`);
  if (opened !== undefined && opened !== path) throw outside(path);
};

const seen = (
  described: ReturnType<typeof describeStats>,
  { observation, incomplete = [] }: Measured,
): Measured => ({
  observation: { ...described.observation, ...observation },
  incomplete: [...described.incomplete, ...incomplete],
});

const measureFile = async (path: string, now: Date): Promise<Measured> => {
  const stats = await lstat(path);
  const without = (reason: string): Measured =>
    seen(describeStats(stats, now), { observation: {}, incomplete: withoutText(reason) });
  // Opening a device, a pipe or a socket can do something; looking at it cannot.
  if (!stats.isFile()) return without('is not of a plain file');
  const file = await tryOpen(path);
  if (typeof file === 'string') return without(`cannot be read (${file})`);
  try {
    await assertStillThere(file, path);
    const text = await readText(file);
    return seen(describeStats(await file.stat(), now), text);
  } finally {
    await file.close();
  }
};

/** One file on the worker's machine. That it is not there is measured (`exists: false`). */
export const file = defineCheck({
  kind: 'file',
  title: 'A file on the host is there, fresh, and says what it should.',
  params,
  defaultTimeoutMs: 5000,
  defaultRetries: 0,
  observation: {
    exists: 'true or false; the rest is absent when it is false',
    size: 'bytes',
    age: 'milliseconds since it was last changed; absent when it is dated in the future',
    mode: 'permissions as octal text: "0600"',
    text: 'the first MiB, of text files; kept only when the check names it',
    lines: 'how many lines the text has; kept only when the check names it',
  },
  keptIfNamed: ['text', 'lines'],
  passes: { exists: true },
  target: ({ path }) => path,
  needs: ({ path }, { connections }) =>
    placeholdersIn(path).length > 0 || isAllowed(path, connections.fileRoots) ? [] : ['runner on the host'],
  run: async ({ path }, { connections, now }) => {
    const real = await locate(path, connections.fileRoots);
    return real === undefined ? { observation: { exists: false } } : measureFile(real, now());
  },
  say: ({ size, age }) =>
    `${formatSize(numberOf(size))}, ${age === undefined ? 'dated in the future' : `${formatDuration(numberOf(age))} old`}`,
});
