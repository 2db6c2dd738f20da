import { describe, expect, it } from 'vitest';
import { waitToPost } from './post-pace.ts';

/** A channel whose allowance answers with these waits, one after the other, and then is free. */
const channelWith = (...waits: number[]) => {
  const slept: number[] = [];
  const budget = { takePost: () => Promise.resolve(waits.shift() ?? 0) };
  return {
    slept,
    deps: {
      loop: { now: () => new Date(0) },
      store: { budget },
      sleep: (ms: number) => {
        slept.push(ms);
        return Promise.resolve();
      },
    },
  };
};

const running = new AbortController().signal;

describe('posting to a channel', () => {
  it('happens at once while the channel takes it', async () => {
    const { deps, slept } = channelWith();
    expect(await waitToPost(deps, 'C1', running)).toBe(0);
    expect(slept).toEqual([]);
  });

  it('waits as long as it is told to, and asks again', async () => {
    const { deps, slept } = channelWith(900, 300);
    expect(await waitToPost(deps, 'C1', running)).toBe(0);
    expect(slept).toEqual([900, 300]);
  });

  it('is left to a later try when the wait is long, or this process stops', async () => {
    expect(await waitToPost(channelWith(1000, 9000).deps, 'C1', running)).toBe(9000);
    expect(await waitToPost(channelWith(10).deps, 'C1', AbortSignal.abort())).toBe(10);
  });
});
