import type { JsonObject } from '../lib/json.ts';
import type { Instant } from '../lib/time.ts';
import { SECOND } from '../lib/time.ts';

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
/** Slack waits three seconds for an answer; whoever cannot be stored by now is told so. */
const PATIENCE_MS = 2 * SECOND;

/** The database took too long. */
export class NotStoredInTime extends Error {
  override readonly name = 'NotStoredInTime';
  /** A statement with it is on its way and may store it yet. False: it will never be stored. */
  readonly isUnderWay: boolean;

  constructor(message: string, isUnderWay: boolean) {
    super(message);
    this.isUnderWay = isUnderWay;
  }
}

/**
 * Stores envelopes before they are acknowledged. What arrives while a statement is under way goes with the next one, so
 * that many clicks at once cost few commits. Resolves true for a new envelope, false for a repeated one; rejects when it
 * could not be stored within `patienceMs`. A statement that never ends holds the next ones up for half of that.
 */
export const createIntake = (
  insert: Insert,
  patienceMs = PATIENCE_MS,
): ((entry: InboxEntry) => Promise<boolean>) => {
  let waiting: Waiting[] = [];
  let isWriting = false;

  const write = async (): Promise<void> => {
    if (isWriting) return;
    isWriting = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      waiting = waiting.slice(BATCH);
      await Promise.race([writeBatch(insert, batch), pause(patienceMs / 2)]);
    }
    isWriting = false;
  };

  return (entry) =>
    new Promise((resolve, reject) => {
      const one: Waiting = {
        entry,
        done: (isNew) => {
          clearTimeout(timer);
          resolve(isNew);
        },
        failed: (error) => {
          clearTimeout(timer);
          reject(error instanceof Error ? error : new Error('The envelope was not stored', { cause: error }));
        },
      };
      const timer = setTimeout(() => {
        const isUnderWay = !waiting.includes(one);
        waiting = waiting.filter((other) => other !== one);
        one.failed(new NotStoredInTime(`The inbox took longer than ${patienceMs} ms`, isUnderWay));
      }, patienceMs);
      waiting.push(one);
      void write();
    });
};

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });

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
