import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const isMissing = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';

/**
 * Text of a file of this installation, looked for in the nearest folder above: compiled files lie one level deeper than
 * their sources. Undefined: the installation does not have it.
 */
export const readInstalled = async (
  name: string,
  folder = dirname(fileURLToPath(import.meta.url)),
): Promise<string | undefined> => {
  try {
    return await readFile(join(folder, name), 'utf8');
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    const above = dirname(folder);
    return above === folder ? undefined : readInstalled(name, above);
  }
};

/** Version of this installation, as package.json has it. */
export const installedVersion = async (): Promise<string> => {
  const text = await readInstalled('package.json');
  const { version } = JSON.parse(text ?? '{}') as { version?: string };
  return version ?? 'unknown';
};
