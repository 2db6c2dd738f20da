import type { CheckResult } from '../domain/check.ts';
import { judgeSamples, sampleOf } from '../domain/sampling.ts';
import type { Instant } from '../lib/time.ts';
import type { Transact, Tx, WantedRun } from './stores.ts';

/** The job that asks for a run. A zone shares nothing but the queue: what it runs goes along. */
export const jobOf = ({ id, zone, effect, request, sample }: WantedRun & { readonly sample?: number }) =>
  zone === undefined
    ? { queue: 'checks', payload: { runId: id } }
    : {
        queue: 'zone',
        payload: {
          zone,
          runId: id,
          effect,
          request,
          ...(request.definition.sampling !== undefined && { sample: sample ?? 0 }),
        },
      };

type Arrived = {
  readonly runId: string;
  readonly result: CheckResult;
  /** How many measurements were taken before this one; absent: the check is measured once. */
  readonly sample?: number | undefined;
  readonly now: Instant;
};

/** Keeps the result of a run, once, and asks for it to be settled, unless it is one of several measurements. */
export const takeResult = (transact: Transact, arrived: Arrived): Promise<void> =>
  transact(async (tx) => {
    const { runId, sample, now } = arrived;
    const result = sample === undefined ? arrived.result : await judged(tx, { ...arrived, sample });
    const finished = result === undefined ? undefined : await tx.runs.finish(runId, result, now);
    if (finished === undefined) return;
    await tx.outbox.add([{ queue: 'results', payload: { deploymentId: finished.deploymentId } }], now);
    await tx.wakeRelays();
  });

/** What this measurement and those before it say; undefined: another one is needed, or this one came twice. */
const judged = async (
  tx: Tx,
  { runId, result, sample, now }: Arrived & { readonly sample: number },
): Promise<CheckResult | undefined> => {
  const held = await tx.samples.hold(runId);
  const sampling = held?.request.definition.sampling;
  if (held === undefined || sampling === undefined || held.samples.length !== sample) return undefined;
  const verdict = judgeSamples(sampling, held.samples, result);
  if (verdict === undefined)
    await tx.samples.keep(runId, [...held.samples, sampleOf(result)], now + sampling.intervalMs);
  return verdict;
};

/** Asked for in one round at most. */
const BATCH = 200;

/** Asks for the measurements whose time has come. */
export const askForSamples = (transact: Transact, now: Instant): Promise<void> =>
  transact(async (tx) => {
    const due = await tx.samples.takeDue(now, BATCH);
    if (due.length === 0) return;
    await tx.outbox.add(due.map(jobOf), now);
    await tx.wakeRelays();
  });
