import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, lstat, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../src/lib/log.ts';
import type { Log } from '../../src/lib/log.ts';
import { startEmbeddedPostgres } from '../../src/services/embedded-postgres.ts';
import type { EmbeddedPostgres } from '../../src/services/embedded-postgres.ts';
import { defaultAccount, isRoot } from '../../src/services/postgres-account.ts';

const SCRIPT = fileURLToPath(new URL('../support/start-postgres.ts', import.meta.url));

let folder: string;
let dataDir: string;
const servers = new Set<number>();
const children = new Set<ChildProcess>();
const homes = new Set<string>();
const started = new Set<EmbeddedPostgres>();

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const untilGone = async (pid: number): Promise<void> => {
  while (isAlive(pid)) await sleep(10);
};

const kill = async (pid: number, signal: NodeJS.Signals): Promise<void> => {
  if (!isAlive(pid)) return;
  process.kill(pid, signal);
  await untilGone(pid);
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tminus-embedded-'));
  await chmod(folder, 0o755);
  dataDir = join(folder, 'data dir');
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const postgres of started) await postgres.stop();
  for (const pid of servers) await kill(pid, 'SIGQUIT');
  for (const home of homes) await rm(home, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
  for (const set of [children, started, servers, homes]) set.clear();
});

const start = async (log: Log = silentLog): Promise<EmbeddedPostgres> => {
  const postgres = await startEmbeddedPostgres({ dataDir, log, durable: false });
  started.add(postgres);
  servers.add(postgres.pid);
  homes.add(postgres.home);
  return postgres;
};

type Answer = { readonly url: string; readonly started: boolean; readonly pid: number };
type Starter = { readonly child: ChildProcess; readonly answer: Answer };

/** Another process that starts or adopts the server of `dataDir`. */
const startElsewhere = async (env: NodeJS.ProcessEnv = {}): Promise<Starter> => {
  const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, dataDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  children.add(child);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const answer = JSON.parse(line) as Answer;
  servers.add(answer.pid);
  return { child, answer };
};

const query = async (url: string, sql: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
};

const writeNote = (url: string): Promise<unknown> =>
  query(url, "CREATE TABLE note AS SELECT 'still here'::text AS text");
const readNote = (url: string): Promise<unknown> => query(url, 'SELECT text FROM note');
const NOTE = [{ text: 'still here' }];

describe('startEmbeddedPostgres', () => {
  it('starts an empty database and keeps data and port over a restart', async () => {
    const first = await start();
    expect(first.started).toBe(true);
    await writeNote(first.url);
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    const second = await start();
    expect(second).toMatchObject({ started: true, url: first.url });
    expect(await readNote(second.url)).toEqual(NOTE);
    await second.stop();
  });

  it('listens on 127.0.0.1 alone, asks for its password, and serves 200 connections on UTC', async () => {
    const postgres = await start();
    const names = [
      'listen_addresses',
      'unix_socket_directories',
      'max_connections',
      'TimeZone',
      'server_encoding',
    ];
    const settings = names.map((name) => `current_setting('${name}') AS "${name}"`).join(', ');
    expect(await query(postgres.url, `SELECT ${settings}`)).toEqual([
      {
        listen_addresses: '127.0.0.1',
        unix_socket_directories: '',
        max_connections: '200',
        TimeZone: 'UTC',
        server_encoding: 'UTF8',
      },
    ]);
    const wrong = new URL(postgres.url);
    wrong.password = 'guess';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    const { mode } = await stat(join(postgres.home, 'password'));
    expect(mode & 0o777).toBe(0o600);
    await postgres.stop();
  });

  it('writes to disk durably unless told otherwise', async () => {
    const postgres = await startEmbeddedPostgres({ dataDir, log: silentLog });
    servers.add(postgres.pid);
    const sql = "SELECT current_setting('fsync') AS f, current_setting('full_page_writes') AS w";
    expect(await query(postgres.url, sql)).toEqual([{ f: 'on', w: 'on' }]);
    await postgres.stop();
  });

  it('records in the data folder where the server is', async () => {
    const { home, pid, url, stop } = await start();
    const record: unknown = JSON.parse(await readFile(join(dataDir, 'postgres.json'), 'utf8'));
    expect(record).toEqual({ home, pid, port: Number(new URL(url).port), starter: process.pid });
    await stop();
  });

  it('is adopted after kill -9 of the process that started it', async () => {
    const { child, answer } = await startElsewhere();
    expect(answer.started).toBe(true);
    await writeNote(answer.url);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const adopted = await start();
    expect(adopted).toMatchObject({ started: false, url: answer.url, pid: answer.pid });
    expect(await readNote(adopted.url)).toEqual(NOTE);
    await adopted.stop();
    expect(isAlive(answer.pid)).toBe(false);
  });

  it('is left to the next one who uses it when its starter is gone', async () => {
    const { child, answer } = await startElsewhere();
    child.kill('SIGKILL');
    await once(child, 'exit');
    const adopted = await start();
    const user = new pg.Client({ connectionString: answer.url });
    await user.connect();
    await adopted.stop();
    expect((await user.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await user.end();
  });

  it('is left alone by those who adopted it, and ended by its starter', async () => {
    const { child, answer } = await startElsewhere();
    const adopted = await start();
    await adopted.stop();
    expect(await query(adopted.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    child.stdin?.end();
    expect((await once(child, 'exit'))[0]).toBe(0);
    expect(isAlive(answer.pid)).toBe(false);
  });

  it('is one server when three processes start at once on an empty folder', async () => {
    const starters = await Promise.all([startElsewhere(), startElsewhere(), startElsewhere()]);
    expect(starters.filter(({ answer }) => answer.started)).toHaveLength(1);
    expect(new Set(starters.map(({ answer }) => answer.pid)).size).toBe(1);
    for (const { answer } of starters) expect(await query(answer.url, 'SELECT 1 AS one')).toHaveLength(1);
    const left = await readdir(dataDir);
    expect(left.filter((name) => name.includes('.new-'))).toEqual([]);
  });

  it('starts again in its place after kill -9 of the server itself, with what was committed', async () => {
    const errors: string[] = [];
    const postgres = await start({ ...silentLog, error: (_, event) => errors.push(event) });
    await writeNote(postgres.url);
    await kill(postgres.pid, 'SIGKILL');
    await expect.poll(() => readNote(postgres.url).catch(() => undefined), { timeout: 20_000 }).toEqual(NOTE);
    expect(errors).toEqual(['embedded_postgres_exited']);
    await postgres.stop();
    await expect(readNote(postgres.url)).rejects.toThrow();
  });

  it('is not fooled by a pid file whose process id another program got', async () => {
    const first = await start();
    const pidFile = join(first.home, 'data', 'postmaster.pid');
    const text = await readFile(pidFile, 'utf8');
    await first.stop();
    // As the server's own user: a program of anybody else is no obstacle to Postgres.
    const other = spawn('sleep', ['60'], { ...(await defaultAccount()), cwd: '/' });
    children.add(other);
    await writeFile(pidFile, text.replace(/^\d+/, String(other.pid)));
    const second = await start();
    expect(second.started).toBe(true);
    expect(other.exitCode).toBeNull();
    await second.stop();
  });

  it('takes another port when the last one is taken', async () => {
    const first = await start();
    await first.stop();
    const port = Number(new URL(first.url).port);
    const squatter = createServer().listen(port, '127.0.0.1');
    await once(squatter, 'listening');
    const second = await start();
    expect(second.url).not.toBe(first.url);
    await second.stop();
    squatter.close();
  });

  it('sets a new password when the file is lost, and keeps the data', async () => {
    const first = await start();
    await writeNote(first.url);
    await first.stop();
    await rm(join(first.home, 'password'));
    const second = await start();
    expect(second.url).not.toBe(first.url);
    expect(await readNote(second.url)).toEqual(NOTE);
    await second.stop();
  });

  it('says what to do when a running server does not know our password', async () => {
    const { home, stop } = await start();
    await writeFile(join(home, 'password'), 'something-else');
    await expect(start()).rejects.toMatchObject({ code: 'embedded_postgres_password' });
    await rm(join(home, 'password'));
    await expect(start()).rejects.toMatchObject({ code: 'embedded_postgres_password' });
    await stop();
  });

  it('removes what a starter that died in the middle left', async () => {
    const dead = spawn('true');
    await once(dead, 'exit');
    const unfinished = join(dataDir, `postgres.new-${dead.pid ?? 0}-x`);
    await mkdir(unfinished, { recursive: true });
    await (await start()).stop();
    await expect(lstat(unfinished)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('refuses data of another major version', async () => {
    const { home, stop } = await start();
    await stop();
    await writeFile(join(home, 'data', 'PG_VERSION'), '17\n');
    await expect(start()).rejects.toMatchObject({ code: 'embedded_postgres_version' });
  });

  it('refuses a data folder that is a file', async () => {
    await writeFile(dataDir, '');
    await expect(start()).rejects.toMatchObject({ code: 'embedded_postgres_data_dir' });
  });

  it('reports a server that cannot start, with the last lines of its log', async () => {
    const { home, stop } = await start();
    await stop();
    await writeFile(join(home, 'data', 'postgresql.conf'), 'no_such_setting = on\n');
    const failure = await start().catch((cause: unknown) => cause);
    expect(failure).toMatchObject({ code: 'embedded_postgres_start', retryable: true });
    expect(String(failure)).toContain('no_such_setting');
  });

  it.runIf(process.platform === 'linux')('gives the server nothing of our environment', async () => {
    const { answer } = await startElsewhere({ SLACK_BOT_TOKEN: 'xoxb-hush' });
    expect(await readFile(`/proc/${answer.pid}/environ`, 'utf8')).not.toContain('hush');
  });

  describe.runIf(isRoot())('as root', () => {
    it('runs the server as nobody', async () => {
      const { pid, stop } = await start();
      expect((await stat(`/proc/${pid}`)).uid).toBe((await defaultAccount())?.uid);
      await stop();
    });

    it('moves data that nobody cannot reach, and finds it again even when the way is open later', async () => {
      await chmod(folder, 0o700);
      const first = await start();
      expect(first.home).toMatch(/^\/var\/lib\/tminus-[0-9a-f]{12}$/);
      await writeNote(first.url);
      await first.stop();
      await chmod(folder, 0o755);
      const second = await start();
      expect(second.home).toBe(first.home);
      expect(await readNote(second.url)).toEqual(NOTE);
      await second.stop();
    });

    it('refuses data that has become unreachable for its owner', async () => {
      await (await start()).stop();
      await chmod(folder, 0o700);
      await expect(start()).rejects.toMatchObject({ code: 'embedded_postgres_not_owned' });
    });
  });
});
