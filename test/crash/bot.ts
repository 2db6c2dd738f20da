import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Kill, Order } from './kill-at.ts';

const ENTRY = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const PRELOAD = fileURLToPath(new URL('kill-at.ts', import.meta.url));
const START_MS = 60_000;

/** A tminus process of its own, as `npm start` runs it. */
export type Bot = {
  /** Where it answers health and readiness. */
  readonly url: string;
  readonly pid: number;
  /** Milliseconds from spawn to "started". */
  readonly startMs: number;
  /** Counts steps from now on, and kills at one of them; `at` 0 never kills. */
  readonly arm: (kill: Kill) => Promise<boolean>;
  /** False, as from `arm`: it was gone before. */
  readonly disarm: () => Promise<boolean>;
  /** The steps since it was armed; the one it died at ends in KILL. */
  readonly trail: () => Promise<readonly string[]>;
  readonly isAlive: () => boolean;
  /** Resolves when the process is gone. */
  readonly gone: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  readonly kill: (signal: NodeJS.Signals) => Promise<void>;
  /** What it logged, one object per line. */
  readonly log: () => readonly LogLine[];
  /** Everything it printed. */
  readonly output: () => string;
};

export type LogLine = { readonly level: string; readonly msg: string } & Record<string, unknown>;

export type BotOptions = {
  readonly env: Readonly<Record<string, string>>;
  /** A folder for the trail file. */
  readonly folder: string;
};

let started = 0;

/** Starts `tminus start` and resolves when it says that it runs. */
export const startBot = async ({ env, folder }: BotOptions): Promise<Bot> => {
  const begun = performance.now();
  const child = fork(ENTRY, ['start'], {
    execArgv: ['--import', 'tsx', '--import', PRELOAD],
    env: { PATH: process.env['PATH'], PORT: '0', LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const output = readOutput(child);
  const gone = once(child, 'exit').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }));
  const url = await Promise.race([
    output.started,
    gone.then(({ code }) => Promise.reject(new Error(`tminus ended with ${code}:\n${output.text()}`))),
    late(output.text),
  ]).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  started += 1;
  const trail = join(folder, `trail-${process.pid}-${started}`);
  const order = async (message: Order): Promise<boolean> => {
    const answer = once(child, 'message').then(() => true);
    // It may have ended a moment ago: then nobody takes the message, and that is the answer.
    child.send(message, () => undefined);
    return Promise.race([answer, gone.then(() => false)]);
  };
  return {
    url,
    pid: child.pid!,
    startMs: performance.now() - begun,
    arm: async (kill) => {
      await rm(trail, { force: true });
      return order({ kind: 'arm', ...kill, trail });
    },
    disarm: () => order({ kind: 'disarm' }),
    trail: async () =>
      (await readFile(trail, 'utf8').catch(() => '')).split('\n').filter((line) => line !== ''),
    isAlive: () => child.exitCode === null && child.signalCode === null,
    gone,
    kill: async (signal) => {
      child.kill(signal);
      await gone;
    },
    log: output.lines,
    output: output.text,
  };
};

const late = (text: () => string): Promise<never> =>
  new Promise((_resolve, reject) => {
    setTimeout(
      () => reject(new Error(`tminus did not start in ${START_MS} ms:\n${text()}`)),
      START_MS,
    ).unref();
  });

const readOutput = (child: ChildProcess) => {
  const lines: LogLine[] = [];
  let text = '';
  let rest = '';
  const started = new Promise<string>((resolve) => {
    child.stdout!.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString('utf8')).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        text += `${part}\n`;
        if (!part.startsWith('{')) continue;
        const line = JSON.parse(part) as LogLine;
        lines.push(line);
        if (line.msg === 'started') resolve(String(line['url']));
      }
    });
  });
  child.stderr!.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  return { started, lines: () => lines, text: () => text };
};
