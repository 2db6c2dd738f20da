import type { Log } from '../lib/log.ts';
import { SECOND } from '../lib/time.ts';
import type { Loop } from '../usecases/world.ts';
import type { KeptMessage } from '../domain/kept-message.ts';
import type { Shown, WorkerStore } from './stores.ts';

/** While nothing was said to Slack yet, another process may take over soon: nothing can be in the air. */
export const LOOK_MS = 5 * SECOND;
/** Longer than the messenger waits for an answer, so that a lease never ends under a call. */
const CALL_MS = 15 * SECOND;

/** A drawing that has to be tried again; the queue does, with its backoff. */
export class DrawAgain extends Error {
  override readonly name = 'DrawAgain';
}

/** The right to draw one message, as long as its token stands in the row. */
export type Held = { readonly kept: KeptMessage; readonly token: string };

type LeaseDeps = { readonly loop: Loop; readonly store: WorkerStore; readonly log: Log };

/** Keeps the lease while waiting; false: it was lost. */
export const keepLooking = (
  { store, loop }: Pick<LeaseDeps, 'loop' | 'store'>,
  { kept, token }: Held,
): Promise<boolean> => store.messages.renew(kept.id, { token, now: loop.now().getTime(), ms: LOOK_MS });

/** From now on the lease lasts longer than one call; without it nothing may be said. */
export const holdForCall = async (
  { store, loop }: Pick<LeaseDeps, 'loop' | 'store'>,
  { kept, token }: Held,
): Promise<void> => {
  const lease = { token, now: loop.now().getTime(), ms: CALL_MS };
  if (!(await store.messages.renew(kept.id, lease))) throw new DrawAgain('another process draws it now');
};

/** Writes down what is shown. Who was asleep and lost the lease meanwhile may have overdrawn a newer picture. */
export const record = async (
  { store, log }: Pick<LeaseDeps, 'store' | 'log'>,
  { kept, token }: Held,
  shown: Shown,
): Promise<void> => {
  if (await store.messages.drawn(kept.id, token, shown)) return;
  log.warn({ messageId: kept.id }, 'lease_lost_under_a_call');
  await store.messages.distrust(kept.id);
};
