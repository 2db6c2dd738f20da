import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { EffectiveChecklist } from '../domain/checklist.ts';
import type { Lock } from '../domain/lock.ts';
import { WHOLE_ENVIRONMENT } from '../domain/lock.ts';
import type { Instant } from '../lib/time.ts';
import type { Schema } from './schema.ts';

export const lockStore = (db: Kysely<Schema>) => {
  const lockOf = (row: {
    team_id: string;
    environment: string;
    system: string;
    deployment_id: string | null;
    held_by: string;
    reason: string;
    since: Date;
  }): Lock => ({
    teamId: row.team_id,
    environment: row.environment,
    system: row.system,
    deploymentId: row.deployment_id,
    heldBy: row.held_by,
    reason: row.reason,
    since: row.since.getTime(),
  });
  return {
    /** Takes the place; returns undefined when it was free or already this deployment's, else the lock in the way. */
    take: async (lock: Lock): Promise<Lock | undefined> => {
      // Locks of one environment overlap (a system, the whole), so taking them is one at a time.
      await sql`select pg_advisory_xact_lock(hashtext(${`lock:${lock.teamId}:${lock.environment}`}))`.execute(
        db,
      );
      const held = await db
        .selectFrom('environment_lock')
        .selectAll()
        .where('team_id', '=', lock.teamId)
        .where('environment', '=', lock.environment)
        .execute();
      const overlapping = held.filter(
        ({ system }) => [system, lock.system].includes(WHOLE_ENVIRONMENT) || system === lock.system,
      );
      const other = overlapping.find(
        ({ deployment_id }) => deployment_id === null || deployment_id !== lock.deploymentId,
      );
      if (other !== undefined) return lockOf(other);
      if (overlapping.length > 0) return undefined;
      await db
        .insertInto('environment_lock')
        .values({
          team_id: lock.teamId,
          environment: lock.environment,
          system: lock.system,
          deployment_id: lock.deploymentId,
          held_by: lock.heldBy,
          reason: lock.reason,
          since: new Date(lock.since),
        })
        .execute();
      return undefined;
    },
    find: async (teamId: string, environment: string, system: string): Promise<Lock | undefined> => {
      const row = await db
        .selectFrom('environment_lock')
        .selectAll()
        .where('team_id', '=', teamId)
        .where('environment', '=', environment)
        .where('system', 'in', [system, WHOLE_ENVIRONMENT])
        .executeTakeFirst();
      return row === undefined ? undefined : lockOf(row);
    },
    list: async (teamId: string): Promise<Lock[]> =>
      (
        await db
          .selectFrom('environment_lock')
          .selectAll()
          .where('team_id', '=', teamId)
          .orderBy('since')
          .execute()
      ).map(lockOf),
    listHeldSince: async (before: Instant): Promise<Lock[]> =>
      (
        await db
          .selectFrom('environment_lock')
          .selectAll()
          .where('since', '<=', new Date(before))
          .orderBy('since')
          .execute()
      ).map(lockOf),
    /** Frees a place; returns the lock that was there. */
    release: async (teamId: string, environment: string, system: string): Promise<Lock | undefined> => {
      const row = await db
        .deleteFrom('environment_lock')
        .where('team_id', '=', teamId)
        .where('environment', '=', environment)
        .where('system', '=', system)
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? undefined : lockOf(row);
    },
  };
};

/** Pinned checklists never change, so what was read once is kept. */
export const checklistStore = (db: Kysely<Schema>, kept: Map<string, EffectiveChecklist>) => ({
  pin: async (hash: string, checklist: EffectiveChecklist, now: Instant): Promise<void> => {
    await db
      .insertInto('pinned_checklist')
      .values({
        hash,
        format_version: checklist.formatVersion,
        body: JSON.stringify(checklist),
        created_at: new Date(now),
      })
      .onConflict((conflict) => conflict.column('hash').doNothing())
      .execute();
  },
  get: async (hash: string): Promise<EffectiveChecklist> => {
    const known = kept.get(hash);
    if (known !== undefined) return known;
    const { body } = await db
      .selectFrom('pinned_checklist')
      .select('body')
      .where('hash', '=', hash)
      .executeTakeFirstOrThrow();
    const checklist = body as unknown as EffectiveChecklist;
    kept.set(hash, checklist);
    return checklist;
  },
});

/** Workers tell which variables they hold (names only), so that readiness can be judged in another process. */
export const workerStore = (db: Kysely<Schema>) => ({
  announce: async (
    worker: { id: string; runner: string | undefined; envNames: readonly string[] },
    now: Instant,
  ): Promise<void> => {
    const row = {
      runner: worker.runner ?? null,
      env_names: JSON.stringify(worker.envNames),
      seen_at: new Date(now),
    };
    await db
      .insertInto('worker')
      .values({ id: worker.id, ...row })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
  },
  leave: async (id: string): Promise<void> => {
    await db.deleteFrom('worker').where('id', '=', id).execute();
  },
  /** Workers heard of since `since`. */
  listLive: async (
    since: Instant,
  ): Promise<readonly { runner: string | undefined; envNames: readonly string[] }[]> => {
    const rows = await db.selectFrom('worker').selectAll().where('seen_at', '>=', new Date(since)).execute();
    return rows.map(({ runner, env_names }) => ({ runner: runner ?? undefined, envNames: env_names }));
  },
});
