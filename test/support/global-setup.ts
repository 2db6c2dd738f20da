import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrateToLatest } from '../../src/db/migrate.ts';
import { silentLog } from '../../src/lib/log.ts';
import { startEmbeddedPostgres } from '../../src/services/embedded-postgres.ts';
import { isAlive } from '../../src/services/postgres-cluster.ts';
import { findServer } from '../../src/services/postmaster.ts';

declare module 'vitest' {
  // eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- only an interface can be augmented
  export interface ProvidedContext {
    /** Superuser connection string of the Postgres server of this run. */
    adminUrl: string;
    /** Name of the migrated database that test databases are cloned from. */
    templateDatabase: string;
  }
}

type Server = { readonly url: string; readonly stop: () => Promise<void> };

const PREFIX = 'tminus-test-';

/** Ends the servers of runs that were killed before they could: they are made to outlive their starter. */
const sweepDeadRuns = async (): Promise<void> => {
  for (const name of await readdir(tmpdir())) {
    const [owner] = name.startsWith(PREFIX) ? name.slice(PREFIX.length).split('-') : [];
    if (owner === undefined || isAlive(Number(owner))) continue;
    const folder = join(tmpdir(), name);
    const found = await findServer({ data: join(folder, 'postgres', 'data') });
    if (found.kind === 'running') process.kill(found.pid, 'SIGQUIT');
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
};

/** One server for the whole run: TEST_DATABASE_URL when set, else an embedded one in a folder of its own. */
const startServer = async (): Promise<Server> => {
  const given = process.env['TEST_DATABASE_URL'];
  if (given !== undefined && given !== '') return { url: given, stop: () => Promise.resolve() };
  await sweepDeadRuns();
  const dataDir = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  // Run as root, the server's own user must pass through.
  await chmod(dataDir, 0o755);
  // Tests of crashes run several whole installations at the same time.
  const server = await startEmbeddedPostgres({
    dataDir,
    log: silentLog,
    durable: false,
    maxConnections: 600,
  });
  const stop = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
    if (!server.home.startsWith(dataDir)) await rm(server.home, { recursive: true, force: true });
  };
  return { url: server.url, stop };
};

const withClient = async (url: string, use: (client: pg.Client) => Promise<unknown>): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
};

/** Starts Postgres and migrates one template, about a second in all; the returned function ends both. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const server = await startServer();
  const template = `tminus_template_${process.pid}`;
  const dropTemplate = `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`;
  try {
    await withClient(server.url, async (client) => {
      await client.query(dropTemplate);
      await client.query(`CREATE DATABASE ${template}`);
    });
    const url = new URL(server.url);
    url.pathname = `/${template}`;
    await migrateToLatest(url.href);
  } catch (cause) {
    await server.stop();
    throw cause;
  }
  project.provide('adminUrl', server.url);
  project.provide('templateDatabase', template);
  return async () => {
    await withClient(server.url, (client) => client.query(dropTemplate));
    await server.stop();
  };
};
