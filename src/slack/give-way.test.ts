import { describe, expect, it } from 'vitest';
import { createGiveWay } from './give-way.ts';

/** Time passes only while somebody sleeps. */
const clock = () => {
  let at = 1000;
  return {
    now: () => new Date(at),
    sleep: (ms: number) => {
      at += ms;
      return Promise.resolve();
    },
    elapsed: () => at - 1000,
  };
};

const never = () => new Promise<never>(() => undefined);

describe('work that was acknowledged', () => {
  it('goes on at once when nobody waits for an answer', async () => {
    const time = clock();
    await createGiveWay(time).turn();
    expect(time.elapsed()).toBe(0);
  });

  it('waits for a moment without requests', async () => {
    const time = clock();
    const { answering, turn } = createGiveWay(time);
    await answering(() => Promise.resolve('saved'));
    await turn();
    expect(time.elapsed()).toBe(10);
  });

  it('goes on after a tenth of a second although requests keep coming', async () => {
    const time = clock();
    const { answering, turn } = createGiveWay(time);
    void answering(never);
    await turn();
    expect(time.elapsed()).toBe(100);
  });

  it('goes on one order at a time while requests keep coming', async () => {
    const time = clock();
    const { answering, turn } = createGiveWay(time);
    void answering(never);
    await turn();
    await turn();
    await turn();
    expect(time.elapsed()).toBe(300);
  });

  it('does not let two orders pass at the same moment of a flood', async () => {
    const time = clock();
    const { answering, turn } = createGiveWay(time);
    void answering(never);
    await Promise.all([turn(), turn()]);
    expect(time.elapsed()).toBeGreaterThanOrEqual(200);
  });

  it('counts a request as answered also when it could not be', async () => {
    const time = clock();
    const { answering, turn } = createGiveWay(time);
    await expect(answering(() => Promise.reject(new Error('no database')))).rejects.toThrow('no database');
    await turn();
    expect(time.elapsed()).toBe(10);
  });
});
