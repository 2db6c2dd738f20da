import { describe, expect, it } from 'vitest';
import type { Deployment } from '../domain/deployment.ts';
import { keepDeployments } from './kept-deployments.ts';

// Only the id is looked at here.
const deployment = (id: string) => ({ id }) as Deployment;

describe('deployments as they were last read', () => {
  it('are found while their row has the same stamp', () => {
    const kept = keepDeployments();
    const read = deployment('todo-1');
    kept.keep('700', read);
    expect(kept.find('todo-1', '700')).toBe(read);
  });

  it('are read again when their row was written since', () => {
    const kept = keepDeployments();
    kept.keep('700', deployment('todo-1'));
    expect(kept.find('todo-1', '701')).toBeUndefined();
    expect(kept.find('todo-2', '700')).toBeUndefined();
  });

  it('are forgotten, the longest unused first', () => {
    const kept = keepDeployments(2);
    kept.keep('1', deployment('a'));
    kept.keep('2', deployment('b'));
    kept.find('a', '1');
    kept.keep('3', deployment('c'));
    expect(kept.find('b', '2')).toBeUndefined();
    expect(kept.find('a', '1')).toBeDefined();
    expect(kept.find('c', '3')).toBeDefined();
  });
});
