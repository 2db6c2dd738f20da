import { SECOND } from '../lib/time.ts';
import type { Loop } from '../usecases/world.ts';
import type { WorkerStore } from './stores.ts';

export type PaceDeps = {
  readonly loop: Pick<Loop, 'now'>;
  readonly store: { readonly budget: Pick<WorkerStore['budget'], 'takePost'> };
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
};

/** Waiting longer than this is left to a later try, so that a job does not sit on its claim. */
const PATIENCE_MS = 5 * SECOND;

/** Waits until the channel takes another message. Returns 0, or the milliseconds still to wait when that is too long. */
export const waitToPost = async (
  { loop, store, sleep }: PaceDeps,
  channel: string,
  signal: AbortSignal,
): Promise<number> => {
  let waited = 0;
  for (;;) {
    const wait = await store.budget.takePost(channel, loop.now().getTime());
    if (wait === 0) return 0;
    if (signal.aborted || waited + wait > PATIENCE_MS) return wait;
    await sleep(wait, signal);
    waited += wait;
  }
};
