import { sha256 } from '../lib/hash.ts';
import type { Json } from '../lib/json.ts';
import { canonicalJson } from '../lib/json.ts';
import type { Instant } from '../lib/time.ts';

/** One appended fact. `hash` covers the text and the hash before it, so nothing can be changed or cut out unseen. */
export type AuditEvent = {
  /** `deployment:<id>` or `environment:<team>:<name>`. */
  readonly chain: string;
  /** 1 for the first of a chain. */
  readonly seq: number;
  readonly at: Instant;
  readonly type: string;
  /** The exact text that is hashed: canonical JSON of seq, time, chain and event. */
  readonly text: string;
  readonly prevHash: string;
  readonly hash: string;
};

/** Where a chain ends. An empty chain: seq 0 and the genesis hash. */
export type ChainHead = { readonly seq: number; readonly hash: string };

export const GENESIS: ChainHead = { seq: 0, hash: '0'.repeat(64) };

export const deploymentChain = (deploymentId: string): string => `deployment:${deploymentId}`;
export const environmentChain = (teamId: string, environment: string): string =>
  `environment:${teamId}:${environment}`;

type Fact = { readonly type: string };

/** The next links of a chain for these facts. */
export const linksFor = (
  { chain, head, at }: { chain: string; head: ChainHead; at: Instant },
  facts: readonly Fact[],
): readonly AuditEvent[] => {
  let last = head;
  return facts.map((fact) => {
    const seq = last.seq + 1;
    // Facts are made of JSON values only; their types just do not say so.
    const text = canonicalJson({ seq, at, chain, event: JSON.parse(JSON.stringify(fact)) as Json });
    const link = {
      chain,
      seq,
      at,
      type: fact.type,
      text,
      prevHash: last.hash,
      hash: sha256(last.hash + text),
    };
    last = link;
    return link;
  });
};

export type ChainProblem = { readonly seq: number; readonly what: string };

/** Checks a whole chain, oldest first, against its recorded head. Empty list: intact. */
export const verifyChain = (events: readonly AuditEvent[], head: ChainHead): readonly ChainProblem[] => {
  const problems: ChainProblem[] = [];
  let last = GENESIS;
  for (const event of events) {
    if (event.seq !== last.seq + 1)
      problems.push({ seq: event.seq, what: `follows ${last.seq}: events are missing` });
    if (event.prevHash !== last.hash)
      problems.push({ seq: event.seq, what: 'does not follow the event before it' });
    if (sha256(event.prevHash + event.text) !== event.hash)
      problems.push({ seq: event.seq, what: 'was changed' });
    last = event;
  }
  if (last.seq !== head.seq || last.hash !== head.hash) {
    problems.push({
      seq: head.seq,
      what: `the chain ends at ${last.seq}, its head says ${head.seq}: the tail was cut`,
    });
  }
  return problems;
};
