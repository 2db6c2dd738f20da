import { describe, expect, it } from 'vitest';
import type { InboxEntry } from './intake.ts';
import { createIntake } from './intake.ts';

const entry = (id: string): InboxEntry => ({ id, kind: 'action', body: {}, receivedAt: 0 });

/** A table that answers when it is told to. */
const slowTable = () => {
  const statements: { ids: string[]; answer: (fresh: readonly string[]) => void; refuse: () => void }[] = [];
  const insert = (rows: readonly InboxEntry[]) =>
    new Promise<ReadonlySet<string>>((resolve, reject) => {
      statements.push({
        ids: rows.map(({ id }) => id),
        answer: (fresh) => resolve(new Set(fresh)),
        refuse: () => reject(new Error('connection lost')),
      });
    });
  return { statements, insert };
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the intake', () => {
  it('stores what arrives during a statement together with the next one', async () => {
    const { statements, insert } = slowTable();
    const store = createIntake(insert);
    const stored = [store(entry('a')), store(entry('b')), store(entry('c'))];
    statements[0]!.answer(['a']);
    await turn();
    statements[1]!.answer(['b', 'c']);
    expect(await Promise.all(stored)).toEqual([true, true, true]);
    expect(statements.map(({ ids }) => ids)).toEqual([['a'], ['b', 'c']]);
  });

  it('tells a repeated delivery from a new one, also within one statement', async () => {
    const { statements, insert } = slowTable();
    const store = createIntake(insert);
    const first = store(entry('a'));
    const known = store(entry('known'));
    const twice = [store(entry('b')), store(entry('b'))];
    statements[0]!.answer(['a']);
    await turn();
    statements[1]!.answer(['b']);
    expect(await first).toBe(true);
    expect(await known).toBe(false);
    expect(await Promise.all(twice)).toEqual([true, false]);
  });

  it('rejects for everybody in a statement that failed, and goes on', async () => {
    const { statements, insert } = slowTable();
    const store = createIntake(insert);
    const lost = store(entry('a'));
    statements[0]!.refuse();
    await expect(lost).rejects.toThrow('connection lost');
    const next = store(entry('b'));
    statements[1]!.answer(['b']);
    expect(await next).toBe(true);
  });

  it('rejects in time when a statement never ends, and lets what waited behind it through', async () => {
    const { statements, insert } = slowTable();
    const store = createIntake((rows) => {
      const stored = insert(rows);
      if (statements.length > 1) statements.at(-1)!.answer(rows.map(({ id }) => id));
      return stored;
    }, 60);
    const hangs = store(entry('hangs'));
    const waits = store(entry('waits'));
    await expect(hangs).rejects.toThrow('took longer than 60 ms');
    expect(await waits).toBe(true);
    expect(await store(entry('later'))).toBe(true);
  });
});
