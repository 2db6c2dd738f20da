import type { AuditEvent, ChainHead, ChainProblem } from './audit.ts';
import { GENESIS, verifyChain } from './audit.ts';

/** One chain as it is stored, events and head of one moment: else a bot that appends meanwhile makes it look cut. */
export type StoredChain = {
  readonly chain: string;
  readonly events: readonly AuditEvent[];
  /** Absent: the row that says where the chain ends is gone. */
  readonly head?: ChainHead;
};

/** What the hashed text says of its own row; undefined when it is not the JSON it was written as. */
const statementOf = (text: string): unknown => {
  try {
    const { seq, at, chain, event } = JSON.parse(text) as Record<string, unknown> & {
      event: { type: unknown };
    };
    return { seq, at, chain, type: event.type };
  } catch {
    // A text that cannot be read was changed, and its hash says so already.
    return undefined;
  }
};

/** The columns beside the text are for searching; nothing hashes them, so they are held against the text. */
const columnProblems = ({ seq, at, chain, type, text }: AuditEvent): readonly ChainProblem[] => {
  const stated = statementOf(text);
  return stated === undefined || JSON.stringify(stated) === JSON.stringify({ seq, at, chain, type })
    ? []
    : [{ seq, what: 'stands in a row that says something else' }];
};

/** Everything wrong with a stored chain, first to last. Empty: intact. */
export const judgeChain = ({ events, head }: StoredChain): readonly ChainProblem[] => {
  if (head === undefined && events.length === 0) return [{ seq: 1, what: 'the whole chain is gone' }];
  const last = events.at(-1);
  // Without its head a chain is still judged link by link; that its end cannot be told is a problem of its own.
  const end = head ?? (last === undefined ? GENESIS : { seq: last.seq, hash: last.hash });
  const lost =
    head === undefined ? [{ seq: end.seq, what: 'the record of where the chain ends is gone' }] : [];
  return [...verifyChain(events, end), ...events.flatMap(columnProblems), ...lost].sort(
    (a, b) => a.seq - b.seq,
  );
};
