import { expect, it } from 'vitest';
import { startUndoably } from './undo.ts';

const part = (name: string, seen: string[]) => () => {
  seen.push(name);
  return Promise.resolve();
};

it('ends parts in reverse order, once', async () => {
  const seen: string[] = [];
  const { started, stop } = await startUndoably((undo) => {
    undo.add(part('first', seen));
    undo.add(part('second', seen));
    return Promise.resolve('running');
  });
  expect(started).toBe('running');
  await stop();
  await stop();
  expect(seen).toEqual(['second', 'first']);
});

it('ends what was started when a later start fails', async () => {
  const seen: string[] = [];
  const failing = startUndoably((undo) => {
    undo.add(part('first', seen));
    return Promise.reject(new Error('port taken'));
  });
  await expect(failing).rejects.toThrow('port taken');
  expect(seen).toEqual(['first']);
});

it('says why it did not start, also when something could not be ended then', async () => {
  const seen: string[] = [];
  const failing = startUndoably((undo) => {
    undo.add(part('server', seen));
    undo.add(() => Promise.reject(new Error('stuck')));
    return Promise.reject(new Error('port taken'));
  });
  await expect(failing).rejects.toThrow('port taken');
  expect(seen).toEqual(['server']);
});

it('ends the others when one cannot be ended, and says so', async () => {
  const seen: string[] = [];
  const { stop } = await startUndoably((undo) => {
    undo.add(part('first', seen));
    undo.add(() => Promise.reject(new Error('stuck')));
    return Promise.resolve();
  });
  await expect(stop()).rejects.toThrow(AggregateError);
  expect(seen).toEqual(['first']);
});
