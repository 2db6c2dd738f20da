import type { Instant } from '../lib/time.ts';
import { SECOND } from '../lib/time.ts';
import type { Loop } from '../usecases/world.ts';
import type { Held } from './drawing-lease.ts';
import { keepLooking } from './drawing-lease.ts';
import type { Pace } from '../domain/kept-message.ts';
import type { WorkerStore } from './stores.ts';

export type BudgetDeps = {
  readonly loop: Loop;
  readonly store: WorkerStore;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
};

/** How soon a wait notices a click, or that the last result is in. */
const LOOK_AGAIN_MS = 250;
/** The lease is renewed this often while waiting: each time is a write, and it lasts for seconds. */
const RENEW_MS = SECOND;

/** Waits for a share of the workspace's updates, as long as it takes. False: the lease was lost, or this process stops. */
export const waitForBudget = async (
  deps: BudgetDeps,
  { kept, token, signal }: Held & { signal: AbortSignal },
): Promise<boolean> => {
  const { store, loop, sleep } = deps;
  const start = loop.now().getTime();
  let renewedAt = start;
  let newest = { wanted: kept.wanted, since: start };
  for (;;) {
    const now = loop.now().getTime();
    const pace = await store.messages.pace(kept.id, now);
    if (pace === undefined) return false;
    if (pace.wanted !== newest.wanted) newest = { wanted: pace.wanted, since: now };
    const { notBefore, reserve } = turnOf(pace, { unchangedSince: newest.since, now });
    const wait = notBefore > now ? notBefore - now : await store.budget.take(loop.teamId, { reserve, now });
    if (wait === 0) return true;
    await sleep(Math.min(wait, LOOK_AGAIN_MS), signal);
    if (signal.aborted) return false;
    if (now - renewedAt >= RENEW_MS) {
      if (!(await keepLooking(deps, { kept, token }))) return false;
      renewedAt = now;
    }
  }
};

/** When a message may be drawn, and how many updates it has to leave for others. */
export type Turn = { readonly notBefore: Instant; readonly reserve: number };

/** The workspace allows one update in so many milliseconds for as long as it likes. */
const EVEN_PACE_MS = 1500;
/** Several clicks at once are shown together. */
const CLICKS_TOGETHER_MS = 700;
/** Nothing new for so long: what is still being measured takes its time, and what there is is shown. */
const QUIET_MS = 1500;
/** Kept for clicks, beside one for the last state of every card, while results stream in. */
const FOR_CLICKS = 2;
/** One less than the budget holds, else a full one would not do. */
const MOST_RESERVE = 9;

/**
 * Whose turn it is. What a person waits for comes first, then last states; both may use what was kept back for them.
 * Cards on which results stream in take turns at an even pace and leave one update for the last state of each.
 */
export const turnOf = (
  pace: Pace,
  { unchangedSince, now }: { readonly unchangedSince: Instant; readonly now: Instant },
): Turn => {
  const shownAt = pace.shownAt ?? 0;
  if (pace.awaited > pace.shown) return { notBefore: shownAt + CLICKS_TOGETHER_MS, reserve: 0 };
  if (!pace.isMeasuring) return { notBefore: 0, reserve: 0 };
  const cards = Math.max(1, pace.cardsBehind);
  const reserve = Math.min(cards + FOR_CLICKS, MOST_RESERVE);
  const isQuiet = now - unchangedSince >= QUIET_MS;
  return { notBefore: isQuiet ? 0 : shownAt + EVEN_PACE_MS * cards, reserve };
};
