import type { Stats } from 'node:fs';
import { lstat, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import type { JsonObject } from '../../lib/json.ts';
import { CLOCK_SKEW_MS } from '../../lib/matching/order-rules.ts';
import { formatDuration, formatSize } from '../../lib/matching/units.ts';
import { placeholdersIn } from '../../lib/placeholders.ts';
import { defineCheck, numberOf, type Incomplete, type Measured } from '../check.ts';
import { isAllowed, locate, readBytes, withFile } from '../host/files.ts';

const params = z.strictObject({
  path: z
    .string()
    .min(1)
    .describe('Absolute path on the worker, below a folder the environment file allows.'),
});

const MAX_BYTES = 1024 * 1024;

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
  const bytes = await readBytes(file, 0, MAX_BYTES + 1);
  const text = decode(bytes.subarray(0, MAX_BYTES));
  if (text === undefined || text.includes('\0'))
    return { observation: {}, incomplete: withoutText('is not text') };
  return {
    observation: { text, lines: countLines(text) },
    ...(bytes.length > MAX_BYTES && { incomplete: withoutText('is of a file larger than 1 MiB') }),
  };
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
  const measured = await withFile(path, async (file) => {
    const text = await readText(file);
    return seen(describeStats(await file.stat(), now), text);
  });
  return typeof measured === 'string' ? without(`cannot be read (${measured})`) : measured;
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
