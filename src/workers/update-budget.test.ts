import { describe, expect, it } from 'vitest';
import type { Pace } from '../domain/kept-message.ts';
import { turnOf, waitForBudget } from './update-budget.ts';
import type { BudgetDeps } from './update-budget.ts';

const SHOWN_AT = 100_000;

const pace = (over: Partial<Pace> = {}): Pace => ({
  wanted: 8,
  shown: 5,
  awaited: 0,
  shownAt: SHOWN_AT,
  isMeasuring: true,
  cardsBehind: 1,
  ...over,
});

/** Something changed a moment ago. */
const lively = { unchangedSince: SHOWN_AT, now: SHOWN_AT + 100 };

describe('whose turn it is to be drawn', () => {
  it('gives a card on which results stream in an even pace and keeps updates back', () => {
    expect(turnOf(pace(), lively)).toEqual({ notBefore: SHOWN_AT + 1500, reserve: 3 });
  });

  it('lets several cards take turns and keeps one update for the last state of each', () => {
    expect(turnOf(pace({ cardsBehind: 5 }), lively)).toEqual({ notBefore: SHOWN_AT + 7500, reserve: 7 });
  });

  it('never keeps back more than a full budget can leave', () => {
    expect(turnOf(pace({ cardsBehind: 30 }), lively).reserve).toBe(9);
  });

  it('shows what a person waits for at once, from what was kept back', () => {
    const turn = turnOf(pace({ awaited: 7, cardsBehind: 5 }), lively);
    expect(turn).toEqual({ notBefore: SHOWN_AT + 700, reserve: 0 });
  });

  it('hurries no more once that is shown', () => {
    expect(turnOf(pace({ awaited: 5 }), lively)).toEqual(turnOf(pace(), lively));
  });

  it('shows a last state at once, from what was kept back', () => {
    expect(turnOf(pace({ isMeasuring: false, cardsBehind: 10 }), lively)).toEqual({
      notBefore: 0,
      reserve: 0,
    });
  });

  it('shows what there is when the rest takes its time, but leaves the reserve alone', () => {
    const turn = turnOf(pace({ cardsBehind: 5 }), { unchangedSince: SHOWN_AT, now: SHOWN_AT + 1500 });
    expect(turn).toEqual({ notBefore: 0, reserve: 7 });
  });
});

/** A message whose pace, budget and lease are what the test says; time passes while somebody sleeps. */
const waiting = (world: {
  paces: (at: number) => Pace | undefined;
  take: (at: number, reserve: number) => number;
  isHeld?: (at: number) => boolean;
  stopsAt?: number;
}) => {
  let at = SHOWN_AT;
  const stop = new AbortController();
  const renewals: number[] = [];
  const deps = {
    loop: { teamId: 'T1', now: () => new Date(at) },
    store: {
      messages: {
        pace: () => Promise.resolve(world.paces(at)),
        renew: () => {
          renewals.push(at - SHOWN_AT);
          return Promise.resolve(world.isHeld?.(at) ?? true);
        },
      },
      budget: {
        take: (_team: string, { reserve }: { reserve: number }) => Promise.resolve(world.take(at, reserve)),
      },
    },
    sleep: (ms: number) => {
      at += ms;
      if (world.stopsAt !== undefined && at - SHOWN_AT >= world.stopsAt) stop.abort();
      return Promise.resolve();
    },
    // Only what is used here.
  } as unknown as BudgetDeps;
  const kept = { id: 'm1', wanted: 8 } as Parameters<typeof waitForBudget>[1]['kept'];
  return {
    wait: () => waitForBudget(deps, { kept, token: 't1', signal: stop.signal }),
    elapsed: () => at - SHOWN_AT,
    renewals,
  };
};

describe('waiting for an update', () => {
  it('ends as soon as a click is to be shown', async () => {
    const { wait, elapsed } = waiting({
      paces: (at) => pace({ awaited: at >= SHOWN_AT + 900 ? 9 : 0, wanted: 9 }),
      take: (_at, reserve) => (reserve === 0 ? 0 : 60_000),
    });
    await expect(wait()).resolves.toBe(true);
    expect(elapsed()).toBe(1000);
  });

  it('ends as soon as the last result is in', async () => {
    const { wait, elapsed } = waiting({
      paces: (at) => pace({ isMeasuring: at < SHOWN_AT + 600 }),
      take: () => 0,
    });
    await expect(wait()).resolves.toBe(true);
    expect(elapsed()).toBe(750);
  });

  it('keeps the lease for as long as the budget is used up', async () => {
    const { wait, elapsed, renewals } = waiting({
      paces: () => pace({ isMeasuring: false }),
      take: (at) => (at >= SHOWN_AT + 4000 ? 0 : 1500),
    });
    await expect(wait()).resolves.toBe(true);
    expect(elapsed()).toBe(4000);
    expect(renewals.length).toBeGreaterThanOrEqual(2);
  });

  it('gives up when the lease was lost', async () => {
    const { wait } = waiting({
      paces: () => pace({ isMeasuring: false }),
      take: () => 1500,
      isHeld: () => false,
    });
    await expect(wait()).resolves.toBe(false);
  });

  it('gives up when the message is gone', async () => {
    const { wait } = waiting({ paces: () => undefined, take: () => 0 });
    await expect(wait()).resolves.toBe(false);
  });

  it('gives up when the process stops', async () => {
    const { wait, elapsed } = waiting({ paces: () => pace(), take: () => 1500, stopsAt: 500 });
    await expect(wait()).resolves.toBe(false);
    expect(elapsed()).toBe(500);
  });
});
