import { constants } from 'node:fs';
import { lstat, open, realpath, type FileHandle } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { errorCodeOf, ourFault } from '../problem.ts';

/** Whether a path is a folder or lies below it, by its letters alone: links are not followed. */
export const isBelow = (path: string, root: string): boolean => {
  const way = relative(root, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
};

/** Whether an absolute path stands below one of the folders that checks may read. */
export const isAllowed = (path: string, roots: readonly string[]): boolean =>
  isAbsolute(path) && roots.some((root) => isBelow(resolve(path), resolve(root)));

const outside = (path: string) => ourFault(`${path} is outside the folders a check may read`, 'path_refused');

const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(errorCodeOf(error) ?? '');

/** Where a path really is; undefined when nothing is there. */
const realOf = async (path: string): Promise<string | undefined> => {
  try {
    return await realpath(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw ourFault(`${path} cannot be reached (${errorCodeOf(error) ?? 'unknown'})`, 'path_unreachable', {
      cause: error,
    });
  }
};

/** The nearest folder above that exists: whether something is missing outside the roots is nobody's business either. */
const nearestReal = async (path: string): Promise<string> => {
  const parent = dirname(path);
  return (await realOf(parent)) ?? (parent === path ? path : nearestReal(parent));
};

/**
 * The real path behind a permitted one, links followed; undefined when nothing is there. Rejects with a problem when it
 * is, or would be, outside the folders that checks may read.
 */
export const locate = async (path: string, roots: readonly string[]): Promise<string | undefined> => {
  if (!isAllowed(path, roots)) throw outside(path);
  const real = await realOf(path);
  const realRoots = await Promise.all(roots.map((root) => realOf(root)));
  const lacksRoot = roots.some(
    (root, position) => realRoots[position] === undefined && isAllowed(path, [root]),
  );
  if (real === undefined && lacksRoot) return undefined;
  const judged = real ?? (await nearestReal(path));
  if (!realRoots.some((root) => root !== undefined && isBelow(judged, root))) throw outside(path);
  return real;
};

const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

const openReal = async (path: string): Promise<FileHandle | string> => {
  try {
    // Opening a device, a pipe or a socket can do something; looking at it cannot.
    if (!(await lstat(path)).isFile()) return 'no plain file';
    return await open(path, flags);
  } catch (error) {
    return errorCodeOf(error) ?? 'unknown';
  }
};

// Between finding the real path and opening it a folder on the way may have become a link.
const assertStillThere = async (file: FileHandle, path: string): Promise<void> => {
  const opened = await realOf(`/proc/self/fd/${file.fd}`);
  if (opened !== undefined && opened !== path) throw outside(path);
};

/**
 * Hands an opened file to `use` and closes it; a text instead says what kept it from being opened: an error code, or
 * that it is no plain file. The path is one that `locate` found.
 */
export const withFile = async <T>(
  path: string,
  use: (file: FileHandle) => Promise<T>,
): Promise<T | string> => {
  const file = await openReal(path);
  if (typeof file === 'string') return file;
  try {
    await assertStillThere(file, path);
    return await use(file);
  } finally {
    await file.close();
  }
};

/** Up to `length` bytes of a file from a position on; fewer when it ends before. */
export const readBytes = async (file: FileHandle, position: number, length: number): Promise<Buffer> => {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
};
