import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { err, ok } from '../lib/result.ts';
import type { Result } from '../lib/result.ts';

/** A checklist is text a person wrote; more than this is not. */
const MOST_BYTES = 2 ** 20;

/** One YAML file, or in words why it cannot be read. `name` is the file's name without its ending. */
export type YamlFile =
  | { readonly kind: 'text'; readonly file: string; readonly name: string; readonly text: string }
  | { readonly kind: 'unreadable'; readonly file: string; readonly name: string; readonly message: string };

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'unknown error';

/** The YAML files directly in a folder, by name; the error is the system's code, such as `ENOENT` for no such folder. */
export const readYamlFolder = async (dir: string): Promise<Result<readonly YamlFile[], string>> => {
  let names: string[];
  try {
    names = await readdir(dir);
  } catch (cause) {
    return err(codeOf(cause));
  }
  const files = names
    .filter((name) => !name.startsWith('.') && ['.yaml', '.yml'].includes(extname(name)))
    .sort();
  return ok(await Promise.all(files.map((file) => readYaml(dir, file))));
};

const readYaml = async (dir: string, file: string): Promise<YamlFile> => {
  const name = file.slice(0, -extname(file).length);
  const unreadable = (message: string): YamlFile => ({ kind: 'unreadable', file, name, message });
  try {
    const bytes = await readLimited(join(dir, file));
    if (bytes === 'no_file') return unreadable('expected a file');
    if (bytes === 'too_large') return unreadable('larger than 1 MiB, expected a checklist a person can read');
    return { kind: 'text', file, name, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (cause) {
    return unreadable(cause instanceof TypeError ? 'not UTF-8 text' : `cannot be read: ${codeOf(cause)}`);
  }
};

const readLimited = async (path: string): Promise<Buffer | 'no_file' | 'too_large'> => {
  // Without O_NONBLOCK opening a named pipe waits for a writer that may never come.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) return 'no_file';
    return stat.size > MOST_BYTES ? 'too_large' : await handle.readFile();
  } finally {
    await handle.close();
  }
};
