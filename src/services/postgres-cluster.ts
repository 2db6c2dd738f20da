import { randomBytes, randomUUID } from 'node:crypto';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readFile,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Log } from '../lib/log.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { accountCan, defaultAccount, isRoot, runAs } from './postgres-account.ts';
import type { Account } from './postgres-account.ts';
import { findBinaries, movedPath } from './postgres-binaries.ts';
import type { Binaries } from './postgres-binaries.ts';
import { hasCode } from './system-error.ts';

/** Superuser and database have the product's name; the server is private to it. */
export const PRODUCT = 'tminus';

/** One initialised database cluster on disk. */
export type Cluster = {
  /** DATA_DIR, absolute, links resolved. */
  readonly dataDir: string;
  /** Folder that holds `data`, `password` and `server.log`: DATA_DIR/postgres, or where root moved it. */
  readonly home: string;
  /** Postgres' own data directory. */
  readonly data: string;
  readonly account: Account;
  readonly binaries: Binaries;
};

type Place = Pick<Cluster, 'home' | 'account'> & { readonly isNew: boolean };

/** A cluster whose files we may not even look at counts: it must be refused, never covered by a new one. */
const hasCluster = async (home: string): Promise<boolean> => {
  try {
    await lstat(join(home, 'data', 'PG_VERSION'));
    return true;
  } catch (cause) {
    return !hasCode(cause, 'ENOENT', 'ENOTDIR');
  }
};

const openDataDir = async (dataDir: string): Promise<string> => {
  try {
    await mkdir(dataDir, { recursive: true });
    return await realpath(dataDir);
  } catch (cause) {
    throw new EmbeddedPostgresError('embedded_postgres_data_dir', `The folder ${dataDir} cannot be used.`, {
      remedy:
        'Set DATA_DIR to a folder this user can write, or DATABASE_URL to a Postgres server of your own.',
      cause,
    });
  }
};

/** Data stays with the user it was created for: Postgres accepts no other owner. */
const ownerOf = async (home: string): Promise<Account> => {
  const data = join(home, 'data');
  const { uid, gid } = await stat(data);
  const account = isRoot() ? { uid, gid } : undefined;
  const isOurs = isRoot() ? uid !== 0 : uid === process.getuid?.();
  if (!isOurs || !(await accountCan(account, '-w', data))) {
    throw new EmbeddedPostgresError(
      'embedded_postgres_not_owned',
      `The database in ${data} belongs to user ${uid}, who cannot be served from here.`,
      {
        remedy: `Start tminus as the user who owns ${data}, and keep the folders above it open to that user.`,
      },
    );
  }
  return account;
};

/** Looks where data may already be before it decides where new data goes, so that changed permissions never hide it. */
const findPlace = async (dataDir: string, log: Log): Promise<Place> => {
  const [usual, moved] = [join(dataDir, 'postgres'), movedPath(dataDir)];
  for (const home of [usual, moved]) {
    if (await hasCluster(home)) return { home, account: await ownerOf(home), isNew: false };
  }
  const account = await defaultAccount();
  if (await accountCan(account, '-x', dataDir)) return { home: usual, account, isNew: true };
  log.warn({ dataDir, home: moved }, 'embedded_postgres_moved');
  return { home: moved, account, isNew: true };
};

const initFailed = (message: string, cause?: unknown): EmbeddedPostgresError =>
  new EmbeddedPostgresError('embedded_postgres_init', message, {
    remedy: 'Check free space and permissions of DATA_DIR, then start again; nothing was left behind.',
    cause,
  });

/**
 * Runs SQL with no server, as the superuser. Postgres locks the data for it, so it fails while a server runs;
 * unlike a server that trusts everybody for a moment, nobody else can get in.
 */
const runAlone = async (
  { binaries, account }: Pick<Cluster, 'binaries' | 'account'>,
  data: string,
  sql: string,
) => {
  const settings = [
    '-c',
    'exit_on_error=on',
    '-c',
    'log_min_error_statement=panic',
    '-c',
    'log_checkpoints=off',
  ];
  return runAs(account, [binaries.postgres, '--single', '-D', data, ...settings, 'postgres'], sql);
};

const newPassword = (): string => randomBytes(24).toString('base64url');

const passwordSql = (password: string): string => `ALTER ROLE ${PRODUCT} PASSWORD '${password}'\n`;

/** Text with only our server's access rule: the superuser with the password, from this machine. */
const ACCESS_RULES = 'host all all 127.0.0.1/32 scram-sha-256\n';

const initdbArguments = (data: string, durable: boolean): string[] => [
  `--pgdata=${data}`,
  `--username=${PRODUCT}`,
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  // No server ever runs with this rule: ACCESS_RULES replaces it.
  '--auth=trust',
  '--no-instructions',
  ...(durable ? [] : ['--no-sync']),
];

const fill = async (
  home: string,
  place: Place,
  { binaries, durable }: { binaries: Binaries; durable: boolean },
) => {
  const { account } = place;
  const data = join(home, 'data');
  await mkdir(data, { recursive: true, mode: 0o700 });
  // mkdir's mode is cut by the umask, and the account must pass through.
  await chmod(home, 0o711);
  if (account !== undefined) await chown(data, account.uid, account.gid);
  const created = await runAs(account, [binaries.initdb, ...initdbArguments(data, durable)]);
  if (created.code !== 0) throw initFailed(`initdb failed: ${created.output}`);
  await writeFile(join(data, 'pg_hba.conf'), ACCESS_RULES);
  const password = newPassword();
  await writeFile(join(home, 'password'), password, { mode: 0o600 });
  const prepared = await runAlone(
    { binaries, account },
    data,
    `${passwordSql(password)}CREATE DATABASE ${PRODUCT}\n`,
  );
  if (prepared.code !== 0) {
    throw initFailed(`The new cluster could not be prepared: ${prepared.output}`);
  }
};

/** Whether a process has this id; one that we may not signal counts. */
export const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (cause) {
    return hasCode(cause, 'EPERM');
  }
};

/** Removes what starters that died in the middle left beside `home`. */
const removeLeftovers = async (home: string): Promise<void> => {
  for (const name of await readdir(dirname(home))) {
    const pid = new RegExp(`^${basename(home)}\\.new-(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) {
      await rm(join(dirname(home), name), { recursive: true, force: true });
    }
  }
};

/** Creates the cluster beside its place and renames it there: of two starters one wins, the other uses the winner's. */
const initialise = async (place: Place, how: { binaries: Binaries; durable: boolean }): Promise<void> => {
  const unfinished = `${place.home}.new-${process.pid}-${randomUUID()}`;
  try {
    await removeLeftovers(place.home);
    await fill(unfinished, place, how);
    await rename(unfinished, place.home);
  } catch (cause) {
    await rm(unfinished, { recursive: true, force: true });
    if (await hasCluster(place.home)) return;
    throw cause instanceof EmbeddedPostgresError
      ? cause
      : initFailed('The cluster cannot be created.', cause);
  }
};

const checkVersion = async ({ data, binaries }: Cluster): Promise<void> => {
  const major = (await readFile(join(data, 'PG_VERSION'), 'utf8')).trim();
  if (major === binaries.major) return;
  throw new EmbeddedPostgresError(
    'embedded_postgres_version',
    `The database in ${data} was written by Postgres ${major}, this tminus brings Postgres ${binaries.major}.`,
    {
      remedy:
        'Dump it with the older tminus (pg_dump), start this one on an empty DATA_DIR, and restore the dump.',
    },
  );
};

/** The cluster of a DATA_DIR, created when there is none. Safe to call from two processes at once. */
export const openCluster = async (
  options: { readonly dataDir: string; readonly durable: boolean },
  log: Log,
): Promise<Cluster> => {
  const dataDir = await openDataDir(resolve(options.dataDir));
  const place = await findPlace(dataDir, log);
  const binaries = await findBinaries({ dataDir, log }, place.account);
  if (place.isNew) {
    await initialise(place, { binaries, durable: options.durable });
    log.info({ home: place.home }, 'embedded_postgres_initialised');
  }
  const cluster = {
    dataDir,
    home: place.home,
    data: join(place.home, 'data'),
    account: place.account,
    binaries,
  };
  await checkVersion(cluster);
  return cluster;
};

/** Our password is not the one the server knows. */
export const passwordLost = ({ home, data }: Cluster, message: string): EmbeddedPostgresError =>
  new EmbeddedPostgresError('embedded_postgres_password', message, {
    remedy:
      `Stop that server (kill -INT with the first line of ${data}/postmaster.pid), remove ${home}/password ` +
      'and start tminus again: it sets a new password.',
  });

/** The superuser's password. A lost password file is replaced by a new password, which needs the server to be down. */
export const readPassword = async (cluster: Cluster): Promise<string> => {
  const file = join(cluster.home, 'password');
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (!hasCode(cause, 'ENOENT')) throw cause;
  }
  const password = newPassword();
  const { code, output } = await runAlone(cluster, cluster.data, passwordSql(password));
  if (code !== 0) {
    throw passwordLost(cluster, `${file} is missing and no new password can be set: ${output}`);
  }
  await writeFile(file, password, { mode: 0o600 });
  return password;
};
