import { CheckProblem } from '../problem.ts';
import { startTimer } from '../timer.ts';
import type { HttpAnswer } from './request.ts';

export type LoadPlan = {
  readonly total: number;
  readonly concurrency: number;
  /** Ends the load, and what is still under way is not counted. */
  readonly signal: AbortSignal;
};

/** What a load found. */
export type LoadResult = {
  /** Requests that ended, with or without an answer. */
  readonly ended: number;
  readonly durations: readonly number[];
  readonly statuses: ReadonlyMap<number, number>;
  /** Requests without an answer, by the code of their problem. */
  readonly lost: ReadonlyMap<string, number>;
  readonly firstLoss?: CheckProblem;
  /** Half of what ended had failed: the rest was not asked. */
  readonly isStopped: boolean;
  readonly durationMs: number;
};

/** So many have to have ended before their failures tell anything. */
const LEAST_TO_STOP = 20;
const STOP_RATIO = 0.5;

const count = <K>(counts: Map<K, number>, key: K): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

const sum = (counts: Iterable<number>): number => [...counts].reduce((total, one) => total + one, 0);

/** Requests that found the target down: no answer, or 5xx. Being throttled (429) is an answer. */
export const failuresOf = ({ statuses, lost }: Pick<LoadResult, 'statuses' | 'lost'>): number =>
  sum(lost.values()) + sum([...statuses].flatMap(([status, times]) => (status >= 500 ? [times] : [])));

/** Sends the same request again and again, `concurrency` at a time, until enough were sent, time is up or too much failed. */
export const runLoad = async (send: () => Promise<HttpAnswer>, plan: LoadPlan): Promise<LoadResult> => {
  const { total, concurrency, signal } = plan;
  const durations: number[] = [];
  const statuses = new Map<number, number>();
  const lost = new Map<string, number>();
  let firstLoss: CheckProblem | undefined;
  let started = 0;
  const ended = (): number => durations.length + sum(lost.values());
  const isTooMuch = (): boolean =>
    ended() >= Math.min(LEAST_TO_STOP, total) && failuresOf({ statuses, lost }) >= ended() * STOP_RATIO;
  const elapsed = startTimer();

  const one = async (): Promise<void> => {
    try {
      const { status, durationMs } = await send();
      durations.push(durationMs);
      count(statuses, status);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof CheckProblem) || error.outcome === 'error') throw error;
      firstLoss ??= error;
      count(lost, error.code);
    }
  };
  const worker = async (): Promise<void> => {
    while (started < total && !signal.aborted && !isTooMuch()) {
      started += 1;
      await one();
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, total) }, worker));
  return {
    ended: ended(),
    durations,
    statuses,
    lost,
    ...(firstLoss && { firstLoss }),
    isStopped: ended() < total && isTooMuch(),
    durationMs: elapsed(),
  };
};
