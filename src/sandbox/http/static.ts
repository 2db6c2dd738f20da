import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';

const PAGE = new URL('../page/', import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** A file of the page; undefined when there is none. Names have no slashes, so nothing outside can be reached. */
export const readPageFile = async (name: string): Promise<{ type: string; content: Buffer } | undefined> => {
  const type = TYPES[extname(name)];
  if (type === undefined || !/^[a-z0-9-]+\.[a-z]+$/.test(name)) return undefined;
  try {
    return { type, content: await readFile(new URL(name, PAGE)) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
};
