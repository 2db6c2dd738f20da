import type { Kysely } from 'kysely';
import type { Instant } from '../lib/time.ts';
import type { Schema } from './schema.ts';

/** Facts about the installation itself. */
export const metaStore = (db: Kysely<Schema>) => ({
  /** Writes a moment under a key; returns the one that stood there, also when two processes write at once. */
  touch: async (key: string, now: Instant): Promise<Instant | undefined> => {
    const value = new Date(now).toISOString();
    const added = await db
      .insertInto('app_meta')
      .values({ key, value })
      .onConflict((conflict) => conflict.column('key').doNothing())
      .executeTakeFirst();
    if (added.numInsertedOrUpdatedRows === 1n) return undefined;
    const before = await db
      .selectFrom('app_meta')
      .select('value')
      .where('key', '=', key)
      .forUpdate()
      .executeTakeFirstOrThrow();
    await db.updateTable('app_meta').set({ value }).where('key', '=', key).execute();
    return Date.parse(before.value);
  },
});
