import cron from 'node-cron';
import type { Log } from '../lib/log.ts';
import type { Instant } from '../lib/time.ts';
import { SECOND } from '../lib/time.ts';
import { noteAlive } from '../usecases/note-alive.ts';
import type { RetentionStore } from './retention.ts';
import { retain } from './retention.ts';
import { askForSamples } from '../usecases/take-result.ts';
import type { Transact } from '../usecases/stores.ts';

/** What the clock looks for. Everything is a row; a tick only wakes. */
export type SchedulerStore = {
  readonly deployments: { listDue: (now: Instant, limit: number) => Promise<string[]> };
  readonly messages: {
    takeRedraws: (now: Instant) => Promise<string[]>;
    listBehind: (now: Instant) => Promise<string[]>;
  };
  readonly notices: { listOpen: (times: { before: Instant; now: Instant }) => Promise<string[]> };
  readonly runs: {
    listUnsettledDeployments: (before: Instant) => Promise<string[]>;
    listStale: (before: Instant, limit: number) => Promise<string[]>;
  };
  readonly transact: Transact;
} & RetentionStore;

export type SchedulerDeps = {
  readonly store: SchedulerStore;
  /** Looks for places that are held for long. */
  readonly nagLocks: () => Promise<void>;
  readonly add: (queue: string, payload: Record<string, string>) => Promise<void>;
  /** Asks for what should have been done already. */
  readonly addAgain: (queue: string, payload: Record<string, string>) => Promise<void>;
  readonly now: () => Date;
  readonly log: Log;
};

/** Left this long, a row was forgotten by a crash or a lost job, not merely waiting. */
const FORGOTTEN = 5 * SECOND;
/** A run may wait in a full queue; asking again earlier would only fill it more. */
const RUN_FORGOTTEN = 30 * SECOND;
const BATCH = 200;

/** Deployments whose time has come. */
export const tick = async ({ store, add, now }: SchedulerDeps): Promise<void> => {
  const at = now().getTime();
  await askForSamples(store.transact, at);
  const due = await store.deployments.listDue(at, BATCH);
  const redraws = await store.messages.takeRedraws(at);
  await Promise.all([
    ...due.map((deploymentId) => add('followups', { deploymentId })),
    ...redraws.map((messageId) => add('renders', { messageId })),
  ]);
};

/** Rows that a crash, or a flushed queue, left waiting. Asking twice does no harm. */
export const sweep = async ({ store, addAgain, now }: SchedulerDeps): Promise<void> => {
  const at = now().getTime();
  const [behind, open, unsettled, stale] = await Promise.all([
    store.messages.listBehind(at),
    store.notices.listOpen({ before: at - FORGOTTEN, now: at }),
    store.runs.listUnsettledDeployments(at - FORGOTTEN),
    store.runs.listStale(at - RUN_FORGOTTEN, BATCH),
  ]);
  await Promise.all([
    ...behind.map((messageId) => addAgain('renders', { messageId })),
    ...open.map((noticeId) => addAgain('notices', { noticeId })),
    ...unsettled.map((deploymentId) => addAgain('results', { deploymentId })),
    ...stale.map((runId) => addAgain('checks', { runId })),
  ]);
};

/** Cron expression with seconds, and what it does. */
type Beat = { readonly name: string; readonly every: string; readonly work: () => Promise<void> };

/** Runs beats on the clock, never two of one kind at once; the first of each at once. Returns how to stop. */
export const startBeats = (beats: readonly Beat[], log: Log): { readonly stop: () => Promise<void> } => {
  const running = new Map<string, Promise<void>>();
  const run = ({ name, work }: Beat): void => {
    if (running.has(name)) return;
    const round = work()
      .catch((err: unknown) => log.warn({ err, beat: name }, 'beat_failed'))
      .finally(() => running.delete(name));
    running.set(name, round);
  };
  const tasks = beats.map((beat) => {
    run(beat);
    return cron.schedule(beat.every, () => run(beat), { name: beat.name, noOverlap: true });
  });
  return {
    stop: async () => {
      for (const task of tasks) await task.destroy();
      await Promise.all(running.values());
    },
  };
};

/** The beats of the scheduler role. */
export const schedulerBeats = (deps: SchedulerDeps): readonly Beat[] => [
  { name: 'tick', every: '* * * * * *', work: () => tick(deps) },
  { name: 'alive', every: '*/10 * * * * *', work: () => noteAlive(deps.store.transact, deps.now) },
  { name: 'locks', every: '*/5 * * * * *', work: deps.nagLocks },
  { name: 'sweep', every: '*/5 * * * * *', work: () => sweep(deps) },
  {
    name: 'retention',
    every: '30 */10 * * * *',
    work: () => retain(deps.store, { now: deps.now().getTime() }),
  },
];
