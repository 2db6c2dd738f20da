import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../lib/log.ts';
import { openCluster, readPassword } from './postgres-cluster.ts';
import type { Cluster } from './postgres-cluster.ts';
import {
  hasExited,
  lastLines,
  spawnServer,
  startFailed,
  stopOrphan,
  stopServer,
  writeRecord,
} from './postgres-server.ts';
import type { Server, ServerManner } from './postgres-server.ts';
import { answers, findServer, serverUrl } from './postmaster.ts';
import type { Found } from './postmaster.ts';

/** Recovery after a crash replays what was not checkpointed: seconds as a rule, minutes on a very slow disk. */
const START_TIMEOUT_MS = 120_000;
const POLL_MS = 25;
/**
 * A start fails when another starter or another program on the port was faster, or while backends of a killed server
 * still end; each is settled soon, so pauses double from 50 ms to 0.8 s.
 */
const START_ATTEMPTS = 5;
/** Room for three roles in processes of their own, each with its pools, and for people who look. */
const MAX_CONNECTIONS = 200;

export type EmbeddedPostgresOptions = {
  /** Folder that belongs to this installation; created when missing. */
  readonly dataDir: string;
  readonly log: Log;
  /** False gives up the data on a power failure (not on a crash) for speed: tests only. Default true. */
  readonly durable?: boolean;
  /** Of all processes together; absent: 200. */
  readonly maxConnections?: number;
};

export type EmbeddedPostgres = {
  /** Connection string of the database `tminus`, with the password of its superuser. */
  readonly url: string;
  /** False: a live server of the same DATA_DIR was adopted. */
  readonly started: boolean;
  /** Process id of the server at first; one that ends by itself is started again, as another process. */
  readonly pid: number;
  /** Folder of data, password and server.log: DATA_DIR/postgres, or /var/lib/tminus-<hash> when root had to move it. */
  readonly home: string;
  /**
   * Ends the server if we started it, and resolves when it has ended. One that was adopted is left to its starter; when
   * that is gone, the last who uses the server ends it.
   */
  readonly stop: () => Promise<void>;
};

/** Polls until the server answers (true) or `isGone` (false). */
const waitUntilReady = async (
  cluster: Cluster,
  url: string,
  { isGone, deadline }: { isGone: () => boolean | Promise<boolean>; deadline: AbortSignal },
): Promise<boolean> => {
  while (!deadline.aborted) {
    if (await isGone()) return false;
    if (await answers(cluster, url)) return true;
    await sleep(POLL_MS);
  }
  throw startFailed(`Postgres in ${cluster.home} did not answer within ${START_TIMEOUT_MS / 1000} s.`);
};

const adopt = async (
  cluster: Cluster,
  found: Extract<Found, { kind: 'running' }>,
  { password, deadline }: { password: string; deadline: AbortSignal },
): Promise<Held | undefined> => {
  if (found.port === undefined) return undefined;
  const url = serverUrl(found.port, password);
  const isGone = async () => {
    const now = await findServer(cluster);
    return now.kind !== 'running' || now.pid !== found.pid;
  };
  if (!(await waitUntilReady(cluster, url, { isGone, deadline }))) return undefined;
  const { pid } = found;
  return { url, pid, home: cluster.home, stop: () => stopOrphan(cluster, { url, pid }), exited: undefined };
};

/** A server as one start or adoption got it. */
type Held = Omit<EmbeddedPostgres, 'started'> & {
  /** How it ended; undefined: it was adopted, and is somebody else's to look after. */
  readonly exited: Promise<string> | undefined;
};

/** Our own server once it answers; undefined when it exited first. */
const serve = async (
  cluster: Cluster,
  server: Server,
  { log, deadline }: { log: Log; deadline: AbortSignal },
): Promise<Held | undefined> => {
  try {
    const isGone = () => hasExited(server);
    if (!(await waitUntilReady(cluster, server.url, { isGone, deadline }))) return undefined;
  } catch (cause) {
    await stopServer(server, log);
    throw cause;
  }
  const { pid } = server.child;
  if (pid === undefined) return undefined;
  await writeRecord(cluster, { home: cluster.home, port: Number(new URL(server.url).port), pid });
  return {
    url: server.url,
    pid,
    home: cluster.home,
    stop: () => stopServer(server, log),
    exited: server.exited,
  };
};

type StartOptions = { password: string; log: Log; deadline: AbortSignal } & ServerManner;

const startOrAdopt = async (cluster: Cluster, options: StartOptions): Promise<Held> => {
  let lastExit = 'another process keeps starting and stopping it';
  for (let starts = 0; starts < START_ATTEMPTS && !options.deadline.aborted;) {
    const found = await findServer(cluster);
    if (found.kind === 'running') {
      const adopted = await adopt(cluster, found, options);
      if (adopted !== undefined) return adopted;
    } else {
      starts += 1;
      const server = await spawnServer(cluster, found, options);
      const started = await serve(cluster, server, options);
      if (started !== undefined) return started;
      lastExit = await server.exited;
    }
    await sleep(POLL_MS * 2 ** starts);
  }
  throw startFailed(`Postgres in ${cluster.home} does not start (${lastExit}): ${await lastLines(cluster)}`);
};

type Keeping = { readonly log: Log; readonly start: () => Promise<Held> };

/**
 * Starts a server of ours again when it ends by itself; who holds its url gets new connections from the same place.
 * When that fails nothing of this process can go on: it ends as by a bug, for whatever looks after it to see.
 */
const keepRunning = (first: Held, { log, start }: Keeping): { stop: () => Promise<void> } => {
  let held = Promise.resolve(first);
  let isStopping = false;
  const watch = async ({ exited, url, pid, home }: Held): Promise<void> => {
    const how = await exited;
    if (how === undefined || isStopping) return;
    log.error({ pid, how, home }, 'embedded_postgres_exited');
    held = start();
    const next = await held;
    if (next.url !== url) throw startFailed(`Postgres in ${home} had to move to another port.`);
    void watch(next);
  };
  void watch(first);
  return {
    stop: async () => {
      isStopping = true;
      // What could not be started again needs no end.
      const last = await held.catch(() => undefined);
      await last?.stop();
    },
  };
};

/**
 * A Postgres server of our own on the data in `dataDir`, with an empty database `tminus` at first. It is started in the
 * background and outlives a crash of this process; a live one of the same data is adopted, so bot, workers and the
 * command line of one machine share it. Processes may start at once: Postgres' own lock lets one server live.
 * @throws EmbeddedPostgresError with a code and a remedy.
 */
export const startEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const { dataDir, log, durable = true, maxConnections = MAX_CONNECTIONS } = options;
  const cluster = await openCluster({ dataDir, durable }, log);
  const password = await readPassword(cluster);
  const start = () =>
    startOrAdopt(cluster, {
      password,
      durable,
      maxConnections,
      log,
      deadline: AbortSignal.timeout(START_TIMEOUT_MS),
    });
  const held = await start();
  const { url, home, pid } = held;
  const started = held.exited !== undefined;
  log.info(
    { home, port: Number(new URL(url).port), pid },
    started ? 'embedded_postgres_started' : 'embedded_postgres_adopted',
  );
  return { url, started, pid, home, ...keepRunning(held, { log, start }) };
};
