import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { open, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../lib/log.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { bareEnvironment } from './postgres-account.ts';
import { isAlive } from './postgres-cluster.ts';
import type { Cluster } from './postgres-cluster.ts';
import { countUsers, serverUrl } from './postmaster.ts';
import type { Found } from './postmaster.ts';

/** A fast shutdown ends connections and writes a checkpoint. After this it is cut short; the next start recovers. */
const STOP_TIMEOUT_MS = 20_000;
/** At a start a larger server.log becomes server.log.1, in place of the one before. */
const LOG_FILE_LIMIT_BYTES = 10 * 1024 * 1024;

/** A server process of ours. `exited` resolves with how it ended: a signal, an exit code, or why it could not run. */
export type Server = { readonly child: ChildProcess; readonly exited: Promise<string>; readonly url: string };

export const startFailed = (message: string, cause?: unknown): EmbeddedPostgresError =>
  new EmbeddedPostgresError('embedded_postgres_start', message, {
    remedy: 'Read server.log in the folder named here; or set DATABASE_URL to a Postgres server of your own.',
    retryable: true,
    cause,
  });

/** A free port of 127.0.0.1: the wanted one when it still is, else any. Resolves undefined when the wanted one is taken. */
const probePort = (wanted: number): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EADDRINUSE') resolve(undefined);
      else reject(cause);
    });
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' ? address?.port : undefined);
      });
    });
  });

/** DATA_DIR/postgres.json tells people and other tools where the server is; postmaster.pid stays the truth for us. */
const recordFile = ({ dataDir }: Cluster): string => join(dataDir, 'postgres.json');

type ServerRecord = { readonly home: string; readonly port: number; readonly pid: number };

/** `starter`: the process that will end the server. */
export const writeRecord = (cluster: Cluster, record: ServerRecord): Promise<void> =>
  writeFile(recordFile(cluster), `${JSON.stringify({ ...record, starter: process.pid })}\n`);

/** An empty object: missing, or cut off by a crash. */
const readRecord = async (
  cluster: Cluster,
): Promise<Partial<Record<'port' | 'pid' | 'starter', unknown>>> => {
  try {
    return JSON.parse(await readFile(recordFile(cluster), 'utf8')) as Record<string, unknown>;
  } catch {
    return {};
  }
};

/** The port of the last run, so that it changes only when it must; 0 when there is none. */
const lastPort = async (cluster: Cluster): Promise<number> => {
  const { port } = await readRecord(cluster);
  return typeof port === 'number' && port > 0 && port < 65536 ? port : 0;
};

const choosePort = async (cluster: Cluster): Promise<number> => {
  const port = (await probePort(await lastPort(cluster))) ?? (await probePort(0));
  if (port === undefined) throw startFailed('No free port on 127.0.0.1.');
  return port;
};

const openServerLog = async ({ home }: Cluster) => {
  const path = join(home, 'server.log');
  const { size } = await stat(path).catch(() => ({ size: 0 }));
  if (size > LOG_FILE_LIMIT_BYTES) await rename(path, `${path}.1`);
  return open(path, 'a', 0o600);
};

/** How a server is run. */
export type ServerManner = { readonly durable: boolean; readonly maxConnections: number };

const settings = (port: number, { durable, maxConnections }: ServerManner): string[] => {
  const unsafe = { fsync: 'off', full_page_writes: 'off' };
  const values = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: String(maxConnections),
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    ...(durable ? {} : unsafe),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
};

/**
 * Starts the server in a session of its own, so that neither Ctrl-C nor our death reaches it.
 * PG_GRANDPARENT_PID names a process that Postgres must not mistake for a server when it finds it in postmaster.pid;
 * its other guard, the shared memory of the last server, stays on.
 */
export const spawnServer = async (
  cluster: Cluster,
  found: Found,
  { password, ...manner }: { password: string } & ServerManner,
): Promise<Server> => {
  const port = await choosePort(cluster);
  const output = await openServerLog(cluster);
  try {
    const child = spawn(cluster.binaries.postgres, ['-D', cluster.data, ...settings(port, manner)], {
      ...cluster.account,
      cwd: '/',
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
      env: bareEnvironment(found.kind === 'reused_pid' ? { PG_GRANDPARENT_PID: String(found.pid) } : {}),
    });
    const exited = new Promise<string>((resolve) => {
      child.once('error', (cause) => {
        resolve(cause.message);
      });
      child.once('exit', (code, signal) => {
        resolve(signal ?? `exit code ${code ?? 'unknown'}`);
      });
    });
    child.unref();
    return { child, exited, url: serverUrl(port, password) };
  } finally {
    await output.close();
  }
};

export const hasExited = ({ child }: Server): boolean =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

export const lastLines = async ({ home }: Cluster): Promise<string> => {
  const text = await readFile(join(home, 'server.log'), 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-5).join('\n');
};

export const stopServer = async (server: Server, log: Log): Promise<void> => {
  if (hasExited(server)) return;
  // Awaiting it must keep this process alive, which until now it must not.
  server.child.ref();
  server.child.kill('SIGINT');
  const inTime = await Promise.race([server.exited, sleep(STOP_TIMEOUT_MS, undefined, { ref: false })]);
  if (inTime !== undefined) return;
  log.warn({ pid: server.child.pid }, 'embedded_postgres_stop_cut_short');
  server.child.kill('SIGQUIT');
  await server.exited;
};

/** Whether the process that should end a server is gone. An unknown one is taken to be there. */
const isOrphan = async (cluster: Cluster, server: { readonly pid: number }): Promise<boolean> => {
  const { pid, starter } = await readRecord(cluster);
  return pid === server.pid && typeof starter === 'number' && !isAlive(starter);
};

/** Ends an adopted server that a crash of its starter left behind, unless somebody else still uses it. */
export const stopOrphan = async (
  cluster: Cluster,
  server: { readonly url: string; readonly pid: number },
): Promise<void> => {
  if (!isAlive(server.pid) || !(await isOrphan(cluster, server))) return;
  // One that cannot be asked is ending already, or full of users.
  const users = await countUsers(server.url).catch(() => Infinity);
  if (users > 0) return;
  process.kill(server.pid, 'SIGINT');
  const deadline = AbortSignal.timeout(STOP_TIMEOUT_MS);
  while (isAlive(server.pid) && !deadline.aborted) await sleep(25);
};
