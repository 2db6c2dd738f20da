import type { CheckResult } from '../domain/check.ts';
import type { Instant } from '../lib/time.ts';
import type { Transact } from './stores.ts';

type Arrived = { readonly runId: string; readonly result: CheckResult; readonly now: Instant };

/** Keeps the result of a run, once, and asks for it to be settled. Undefined: it had one already, or there is no such run. */
export const takeResult = (
  transact: Transact,
  { runId, result, now }: Arrived,
): Promise<{ readonly deploymentId: string } | undefined> =>
  transact(async (tx) => {
    const finished = await tx.runs.finish(runId, result, now);
    if (finished === undefined) return undefined;
    await tx.outbox.add([{ queue: 'results', payload: { deploymentId: finished.deploymentId } }], now);
    await tx.wakeRelays();
    return finished;
  });
