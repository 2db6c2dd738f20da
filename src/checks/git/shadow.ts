import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { locate, readBytes, withFile } from '../host/files.ts';
import { ourFault } from '../problem.ts';

// A checkout may be hostile: its own config can name programs that git runs (filters, fsmonitor, ssh, hooks, signature
// checks) and its links can lead anywhere. So git never sees it. It gets a folder of ours with our config, in which the
// parts that are only data are linked: objects, refs, the index.

/** A checkout as git may look at it. */
export type Checkout = {
  /** The real folder of the files. */
  readonly workTree: string;
  /** Ours, to be removed. */
  readonly gitDir: string;
  readonly indexFile: string;
  /** Its own config, to be read as text and never obeyed. */
  readonly configFile?: string;
  /** Only a part of the history is there. */
  readonly isShallow: boolean;
};

const MAX_SMALL_FILE = 64 * 1024;
const COMMON_PARTS = ['objects', 'refs', 'packed-refs', 'reftable', 'shallow'];

const noCheckout = (path: string) => ourFault(`${path} is no checkout of git`, 'no_checkout');

const readSmall = async (path: string, roots: readonly string[]): Promise<string | undefined> => {
  const real = await locate(path, roots);
  if (real === undefined) return undefined;
  const read = await withFile(real, async (file) => ({ bytes: await readBytes(file, 0, MAX_SMALL_FILE) }));
  return typeof read === 'string' ? undefined : read.bytes.toString('utf8');
};

/** Folders of the checkout itself and of what it shares with others, as a work tree of `git worktree` does. */
const gitFolders = async (
  workTree: string,
  roots: readonly string[],
): Promise<{ own: string; common: string }> => {
  const entry = join(workTree, '.git');
  const real = await locate(entry, roots);
  if (real === undefined) throw noCheckout(workTree);
  const pointer = /^gitdir: ([^\n]+)/.exec((await readSmall(entry, roots)) ?? '')?.[1];
  const own = pointer === undefined ? real : await locate(resolve(workTree, pointer.trim()), roots);
  if (own === undefined) throw noCheckout(workTree);
  const shared = await readSmall(join(own, 'commondir'), roots);
  const common = shared === undefined ? own : await locate(resolve(own, shared.trim()), roots);
  if (common === undefined) throw noCheckout(workTree);
  return { own, common };
};

const MAX_ALTERNATES = 5;

/** Objects may be borrowed from other folders; those have to be allowed as well. */
const assertAlternates = async (objects: string, roots: readonly string[], depth = 0): Promise<void> => {
  const text = (await readSmall(join(objects, 'info', 'alternates'), roots)) ?? '';
  const folders = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  if (folders.length > 0 && depth >= MAX_ALTERNATES)
    throw ourFault('the checkout borrows objects over too many corners', 'path_refused');
  for (const folder of folders) {
    const real = await locate(resolve(objects, folder.replace(/^"(.*)"$/, '$1')), roots);
    if (real !== undefined) await assertAlternates(real, roots, depth + 1);
  }
};

const linkParts = async (
  gitDir: string,
  { own, common }: { own: string; common: string },
  roots: readonly string[],
): Promise<void> => {
  const shared = (await readdir(own)).filter((name) => /^sharedindex\.[0-9a-f]{1,64}$/.test(name));
  const parts = [
    ...COMMON_PARTS.map((name) => [common, name] as const),
    ...shared.map((name) => [own, name] as const),
  ];
  for (const [folder, name] of parts) {
    const real = await locate(join(folder, name), roots);
    if (real !== undefined) await symlink(real, join(gitDir, name));
  }
  const exclude = await locate(join(common, 'info', 'exclude'), roots);
  if (exclude === undefined) return;
  await mkdir(join(gitDir, 'info'));
  await symlink(exclude, join(gitDir, 'info', 'exclude'));
};

const build = async (gitDir: string, workTree: string, roots: readonly string[]): Promise<Checkout> => {
  const folders = await gitFolders(workTree, roots);
  const { own, common } = folders;
  const head = await readSmall(join(own, 'HEAD'), roots);
  const objects = await locate(join(common, 'objects'), roots);
  if (head === undefined || objects === undefined) throw noCheckout(workTree);
  await assertAlternates(objects, roots);
  await writeFile(join(gitDir, 'HEAD'), head);
  await linkParts(gitDir, folders, roots);
  const configFile = await locate(join(common, 'config'), roots);
  return {
    workTree,
    gitDir,
    indexFile: (await locate(join(own, 'index'), roots)) ?? join(gitDir, 'index'),
    isShallow: (await locate(join(common, 'shallow'), roots)) !== undefined,
    ...(configFile !== undefined && { configFile }),
  };
};

/**
 * Hands a checkout to `use` as git may look at it. Rejects with a problem when there is none in that very folder, or when
 * any part of it lies outside the folders that checks may read.
 */
export const withCheckout = async <T>(
  directory: string,
  roots: readonly string[],
  use: (checkout: Checkout) => Promise<T>,
): Promise<T> => {
  const workTree = await locate(directory, roots);
  if (workTree === undefined) throw noCheckout(directory);
  const gitDir = await mkdtemp(join(tmpdir(), 'tminus-git-'));
  try {
    return await use(await build(gitDir, workTree, roots));
  } finally {
    await rm(gitDir, { recursive: true, force: true });
  }
};
