import type { JsonObject } from '../lib/json.ts';
import type { Instant } from '../lib/time.ts';

export type InboxEntry = {
  readonly id: string;
  readonly kind: string;
  readonly body: JsonObject;
  readonly receivedAt: Instant;
};

type Insert = (rows: readonly InboxEntry[]) => Promise<ReadonlySet<string>>;
type Waiting = {
  readonly entry: InboxEntry;
  readonly done: (isNew: boolean) => void;
  readonly failed: (e: unknown) => void;
};

/** Rows of one statement at most. */
const BATCH = 100;

/**
 * Stores envelopes before they are acknowledged. What arrives while a statement is under way goes with the next one, so
 * that many clicks at once cost few commits. Resolves true for a new envelope, false for a repeated one.
 */
export const createIntake = (insert: Insert): ((entry: InboxEntry) => Promise<boolean>) => {
  let waiting: Waiting[] = [];
  let isWriting = false;

  const write = async (): Promise<void> => {
    if (isWriting) return;
    isWriting = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      waiting = waiting.slice(BATCH);
      await writeBatch(insert, batch);
    }
    isWriting = false;
  };

  return (entry) =>
    new Promise((done, failed) => {
      waiting.push({ entry, done, failed });
      void write();
    });
};

const writeBatch = async (insert: Insert, batch: readonly Waiting[]): Promise<void> => {
  // The same id twice in one statement: the second is a repeated delivery.
  const firsts = new Map<string, Waiting>();
  for (const one of batch) if (!firsts.has(one.entry.id)) firsts.set(one.entry.id, one);
  try {
    const fresh = await insert([...firsts.values()].map(({ entry }) => entry));
    for (const one of batch) one.done(fresh.has(one.entry.id) && firsts.get(one.entry.id) === one);
  } catch (error) {
    for (const { failed } of batch) failed(error);
  }
};
