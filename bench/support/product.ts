import type { ChildProcess } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { silentLog } from '../../src/lib/log.ts';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { startEmbeddedPostgres } from '../../src/services/embedded-postgres.ts';
import { endChild, freePort, spawnProduct } from './children.ts';
import { eventually } from './eventually.ts';

export const BOT_TOKEN = 'xoxb-bench';
export const SIGNING_SECRET = 'bench-signing-secret';

/** A durable Postgres of its own, as an installation without DATABASE_URL has it. */
export type Server = {
  /** A new empty database. */
  readonly newDatabase: () => Promise<string>;
  readonly close: () => Promise<void>;
};

export const startServer = async (): Promise<Server> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tminus-bench-'));
  // Run as root, the server's own user must pass through.
  await chmod(dataDir, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir, log: silentLog });
  let made = 0;
  return {
    newDatabase: async () => {
      made += 1;
      await query(postgres.url, `create database bench_${made}`);
      const url = new URL(postgres.url);
      url.pathname = `/bench_${made}`;
      return url.href;
    },
    close: async () => {
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
      await rm(postgres.home, { recursive: true, force: true });
    },
  };
};

/** One statement over a connection of its own. */
export const query = async <Row extends object>(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row & pg.QueryResultRow>(text, [...values])).rows;
  } finally {
    await client.end();
  }
};

export type Product = {
  /** Where Slack's requests go. */
  readonly requestUrl: string;
  readonly databaseUrl: string;
  readonly sandbox: Sandbox;
  /** What it logged, as text. */
  readonly log: () => Promise<string>;
  readonly close: () => Promise<void>;
};

export type ProductOptions = {
  readonly server: Server;
  /** Files of the checklist folder: path -> text. */
  readonly files: Readonly<Record<string, string>>;
  readonly sandbox?: Partial<SandboxOptions>;
};

/** The whole product in a process of its own, in HTTP mode, on an empty database and a new local workspace. */
export const startProduct = async ({ server, files, sandbox: wishes }: ProductOptions): Promise<Product> => {
  const dir = await mkdtemp(join(tmpdir(), 'tminus-bench-files-'));
  await Promise.all(
    Object.entries(files).map(async ([name, text]) => {
      const path = join(dir, 'checklists', name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    }),
  );
  const databaseUrl = await server.newDatabase();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const sandbox = await startSandbox({
    botToken: BOT_TOKEN,
    signingSecret: SIGNING_SECRET,
    requestUrl: `${url}/slack/events`,
    ...wishes,
  });
  const logFile = join(dir, 'log');
  const child = spawnProduct(
    {
      SLACK_BOT_TOKEN: BOT_TOKEN,
      SLACK_SIGNING_SECRET: SIGNING_SECRET,
      SLACK_API_URL: sandbox.apiUrl,
      DATABASE_URL: databaseUrl,
      CHECKLISTS_DIR: join(dir, 'checklists'),
      PORT: String(port),
    },
    logFile,
  );
  const log = () => readFile(logFile, 'utf8');
  const close = async (): Promise<void> => {
    await endChild(child);
    await sandbox.close();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await eventually('the product to be ready', () => isReady(url, child), {
      withinMs: 60_000,
      everyMs: 100,
    });
  } catch (cause) {
    const said = await log();
    await close();
    throw new Error(`The product did not start:\n${said.slice(-4000)}`, { cause });
  }
  return { requestUrl: `${url}/slack/events`, databaseUrl, sandbox, log, close };
};

const isReady = async (url: string, { exitCode }: ChildProcess): Promise<true | undefined> => {
  if (exitCode !== null) throw new Error(`It ended with code ${exitCode}.`);
  try {
    return (await fetch(`${url}/readyz`)).ok ? true : undefined;
  } catch {
    // It does not listen yet.
    return undefined;
  }
};
