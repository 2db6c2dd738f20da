import type { Socket } from 'node:net';
import { z } from 'zod';
import { formatDuration } from '../../lib/matching/units.ts';
import { compilePattern } from '../../lib/matching/regex.ts';
import { show } from '../../lib/matching/rule.ts';
import {
  defineCheck,
  missingHost,
  numberOf,
  portParam,
  type CheckContext,
  type Fault,
  type Measured,
} from '../check.ts';
import { nameTarget } from '../guard/hosts.ts';
import { readUntil } from '../guard/read.ts';
import { CheckProblem, problemOf } from '../problem.ts';
import { startTimer } from '../timer.ts';

const params = z.strictObject({
  host: z.string().min(1).describe('Name or address.'),
  port: portParam.describe('TCP port.'),
  banner: z
    .string()
    .refine((text) => compilePattern(text).ok, 'is not a pattern RE2 knows')
    .optional()
    .describe(
      'RE2 pattern that the first line the server says has to match, such as ^SSH-2; it is waited for.',
    ),
});

type Params = z.output<typeof params>;

const MAX_BANNER_BYTES = 1024;

const readBanner = async (socket: Socket, { host, port }: Params, signal: AbortSignal): Promise<string> => {
  const isEnough = (text: string): boolean => text.includes('\n');
  const name = nameTarget({ host, port });
  const text = await readUntil(socket, { isEnough, maxBytes: MAX_BANNER_BYTES, name, signal });
  return text.split(/\r?\n/)[0] ?? '';
};

const mismatch = (banner: string, pattern: string | undefined): readonly Fault[] => {
  const compiled = compilePattern(pattern ?? '');
  if (compiled.ok && compiled.value(banner)) return [];
  return [{ path: 'banner', line: `banner: expected to match ${pattern ?? ''}, got ${show(banner)}` }];
};

const run = async (given: Params, { network, signal }: CheckContext): Promise<Measured> => {
  const elapsed = startTimer();
  let socket: Socket | undefined;
  try {
    socket = await network.connect(given, signal);
    const observation = { open: true, duration: elapsed(), address: socket.remoteAddress ?? '' };
    if (given.banner === undefined) return { observation };
    const banner = await readBanner(socket, given, signal);
    return { observation: { ...observation, banner }, faults: mismatch(banner, given.banner) };
  } catch (error) {
    signal.throwIfAborted();
    return closed(problemOf(error, nameTarget(given)));
  } finally {
    socket?.destroy();
  }
};

const closed = (error: unknown): Measured => {
  if (error instanceof CheckProblem && error.code === 'connection_refused') {
    return { observation: { open: false }, isTransport: true };
  }
  throw error;
};

/** A TCP port. A refused connection is measured (`open: false`); silence ends at the deadline. */
export const tcp = defineCheck({
  kind: 'tcp',
  title: 'A TCP port accepts connections.',
  params,
  defaultTimeoutMs: 5000,
  defaultRetries: 2,
  observation: {
    open: 'true when a connection was accepted, false when it was refused',
    duration: 'milliseconds until it was',
    address: 'address that accepted; absent when closed',
    banner: 'first line the server said, at most 1 KiB; absent unless asked for',
  },
  passes: { open: true },
  target: nameTarget,
  needs: missingHost,
  run,
  say: (observation, place) =>
    `${nameTarget(place)} is open, ${formatDuration(numberOf(observation['duration']))}`,
});
