import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { CheckRequest, CheckResult, Effect } from '../domain/check.ts';
import type { RunReason } from '../domain/deployment.ts';
import type { Instant } from '../lib/time.ts';
import { MINUTE } from '../lib/time.ts';
import { isClaimantGone } from './claimant.ts';
import type { Schema } from './schema.ts';

export type NewRun = {
  readonly id: string;
  readonly deploymentId: string;
  readonly itemId: string;
  readonly reason: RunReason;
  readonly effect: Effect;
  readonly request: CheckRequest;
  /** Whose runner does it; absent: a core worker does it. */
  readonly zone?: string;
};

export type FinishedRun = { readonly runId: string; readonly itemId: string; readonly result: CheckResult };

/**
 * How long a run is left to the process that claimed it while that process seems alive. Longer than any run takes with
 * all its tries; it only matters when a host vanished without closing its connections.
 */
const TRUSTED_MS = 30 * MINUTE;

/** Executions of checks: queued -> claimed -> finished -> settled. */
export const runStore = (db: Kysely<Schema>, self: number) => ({
  insert: async (runs: readonly NewRun[], now: Instant): Promise<void> => {
    if (runs.length === 0) return;
    await db
      .insertInto('check_run')
      .values(
        runs.map(({ id, deploymentId, itemId, reason, effect, request, zone }) => ({
          id,
          deployment_id: deploymentId,
          item_id: itemId,
          reason: JSON.stringify(reason),
          effect,
          request: JSON.stringify(request),
          state: 'queued',
          queued_at: new Date(now),
          zone: zone ?? null,
        })),
      )
      .execute();
  },
  /**
   * Takes a run for execution here, not in a zone; `wasClaimed`: somebody began it before and did not finish; `sample`: as
   * in `takeResult`. Undefined: finished, none, or not yet to be measured again, or another live process is at it. This
   * process itself has to know what it is at.
   */
  claim: async (
    id: string,
    now: Instant,
  ): Promise<
    | {
        request: CheckRequest;
        effect: Effect;
        deploymentId: string;
        itemId: string;
        wasClaimed: boolean;
        sample: number | undefined;
        queuedAt: Instant;
      }
    | undefined
  > => {
    const row = await db
      .selectFrom('check_run')
      .select(['state', 'request', 'effect', 'deployment_id', 'item_id', 'samples', 'queued_at'])
      .where('id', '=', id)
      .where('zone', 'is', null)
      .where('next_sample_at', 'is', null)
      .where((eb) =>
        eb.or([
          eb('state', '=', 'queued'),
          eb.and([
            eb('state', '=', 'claimed'),
            eb.or([
              eb('claimed_by', '=', self),
              eb('claimed_at', '<=', new Date(now - TRUSTED_MS)),
              isClaimantGone('check_run.claimed_by'),
            ]),
          ]),
        ]),
      )
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined) return undefined;
    await db
      .updateTable('check_run')
      .set({ state: 'claimed', claimed_at: new Date(now), claimed_by: self })
      .where('id', '=', id)
      .execute();
    const request = row.request as unknown as CheckRequest;
    return {
      request,
      effect: row.effect as Effect,
      deploymentId: row.deployment_id,
      queuedAt: row.queued_at.getTime(),
      itemId: row.item_id,
      wasClaimed: row.state === 'claimed',
      sample: request.definition.sampling === undefined ? undefined : row.samples.length,
    };
  },
  /** Stores a result once; undefined when the run had one already. Needs no hold on the deployment. */
  finish: async (
    id: string,
    result: CheckResult,
    now: Instant,
  ): Promise<{ deploymentId: string } | undefined> => {
    const updated = await db
      .updateTable('check_run')
      .set({
        state: 'finished',
        finished_at: new Date(now),
        outcome: result.outcome,
        result: JSON.stringify(result),
      })
      .where('id', '=', id)
      .where('state', 'in', ['queued', 'claimed'])
      .returning('deployment_id')
      .executeTakeFirst();
    return updated && { deploymentId: updated.deployment_id };
  },
  listFinished: async (deploymentId: string, limit: number): Promise<FinishedRun[]> => {
    const rows = await db
      .selectFrom('check_run')
      .select(['id', 'item_id', 'result'])
      .where('deployment_id', '=', deploymentId)
      .where('state', '=', 'finished')
      .orderBy('finished_at')
      .limit(limit)
      .execute();
    return rows.map(({ id, item_id, result }) => ({
      runId: id,
      itemId: item_id,
      result: result as unknown as CheckResult,
    }));
  },
  settle: async (ids: readonly string[], now: Instant): Promise<void> => {
    if (ids.length === 0) return;
    await db
      .updateTable('check_run')
      .set({ state: 'settled', settled_at: new Date(now) })
      .where('id', 'in', [...ids])
      .execute();
  },
  /** Deployments with results nobody settled yet: what a crash between the two steps left. */
  listUnsettledDeployments: async (before: Instant): Promise<string[]> => {
    const rows = await db
      .selectFrom('check_run')
      .select('deployment_id')
      .distinct()
      .where('state', '=', 'finished')
      .where('finished_at', '<=', new Date(before))
      .execute();
    return rows.map(({ deployment_id }) => deployment_id);
  },
  /**
   * Runs whose job is lost, or may be: their process is gone, or nobody took them up since `before`. Asking for one again
   * is harmless.
   */
  listStale: async (before: Instant, limit: number): Promise<string[]> => {
    const rows = await db
      .selectFrom('check_run')
      .select('id')
      .where((eb) =>
        eb.or([
          eb.and([eb('state', '=', 'claimed'), isClaimantGone('check_run.claimed_by')]),
          eb.and([
            eb('state', 'in', ['queued', 'claimed']),
            eb('zone', 'is', null),
            eb('next_sample_at', 'is', null),
            eb(sql<Date>`coalesce(claimed_at, queued_at)`, '<=', new Date(before)),
          ]),
        ]),
      )
      .orderBy('queued_at')
      .limit(limit)
      .execute();
    return rows.map(({ id }) => id);
  },
  /** Forgets what the settled runs of deployments that ended before were given, not what they found; returns how many. */
  emptyRequests: async ({ before, limit }: { before: Instant; limit: number }): Promise<number> => {
    const result = await db
      .updateTable('check_run')
      .set({ request: '{}' })
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('check_run')
          .innerJoin('deployment', 'deployment.id', 'check_run.deployment_id')
          .select('check_run.id')
          .where('deployment.ended_at', '<', new Date(before))
          .where('check_run.state', '=', 'settled')
          // By its size: comparing would read every request from where large values are kept.
          .where(sql<boolean>`pg_column_size(check_run.request) > 16`)
          .limit(limit),
      )
      .executeTakeFirst();
    return Number(result.numUpdatedRows);
  },
  /** Of each item, the last run that ended well before a moment. Items that never did are left out. */
  listLastGood: async (
    deploymentId: string,
    itemIds: readonly string[],
    before: Instant,
  ): Promise<readonly { readonly itemId: string; readonly at: Instant; readonly line: string }[]> => {
    const rows = await db
      .selectFrom('check_run')
      .distinctOn('item_id')
      .select(['item_id', 'result', 'finished_at'])
      .where('deployment_id', '=', deploymentId)
      .where('item_id', 'in', [...itemIds])
      .where('outcome', 'in', ['pass', 'warn'])
      .where('finished_at', '<', new Date(before))
      .orderBy('item_id')
      .orderBy('finished_at', 'desc')
      .execute();
    return rows.map(({ item_id, result, finished_at }) => ({
      itemId: item_id,
      at: finished_at?.getTime() ?? 0,
      line: (result as unknown as CheckResult).line,
    }));
  },
  /** The last settled results of one item, newest first. */
  history: async (deploymentId: string, itemId: string, limit: number): Promise<readonly RunHistory[]> => {
    const rows = await db
      .selectFrom('check_run')
      .select(['id', 'outcome', 'result', 'finished_at'])
      .where('deployment_id', '=', deploymentId)
      .where('item_id', '=', itemId)
      .where('finished_at', 'is not', null)
      .orderBy('finished_at', 'desc')
      .limit(limit)
      .execute();
    return rows.map(({ id, result, finished_at }) => ({
      runId: id,
      at: finished_at?.getTime() ?? 0,
      result: result as unknown as CheckResult,
    }));
  },
});

export type RunHistory = { readonly runId: string; readonly at: Instant; readonly result: CheckResult };
