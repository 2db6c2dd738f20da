import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Log } from '../lib/log.ts';
import { startEmbeddedPostgres } from '../services/embedded-postgres.ts';

/** There is no database to look into. The message says where one was looked for and what makes one. */
export class NoDatabaseError extends Error {
  override readonly name = 'NoDatabaseError';
}

/** Written by every start of the embedded server: without it nothing was ever started on this folder. */
const wasStartedIn = (dataDir: string): Promise<boolean> =>
  stat(join(dataDir, 'postgres.json')).then(
    () => true,
    () => false,
  );

/**
 * Hands the connection string of the configured database to `use`. The embedded server is joined when it runs, else
 * started for as long as `use` takes; with `isMade: false` a folder without data is left as it is.
 * @throws NoDatabaseError, EmbeddedPostgresError, and what `use` throws.
 */
export const withDatabase = async <T>(
  { database }: Pick<Config, 'database'>,
  { log, isMade }: { readonly log: Log; readonly isMade: boolean },
  use: (url: string) => Promise<T>,
): Promise<T> => {
  if (database.kind === 'url') return use(database.url.reveal());
  const { dataDir } = database;
  if (!isMade && !(await wasStartedIn(dataDir)))
    throw new NoDatabaseError(
      `DATABASE_URL is not set and ${dataDir} holds no database yet: the first "tminus start" or "tminus migrate" makes it.`,
    );
  const server = await startEmbeddedPostgres({ dataDir, log });
  try {
    return await use(server.url);
  } finally {
    await server.stop();
  }
};
