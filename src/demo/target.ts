import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import type { Log } from '../lib/log.ts';
import { answeringVersion, breakageAnswer, routesOf } from './target/api.ts';
import type { Account } from './target/api.ts';
import { FIRST_VERSION, openControls } from './target/control.ts';
import type { Breakage, Controls } from './target/control.ts';
import { DEMO_DATABASE, prepareDatabase } from './target/database.ts';
import { httpListener } from './target/http.ts';
import { createStore } from './target/store.ts';
import type { Counts, Store } from './target/store.ts';

export type { Breakage } from './target/control.ts';

/** What the demo application is and holds at this moment. */
export type DemoState = Counts & {
  /** What was deployed last. */
  readonly version: string;
  /** What the application says it is: another one while `wrong-version` is broken. */
  readonly answers: string;
  /** Empty: healthy. */
  readonly broken: readonly Breakage[];
};

/** A small real application to deploy: an HTTP API with its own database. */
export type DemoTarget = {
  /** Base URL without a slash at the end. */
  readonly url: string;
  /** Variables a worker needs to check it; secrets are among them. */
  readonly env: Readonly<Record<string, string>>;
  readonly version: () => string;
  /** Starts another version, as a person's deploy script would. A new start mends what is wrong with the program. */
  readonly deploy: (version: string) => Promise<void>;
  /** Starts the version before; the first one stays. */
  readonly rollBack: () => Promise<void>;
  readonly breakIt: (kind: Breakage) => Promise<void>;
  /** Mends everything and brings lost rows back. */
  readonly heal: () => Promise<void>;
  readonly state: () => Promise<DemoState>;
  /** Ends the server; the database stays. */
  readonly close: () => Promise<void>;
};

export type DemoTargetOptions = {
  /** Superuser connection string of the Postgres server to live on. */
  readonly adminUrl: string;
  readonly log: Log;
  readonly now: () => Date;
  /** Name of its database, which also names its logins. Default `tminus_demo_target`. */
  readonly database?: string;
};

const HOST = '127.0.0.1';
/** Enough for a demo, and few enough that checks which count sessions see a quiet database. */
const MOST_CONNECTIONS = 4;

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.removeListener('error', reject);
      // A server that listens on a TCP port has an address with a port; only pipes have a text.
      resolve((server.address() as AddressInfo).port);
    });
  });

const isTaken = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && (cause.code === 'EADDRINUSE' || cause.code === 'EACCES');

/** The port of the last start when it is free: deployments that were started then still look there. */
const listenAgain = async (server: Server, { now, rememberPort }: Controls): Promise<number> => {
  const last = now().port ?? 0;
  const port = await listen(server, last).catch((cause: unknown) => {
    if (last === 0 || !isTaken(cause)) throw cause;
    return listen(server, 0);
  });
  await rememberPort(port);
  return port;
};

const newAccount = (): Account => ({
  email: 'smoke@example.com',
  password: randomBytes(12).toString('base64url'),
  token: randomBytes(24).toString('base64url'),
});

type Serving = { readonly store: Store; readonly controls: Controls; readonly account: Account };

const serve = async (
  { store, controls, account }: Serving,
  log: Log,
): Promise<{ server: Server; url: string }> => {
  const answers = new Map<number, number>();
  let url = '';
  const listener = httpListener({
    routes: routesOf({ store, control: controls.now, account, answers, log }),
    before: (path) => breakageAnswer(controls.now(), path),
    origin: () => url,
    onAnswer: (status) => void answers.set(status, (answers.get(status) ?? 0) + 1),
    log,
  });
  const server = createServer(listener);
  url = `http://${HOST}:${await listenAgain(server, controls)}`;
  return { server, url };
};

const close = (server: Server): Promise<void> =>
  new Promise((resolve, reject) => {
    server.close((cause) => (cause === undefined ? resolve() : reject(cause)));
    server.closeAllConnections();
  });

/**
 * Starts the application of the demo on 127.0.0.1, in a database of its own that is created when it is not there. All it
 * is and holds lives in that database: a restart finds version, breakages and rows as they were left.
 */
export const startDemoTarget = async ({
  adminUrl,
  log,
  now,
  database = DEMO_DATABASE,
}: DemoTargetOptions): Promise<DemoTarget> => {
  const logins = await prepareDatabase(adminUrl, { database, version: FIRST_VERSION, now: now() });
  const pool = new pg.Pool({ connectionString: logins.app, max: MOST_CONNECTIONS });
  pool.on('error', (cause) => log.warn({ err: cause }, 'demo_connection_lost'));
  try {
    const controls = await openControls(pool);
    const store = createStore(pool, now);
    const account = newAccount();
    const { server, url } = await serve({ store, controls, account }, log);
    const { deploy, rollBack, breakIt, heal } = controls;
    const version = () => controls.now().releases.at(-1) ?? FIRST_VERSION;
    log.info({ url, version: version() }, 'demo_target_started');
    return {
      url,
      env: {
        TODO_DATABASE_URL: logins.reader,
        TODO_SMOKE_TOKEN: account.token,
        TODO_SMOKE_PASSWORD: account.password,
      },
      version,
      deploy,
      rollBack,
      breakIt,
      heal,
      state: async () => ({
        ...(await store.counts()),
        version: version(),
        answers: answeringVersion(controls.now()),
        broken: controls.now().broken,
      }),
      close: async () => {
        await close(server);
        await pool.end();
      },
    };
  } catch (cause) {
    await pool.end();
    throw cause;
  }
};
