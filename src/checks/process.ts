import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import type { CheckContext } from './check.ts';
import { errorCodeOf, ourFault } from './problem.ts';
import { startTimer } from './timer.ts';

/** Most that is kept of each output; the rest is read and dropped. */
export const MAX_OUTPUT_BYTES = 64 * 1024;
/** Between asking the processes to end and ending them. */
const GRACE_MS = 250;

export type ProcessInput = {
  readonly program: string;
  readonly args: readonly string[];
  /** All it sees of the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Absent: the root, so that nothing hangs on where the worker was started. */
  readonly cwd?: string;
};

type Output = { readonly text: string; readonly isCut: boolean };

export type ProcessEnd = {
  readonly exit: number;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly durationMs: number;
};

const collect = (stream: Readable): (() => Output) => {
  const chunks: Buffer[] = [];
  let kept = 0;
  let isCut = false;
  stream.on('data', (chunk: Buffer) => {
    const room = MAX_OUTPUT_BYTES - kept;
    if (chunk.length > room) isCut = true;
    if (room <= 0) return;
    chunks.push(chunk.subarray(0, room));
    kept += Math.min(chunk.length, room);
  });
  return () => ({ text: Buffer.concat(chunks).toString('utf8'), isCut });
};

/** Signals the whole group: children and grandchildren that did not leave it. */
const signalGroup = (pid: number | undefined, signal: 'SIGTERM' | 'SIGKILL'): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // Nobody is left in the group: what was wanted.
    if (errorCodeOf(error) !== 'ESRCH') throw error;
  }
};

const endGroup = (pid: number | undefined): void => {
  signalGroup(pid, 'SIGTERM');
  setTimeout(() => signalGroup(pid, 'SIGKILL'), GRACE_MS);
};

const exitOf = (code: number | null, signal: NodeJS.Signals | null): number =>
  code ?? 128 + (signal === null ? 0 : constants.signals[signal]);

const ended = (child: ChildProcess, program: string): Promise<number> =>
  new Promise((resolve, reject) => {
    child.once('error', (error) => {
      const code = errorCodeOf(error) ?? 'unknown';
      reject(
        ourFault(`${program} cannot be started (${code})`, `spawn_${code.toLowerCase()}`, { cause: error }),
      );
    });
    // `close`, not `exit`: a grandchild may still be writing.
    child.once('close', (code, signal) => resolve(exitOf(code, signal)));
  });

/**
 * Runs a program without a shell, in a process group of its own, with nothing to read and only the given environment.
 * At the deadline the group is asked to end and then ended; whatever it left running is ended when it is done.
 */
export const runProcess = async (
  { program, args, env, cwd = '/' }: ProcessInput,
  { signal }: Pick<CheckContext, 'signal'>,
): Promise<ProcessEnd> => {
  signal.throwIfAborted();
  const elapsed = startTimer();
  const child = spawn(program, [...args], {
    env: { ...env },
    detached: true,
    shell: false,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    cwd,
  });
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const onAbort = (): void => endGroup(child.pid);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const exit = await ended(child, program);
    signalGroup(child.pid, 'SIGKILL');
    return { exit, stdout: stdout(), stderr: stderr(), durationMs: elapsed() };
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
};
