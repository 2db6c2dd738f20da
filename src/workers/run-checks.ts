import { runCheck } from '../checks/run-check.ts';
import type { Turns } from '../checks/turns.ts';
import { createTurns } from '../checks/turns.ts';
import { MAY_HAVE_RUN } from '../domain/may-have-run.ts';
import type { Inbound } from '../checks/check.ts';
import type { Log } from '../lib/log.ts';
import type { Handler } from '../queue/jobs.ts';
import { takeResult } from '../usecases/take-result.ts';
import type { WorkerStore } from './stores.ts';

export type CheckWorkerDeps = {
  readonly store: WorkerStore;
  readonly env: (name: string) => string | undefined;
  readonly now: () => Date;
  /** What others send in for an item; absent: nothing is taken in. */
  readonly inbound?: (item: { readonly deploymentId: string; readonly itemId: string }) => Inbound;
  readonly log: Log;
};

/** Claims a run, carries it out without holding anything, stores the result, asks for it to be settled. */
export const checksHandler = (deps: CheckWorkerDeps): Handler<'checks'> => {
  const underWay = new Set<string>();
  const turns = createTurns();
  return async ({ runId }, signal) => {
    // The same run asked for twice, by a relay that crashed or a lost job: the first one is still at it.
    if (underWay.has(runId)) return;
    underWay.add(runId);
    try {
      await carryOut({ ...deps, turns }, runId, signal);
    } finally {
      underWay.delete(runId);
    }
  };
};

const carryOut = async (
  { store, env, now, inbound, log, turns }: CheckWorkerDeps & { readonly turns: Turns },
  runId: string,
  signal: AbortSignal,
): Promise<void> => {
  const claimed = await store.transact((tx) => tx.runs.claim(runId, now().getTime()));
  if (claimed === undefined) return;
  const { request, effect, deploymentId, wasClaimed, sample, queuedAt } = claimed;
  const deps = {
    env,
    now,
    signal,
    log,
    turns,
    askedAt: queuedAt,
    ...(inbound && { inbound: inbound(claimed) }),
  };
  const result = wasClaimed && effect !== 'read' ? MAY_HAVE_RUN : await runCheck(request, deps);
  // Stopped by a shutdown, not by the target: the run stays claimed and is asked for again after the start.
  if (signal.aborted && effect === 'read') return;
  await takeResult(store.transact, { runId, result, sample, now: now().getTime() });
  log.info({ runId, deploymentId, outcome: result.outcome, durationMs: result.durationMs }, 'check_finished');
};
