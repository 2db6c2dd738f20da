import type { Refusal } from '../domain/refusal.ts';
import { settleChecks } from '../domain/settle/settle-check.ts';
import type { Transition } from '../domain/transition.ts';
import { transition } from '../domain/transition.ts';
import type { Result } from '../lib/result.ts';
import { ok } from '../lib/result.ts';
import { logTransition } from './act.ts';
import { persist } from './persist.ts';
import { situate } from './situate.ts';
import type { Loop } from './world.ts';

/** Results settled in one transaction at most. */
export const BATCH = 100;

/** Takes finished runs into their deployment, up to a hundred in one transaction. True: there may be more. */
export const settleResults = async (loop: Loop, deploymentId: string): Promise<boolean> => {
  const { moved, results } = await settleBatch(loop, deploymentId);
  if (moved?.ok === true) logTransition(loop, moved.value);
  return results === BATCH;
};

const settleBatch = (
  loop: Loop,
  deploymentId: string,
): Promise<{ moved?: Result<Transition, Refusal>; results: number }> =>
  loop.transact(async (tx) => {
    const deployment = await tx.deployments.lock(deploymentId);
    if (deployment === undefined) return { results: 0 };
    const runs = await tx.runs.listFinished(deploymentId, BATCH);
    if (runs.length === 0) return { results: 0 };
    const checklist = await tx.checklists.get(deployment.checklistHash);
    const situation = situate(loop, { deployment, checklist, now: loop.now().getTime() });
    const moved = transition(situation, (current) => ok(settleChecks(current, runs)));
    if (moved.ok) await persist(loop, tx, { situation, change: moved.value });
    await tx.runs.settle(
      runs.map(({ runId }) => runId),
      situation.now,
    );
    return { moved, results: runs.length };
  });
