import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../bin/tminus.js', import.meta.url));

type Environment = Readonly<Record<string, string>>;

/** `tminus` as a process of its own. */
export type RunningCli = {
  readonly child: ChildProcess;
  /** Everything written so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Waits until standard output matches; what matched. Fails when the process ends first. */
  readonly says: (pattern: RegExp, withinMs?: number) => Promise<RegExpExecArray>;
  /** Resolves with the exit code once it has ended, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
};

const running = new Set<ChildProcess>();

// A test that gave up waiting leaves its process behind, and that one would make every later test slower.
if (process.env['VITEST'] !== undefined) {
  const { afterAll } = await import('vitest');
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL');
  });
}

/** Starts it with these variables and none of our own, so that tests mean the same on every machine. */
export const startCli = (words: readonly string[], env: Environment = {}): RunningCli => {
  const { PATH = '', HOME = '', TMPDIR } = process.env;
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    env: { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  let isOver = false;
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => {
    isOver = true;
    running.delete(child);
    return (code ?? signal) as number | NodeJS.Signals;
  });
  const says = async (pattern: RegExp, withinMs = 60_000): Promise<RegExpExecArray> => {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const found = pattern.exec(stdout);
      if (found !== null) return found;
      if (isOver || Date.now() > deadline)
        throw new Error(`tminus ${words.join(' ')} never said ${String(pattern)}:\n${stdout}\n${stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  return { child, stdout: () => stdout, stderr: () => stderr, says, ended };
};

export type CliResult = {
  readonly code: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
};

/** Runs it to its end. */
export const runCli = async (words: readonly string[], env: Environment = {}): Promise<CliResult> => {
  const started = startCli(words, env);
  const code = await started.ended;
  return { code, stdout: started.stdout(), stderr: started.stderr() };
};
