import { runCheck } from '../checks/run-check.ts';
import type { CheckResult } from '../domain/check.ts';
import type { Log } from '../lib/log.ts';
import type { Handler } from '../queue/jobs.ts';
import type { WorkerStore } from './stores.ts';

export type CheckWorkerDeps = {
  readonly store: WorkerStore;
  readonly env: (name: string) => string | undefined;
  readonly now: () => Date;
  readonly log: Log;
};

/** A check that writes and whose run broke off is not run again by itself: a person decides. */
const MAY_HAVE_RUN: CheckResult = {
  outcome: 'inconclusive',
  line: 'may have run: the worker stopped in the middle; look, then Re-run or Confirm',
  findings: [],
  observation: {},
  captured: {},
  durationMs: 0,
  tries: 1,
};

/** Claims a run, carries it out without holding anything, stores the result, asks for it to be settled. */
export const checksHandler = (deps: CheckWorkerDeps): Handler<'checks'> => {
  const underWay = new Set<string>();
  return async ({ runId }, signal) => {
    // The same run asked for twice, by a relay that crashed or a lost job: the first one is still at it.
    if (underWay.has(runId)) return;
    underWay.add(runId);
    try {
      await carryOut(deps, runId, signal);
    } finally {
      underWay.delete(runId);
    }
  };
};

const carryOut = async (
  { store, env, now, log }: CheckWorkerDeps,
  runId: string,
  signal: AbortSignal,
): Promise<void> => {
  const claimed = await store.transact((tx) => tx.runs.claim(runId, now().getTime()));
  if (claimed === undefined) return;
  const { request, effect, deploymentId, wasClaimed } = claimed;
  const result =
    wasClaimed && effect !== 'read' ? MAY_HAVE_RUN : await runCheck(request, { env, now, signal, log });
  // Stopped by a shutdown, not by the target: the run stays claimed and is asked for again after the start.
  if (signal.aborted && effect === 'read') return;
  await store.transact(async (tx) => {
    const at = now().getTime();
    if (!(await tx.runs.finish(runId, result, at))) return;
    await tx.outbox.add([{ queue: 'results', payload: { deploymentId } }], at);
    await tx.wakeRelays();
  });
  log.info({ runId, deploymentId, outcome: result.outcome, durationMs: result.durationMs }, 'check_finished');
};
