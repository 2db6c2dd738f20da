import { readConfig } from '../config.ts';
import { migrateToLatest } from '../db/migrate.ts';
import { createLog } from '../log.ts';
import { backendFor } from '../main.ts';
import { migrateJobs } from '../queue/backend.ts';
import type { Command } from './command.ts';
import { withDatabase } from './database.ts';

export const migrate: Command = {
  name: 'migrate',
  usage: '',
  summary: 'Brings the database to the newest schema, the tables of the queue included',
  details:
    'Every start does this too; on its own it is for those who deploy the schema before the program.\n' +
    'Safe to run twice, and at the same time from several places.',
  run: async (_given, { env, print }) => {
    const config = readConfig(env, { roles: new Set() });
    const log = createLog('error', []);
    await withDatabase(config, { log, isMade: true }, async (url) => {
      const { applied } = await migrateToLatest(url);
      for (const name of applied) print(`applied ${name}`);
      if (applied.length === 0) print('the schema is up to date, nothing was applied');
      await migrateJobs(backendFor(config, url));
    });
    print(
      config.queue.kind === 'redis'
        ? 'the queue is on Redis and needs no tables'
        : "the queue's tables are up to date",
    );
    return 0;
  },
};
