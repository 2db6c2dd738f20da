import { deploymentChain } from '../domain/audit.ts';
import { settleChecks } from '../domain/settle/settle-check.ts';
import { transition } from '../domain/transition.ts';
import { ok } from '../lib/result.ts';
import { persist } from './persist.ts';
import { situate } from './situate.ts';
import type { Loop } from './world.ts';

/** Results settled in one transaction at most. */
export const BATCH = 100;

/** Takes finished runs into their deployment, up to a hundred in one transaction. True: there may be more. */
export const settleResults = async (loop: Loop, deploymentId: string): Promise<boolean> =>
  loop.transact(async (tx) => {
    const deployment = await tx.deployments.lock(deploymentId);
    if (deployment === undefined) return false;
    const runs = await tx.runs.listFinished(deploymentId, BATCH);
    if (runs.length === 0) return false;
    const checklist = await tx.checklists.get(deployment.checklistHash);
    const situation = situate(loop, { deployment, checklist, now: loop.now().getTime() });
    const moved = transition(situation, (current) => ok(settleChecks(current, runs)));
    if (moved.ok) await persist(loop, tx, { situation, change: moved.value });
    await tx.runs.settle(
      runs.map(({ runId }) => runId),
      situation.now,
    );
    loop.log.info({ chain: deploymentChain(deploymentId), results: runs.length }, 'results_settled');
    return runs.length === BATCH;
  });
