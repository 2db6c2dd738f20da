import { describe, expect, it } from 'vitest';
import { shareLooks } from './share-looks.ts';

/** A look that ends when it is told to. */
const lookout = () => {
  const ends: ((answer: string | Error) => void)[] = [];
  const look = () =>
    new Promise<string>((resolve, reject) => {
      ends.push((answer) => {
        if (typeof answer === 'string') resolve(answer);
        else reject(answer);
      });
    });
  return { look, ends };
};

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('looks that are shared', () => {
  it('answer everybody who asks while one is under way with one further look', async () => {
    const { look, ends } = lookout();
    const share = shareLooks<string>();
    const first = share('status', look);
    const later = [share('status', look), share('status', look), share('status', look)];
    expect(ends).toHaveLength(1);
    ends[0]?.('old');
    await expect(first).resolves.toBe('old');
    await settled();
    expect(ends).toHaveLength(2);
    ends[1]?.('new');
    await expect(Promise.all(later)).resolves.toEqual(['new', 'new', 'new']);
  });

  it('never give an answer that was read before the question', async () => {
    const { look, ends } = lookout();
    const share = shareLooks<string>();
    const first = share('status', look);
    const second = share('status', look);
    ends[0]?.('1');
    await first;
    await settled();
    const third = share('status', look);
    ends[1]?.('2');
    await expect(second).resolves.toBe('2');
    await settled();
    ends[2]?.('3');
    await expect(third).resolves.toBe('3');
  });

  it('are told apart by what was asked', async () => {
    const { look, ends } = lookout();
    const share = shareLooks<string>();
    const [one, two] = [share('status', look), share('list', look)];
    ends[0]?.('status');
    ends[1]?.('list');
    await expect(Promise.all([one, two])).resolves.toEqual(['status', 'list']);
  });

  it('fail for those who shared one, and not for those who ask afterwards', async () => {
    const { look, ends } = lookout();
    const share = shareLooks<string>();
    const first = share('status', look);
    const second = share('status', look);
    ends[0]?.(new Error('no database'));
    await expect(first).rejects.toThrow('no database');
    await settled();
    ends[1]?.('there again');
    await expect(second).resolves.toBe('there again');
    await settled();
    const third = share('status', look);
    ends[2]?.('still there');
    await expect(third).resolves.toBe('still there');
  });
});
