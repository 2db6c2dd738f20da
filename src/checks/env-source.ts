import { open } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import type { CheckContext } from './check.ts';
import { errorCodeOf, ourFault } from './problem.ts';

const MAX_BYTES = 1024 * 1024;

const readCapped = async (path: string): Promise<string> => {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size > MAX_BYTES)
      throw ourFault('the env source is larger than 1 MiB', 'env_source_too_large', { scope: 'worker' });
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
};

/**
 * Variables of the deployed system, from the dotenv file that the environment file names; never the worker's own. Rejects
 * with a problem when there is no source, it cannot be read, or it is larger than 1 MiB.
 */
export const readEnvSource = async ({
  connections,
}: Pick<CheckContext, 'connections'>): Promise<Readonly<Record<string, string | undefined>>> => {
  const { envSource } = connections;
  if (!envSource) throw ourFault('there is no env source here', 'no_env_source', { scope: 'worker' });
  try {
    return parseEnv(await readCapped(envSource.path));
  } catch (error) {
    const code = errorCodeOf(error);
    if (code === undefined) throw error;
    throw ourFault(`the env source cannot be read (${code})`, `env_source_${code.toLowerCase()}`, {
      scope: 'worker',
      cause: error,
    });
  }
};
