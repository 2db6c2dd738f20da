import { describe, expect, it } from 'vitest';
import { createRateLimiter } from './rates.ts';
import type { RateMode } from './rates.ts';

const limiter = (mode: RateMode) => {
  let nowMs = 1_000_000;
  const rates = createRateLimiter(mode, () => new Date(nowMs));
  return {
    take: rates.take,
    /** How many of `count` calls pass. */
    burst: (count: number, call: Parameters<typeof rates.take>[0]) =>
      Array.from({ length: count }, () => rates.take(call)).filter((wait) => wait === 0).length,
    wait: (ms: number) => {
      nowMs += ms;
    },
  };
};

const update = { method: 'chat.update', tier: 3 } as const;

describe('the bucket', () => {
  it('lets a full tier through at once and then one call per sixtieth of a minute share', () => {
    const { burst, wait, take } = limiter('bucket');

    expect(burst(60, update)).toBe(50);
    expect(take(update)).toBe(2);
    wait(1200);
    expect(burst(5, update)).toBe(1);
    wait(60_000);
    expect(burst(60, update)).toBe(50);
  });

  it('counts each method on its own', () => {
    const { burst } = limiter('bucket');
    burst(60, update);

    expect(burst(1, { method: 'chat.delete', tier: 3 })).toBe(1);
  });

  it('holds posts to about one a second per channel after a short burst', () => {
    const { burst, wait } = limiter('bucket');
    const post = (channel: string) => ({ method: 'chat.postMessage', tier: 'post', channel }) as const;

    expect(burst(10, post('C1'))).toBe(5);
    expect(burst(10, post('C2'))).toBe(5);
    wait(1000);
    expect(burst(10, post('C1'))).toBe(1);
  });
});

describe('the window', () => {
  it('lets no more than the tier through in any sixty seconds', () => {
    const { burst, wait, take } = limiter('window');

    expect(burst(30, update)).toBe(30);
    wait(30_000);
    expect(burst(30, update)).toBe(20);
    expect(take(update)).toBe(30);
    wait(30_000);
    expect(burst(60, update)).toBe(30);
  });
});

it('lets everything through when switched off', () => {
  expect(limiter('off').burst(500, update)).toBe(500);
});
