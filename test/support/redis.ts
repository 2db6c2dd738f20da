import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { constants, accessSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type TestRedis = {
  /** redis://127.0.0.1:<port>, a server that belongs to this call alone and keeps nothing. */
  readonly url: string;
  readonly close: () => Promise<void>;
};

const START_TIMEOUT_MS = 10_000;
const START_ATTEMPTS = 3;

const findBinary = (): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'redis-server'))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });

/** Whether redis-server is installed here: for `describe.runIf`. Where CI is set it counts as present, so that a missing one fails. */
export const redisAvailable = (): boolean => {
  if (findBinary() !== undefined || process.env['CI'] !== undefined) return true;
  process.stderr.write('WARNING: redis-server is not in PATH: tests on Redis are skipped\n');
  return false;
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

/** Whether the server on this port says PONG. */
const ping = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.setTimeout(1_000, () => socket.destroy());
    socket.once('data', (answer) => {
      socket.destroy();
      resolve(answer.toString().startsWith('+PONG'));
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });

const hasExited = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

const stop = async (child: ChildProcess): Promise<void> => {
  if (hasExited(child)) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exited;
};

const start = async (
  binary: string,
  folder: string,
): Promise<{ child: ChildProcess; port: number } | undefined> => {
  const port = await freePort();
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    folder,
  ];
  const child = spawn(binary, args, { stdio: 'ignore' });
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  for (let waited = 0; waited < START_TIMEOUT_MS && !hasExited(child); waited += 20) {
    if (await Promise.race([ping(port), failed])) return { child, port };
    await sleep(20);
  }
  await stop(child);
  return undefined;
};

/**
 * A Redis server on a free port. Undefined, with a warning, where redis-server is not installed;
 * there a run with CI set fails instead.
 */
export const testRedis = async (): Promise<TestRedis | undefined> => {
  const binary = findBinary();
  if (binary === undefined) {
    if (redisAvailable()) throw new Error('CI is set and redis-server is not in PATH');
    return undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), 'tminus-redis-'));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  for (let attempt = 1; attempt <= START_ATTEMPTS; attempt += 1) {
    // Another program may take the free port before Redis does.
    const server = await start(binary, folder);
    if (server === undefined) continue;
    const close = async () => {
      await stop(server.child);
      await removeFolder();
    };
    return { url: `redis://127.0.0.1:${server.port}`, close };
  }
  await removeFolder();
  throw new Error(`${binary} does not start`);
};
