import type { ChildProcess } from 'node:child_process';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

const ROOT = new URL('../../', import.meta.url).pathname;

/** A port of 127.0.0.1 that is free now. */
export const freePort = async (): Promise<number> => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** Starts a script of this folder in a process of its own that talks over messages. */
export const forkScript = (script: URL, args: readonly string[] = []): ChildProcess =>
  fork(script.pathname, [...args], { cwd: ROOT, execArgv: ['--import', 'tsx'] });

/** Starts the product as `npm start` does; what it logs goes to a file. BENCH_NODE_ARGS are node's, to profile it. */
export const spawnProduct = (env: Readonly<Record<string, string>>, logFile: string): ChildProcess => {
  const log = openSync(logFile, 'a');
  const args = (process.env['BENCH_NODE_ARGS'] ?? '').split(' ').filter((arg) => arg !== '');
  return spawn(process.execPath, [...args, 'bin/tminus.js', 'start'], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      ...env,
    },
    stdio: ['ignore', log, log],
  });
};

/** Asks a process to end, and waits until it has; one that does not is killed. */
export const endChild = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await ended;
  clearTimeout(timer);
};

/** The next message of a child; rejects when it ends before it says anything. */
export const nextMessage = <T>(child: ChildProcess): Promise<T> =>
  new Promise((resolve, reject) => {
    const onExit = (code: number | null): void =>
      reject(new Error(`A process ended early with code ${code}.`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      // Both ends are scripts of this folder.
      resolve(message as T);
    });
  });
