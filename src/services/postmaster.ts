import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { PRODUCT, isAlive, passwordLost } from './postgres-cluster.ts';
import type { Cluster } from './postgres-cluster.ts';
import { hasCode } from './system-error.ts';

/** A server that takes a connection but does not answer in this time is asked again. */
const PROBE_TIMEOUT_MS = 2_000;

/** postmaster.pid, written line by line while a server starts: the port follows the id a moment later. */
export type PidFile = { readonly pid: number; readonly port?: number };

/** Reads the text of postmaster.pid: process id, data directory, start time, port, and more that we do not need. */
export const parsePidFile = (text: string): PidFile | undefined => {
  const [pid, , , port] = text.split('\n').map(Number);
  if (pid === undefined || !Number.isInteger(pid) || pid <= 0) return undefined;
  return port === undefined || !Number.isInteger(port) || port <= 0 ? { pid } : { pid, port };
};

/** What postmaster.pid says about a cluster. */
export type Found =
  | { readonly kind: 'stopped' }
  /** A crash left the file and its process id now belongs to some other program. */
  | { readonly kind: 'reused_pid'; readonly pid: number }
  | { readonly kind: 'running'; readonly pid: number; readonly port: number | undefined };

const commandOf = async (pid: number): Promise<string> => {
  if (process.platform === 'linux') return readFile(`/proc/${pid}/cmdline`, 'utf8');
  const { stdout } = await promisify(execFile)('ps', ['-p', String(pid), '-o', 'command=']);
  return stdout;
};

/** Whether a live server holds the cluster. Its command line tells it from a program that got its process id. */
export const findServer = async ({ data }: Pick<Cluster, 'data'>): Promise<Found> => {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch((cause: unknown) => {
    if (!hasCode(cause, 'ENOENT')) throw cause;
    return '';
  });
  const file = parsePidFile(text);
  if (file === undefined || !isAlive(file.pid)) return { kind: 'stopped' };
  // Gone in this moment: the next look says stopped.
  const command = await commandOf(file.pid).catch(() => data);
  if (!command.includes(data)) return { kind: 'reused_pid', pid: file.pid };
  return { kind: 'running', pid: file.pid, port: file.port };
};

export const serverUrl = (port: number, password: string): string =>
  `postgres://${PRODUCT}:${password}@127.0.0.1:${port}/${PRODUCT}`;

/** Hands `use` a connection of its own and closes it; rejects when the server does not take it in a moment. */
const connected = async <T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: PROBE_TIMEOUT_MS,
    query_timeout: PROBE_TIMEOUT_MS,
  });
  // A connection that breaks also rejects the call in progress, which is where it is handled.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end();
  }
};

const OTHERS = `SELECT count(*)::int AS n FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;

/** Connections of programs to a server that answers. */
export const countUsers = (url: string): Promise<number> =>
  connected(url, async (client) => (await client.query<{ n: number }>(OTHERS)).rows[0]?.n ?? 0);

/**
 * True when the server on this port takes our password and serves this cluster; false while it cannot answer yet.
 * @throws EmbeddedPostgresError when it refuses the password, and the driver's error when it refuses for another reason.
 */
export const answers = async (cluster: Cluster, url: string): Promise<boolean> => {
  try {
    return await connected(url, async (client) => {
      const { rows } = await client.query<{ data: string }>(
        "SELECT current_setting('data_directory') AS data",
      );
      return rows[0]?.data === cluster.data;
    });
  } catch (cause) {
    if (hasCode(cause, '28P01', '28000'))
      throw passwordLost(cluster, 'The running Postgres refuses our password.');
    // Starting, stopping or recovering (57P03, 57P01), not listening yet, or too slow: the server has not decided yet.
    if (cause instanceof pg.DatabaseError && !hasCode(cause, '57P03', '57P01')) throw cause;
    return false;
  }
};
