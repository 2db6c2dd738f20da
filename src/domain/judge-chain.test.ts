import { describe, expect, it } from 'vitest';
import type { AuditEvent } from './audit.ts';
import { GENESIS, linksFor } from './audit.ts';
import { judgeChain } from './judge-chain.ts';

const CHAIN = 'deployment:todo-1';
const events = linksFor(
  { chain: CHAIN, head: GENESIS, at: 1000 },
  ['deployment_started', 'go_given', 'deployed'].map((type) => ({ type })),
);
const last = events.at(-1)!;
const head = { seq: last.seq, hash: last.hash };

const changed = (seq: number, fields: Partial<AuditEvent>): readonly AuditEvent[] =>
  events.map((event) => (event.seq === seq ? { ...event, ...fields } : event));

describe('judgeChain', () => {
  it('finds nothing wrong with a chain as it was written', () => {
    expect(judgeChain({ chain: CHAIN, events, head })).toEqual([]);
  });

  it.each([
    { fields: { type: 'no_go_given' } },
    { fields: { at: 999 } },
    { fields: { chain: 'deployment:todo-2' } },
  ])('finds a row that says $fields and a text that does not', ({ fields }) => {
    expect(judgeChain({ chain: CHAIN, events: changed(2, fields), head })).toEqual([
      { seq: 2, what: 'stands in a row that says something else' },
    ]);
  });

  it('finds a text that is no JSON any more by its hash, and does not break on it', () => {
    expect(judgeChain({ chain: CHAIN, events: changed(2, { text: '{' }), head })).toEqual([
      { seq: 2, what: 'was changed' },
    ]);
  });

  it('judges the links when the record of the end is gone', () => {
    expect(judgeChain({ chain: CHAIN, events })).toEqual([
      { seq: 3, what: 'the record of where the chain ends is gone' },
    ]);
  });

  it('finds a chain of which nothing is left', () => {
    expect(judgeChain({ chain: CHAIN, events: [] })).toEqual([{ seq: 1, what: 'the whole chain is gone' }]);
  });
});
