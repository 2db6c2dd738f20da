import { MINUTE } from '../lib/time.ts';
import { noticeRow, tell } from './notices.ts';
import type { Transact } from './stores.ts';

/** A longer silence than this is told in the thread of everything that was under way. */
const DOWN_FROM = 5 * MINUTE;

/** Leaves a sign of life; after a longer silence every running deployment is told from when to when nobody looked. */
export const noteAlive = async (transact: Transact, now: () => Date): Promise<void> => {
  const at = now().getTime();
  await transact(async (tx) => {
    const last = await tx.meta.touch('alive_at', at);
    if (last === undefined || at - last <= DOWN_FROM) return;
    for (const id of await tx.deployments.listLiveIds()) {
      const event = { type: 'was_down', from: last, to: at } as const;
      await tell(tx, noticeRow(`down:${id}:${last}`, id, { kind: 'event', event, broadcast: false }), at);
    }
  });
};
