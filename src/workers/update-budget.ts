import type { Instant } from '../lib/time.ts';
import { SECOND } from '../lib/time.ts';
import type { Loop } from '../usecases/world.ts';
import type { Held } from './drawing-lease.ts';
import { keepLooking } from './drawing-lease.ts';
import type { KeptMessage, WorkerStore } from './stores.ts';

export type BudgetDeps = {
  readonly loop: Loop;
  readonly store: WorkerStore;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
};

/** Longest a job waits for its share of the budget before it lets others have its place. */
const PATIENCE_MS = 10 * SECOND;

/** Clicks and final states may take from the reserve; a stream of results leaves it alone. */
export const waitForBudget = async (
  deps: BudgetDeps,
  { kept, token, signal }: Held & { signal: AbortSignal },
): Promise<boolean> => {
  const { store, loop, sleep } = deps;
  const start = loop.now().getTime();
  for (;;) {
    const now = loop.now().getTime();
    const busy = await isStreaming(deps, kept);
    const spacing = busy ? await spacingOf(deps, now) : 0;
    const early = (kept.shownAt ?? 0) + spacing - now;
    const wait =
      early > 0 ? early : await store.budget.take(loop.teamId, { reserve: busy ? RESERVE : 0, now });
    if (wait === 0) return true;
    if (now + wait - start > PATIENCE_MS || signal.aborted) return false;
    // Looking again soon: a stream may end, and then the reserve is there.
    await sleep(Math.min(wait, 250), signal);
    if (!(await keepLooking(deps, { kept, token }))) return false;
  }
};

/** Updates kept back for clicks and last states while results stream in. */
const RESERVE = 6;

/** True while checks of the deployment are still being measured: more will come by itself. */
const isStreaming = async ({ store }: BudgetDeps, kept: KeptMessage): Promise<boolean> => {
  const deployment = await store.deployments.find(kept.deploymentId);
  return Object.values(deployment?.items ?? {}).some(({ running }) => running !== undefined);
};

/** The more cards are being drawn, the further apart: together they stay below 40 a minute. */
const spacingOf = async ({ store }: BudgetDeps, now: Instant): Promise<number> => {
  const live = Math.max(1, await store.messages.countDrawnSince(now - 15 * SECOND));
  return (60 * SECOND * live) / 40;
};
