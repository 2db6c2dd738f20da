import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { startDemoTarget } from '../../src/demo/target.ts';
import type { DemoTarget } from '../../src/demo/target.ts';
import { silentLog } from '../../src/lib/log.ts';

export type TestTarget = {
  /** Starts it, or starts it again on the same database. */
  readonly start: () => Promise<DemoTarget>;
  /** Drops database and logins; close what was started before. */
  readonly drop: () => Promise<void>;
};

/** The demo application in a database that belongs to this call alone. */
export const testTarget = (now: () => Date = () => new Date()): TestTarget => {
  const database = `test_target_${randomBytes(6).toString('hex')}`;
  const adminUrl = inject('adminUrl');
  return {
    start: () => startDemoTarget({ adminUrl, log: silentLog, now, database }),
    drop: async () => {
      const client = new pg.Client({ connectionString: adminUrl });
      await client.connect();
      try {
        await client.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
        await client.query(`DROP ROLE IF EXISTS ${database}_app, ${database}_reader`);
      } finally {
        await client.end();
      }
    },
  };
};
