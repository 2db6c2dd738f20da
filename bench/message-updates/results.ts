import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../../src/db/connect.ts';
import { storeOn } from '../../src/db/store.ts';
import type { CheckResult } from '../../src/domain/check.ts';
import { silentLog } from '../../src/lib/log.ts';

export type Run = { readonly id: string; readonly deploymentId: string };

const PASSED: CheckResult = {
  outcome: 'pass',
  line: 'status is 200',
  findings: [],
  observation: { status: 200 },
  captured: {},
  durationMs: 40,
  tries: 1,
};

/** Runs in turns of their deployments: the first of each, then the second of each. */
export const inTurns = (runs: readonly Run[]): readonly Run[] => {
  const seen = new Map<string, number>();
  const placed = runs.map((run) => {
    const turn = (seen.get(run.deploymentId) ?? 0) + 1;
    seen.set(run.deploymentId, turn);
    return { run, turn };
  });
  return placed.toSorted((a, b) => a.turn - b.turn).map(({ run }) => run);
};

/**
 * Hands in a result for each run, evenly over the time, as the checks worker does: the run is finished and asked to be
 * settled in one transaction. Returns when the last of each deployment was handed in, in milliseconds since the epoch.
 */
export const handIn = async (
  databaseUrl: string,
  { runs, withinMs }: { readonly runs: readonly Run[]; readonly withinMs: number },
): Promise<ReadonlyMap<string, number>> => {
  const database = connect(databaseUrl, { name: 'bench', max: 8, log: silentLog });
  const store = storeOn(database.db);
  const handedIn = new Map<string, number>();
  const finish = ({ id, deploymentId }: Run) =>
    store.transact(async (tx) => {
      const now = Date.now();
      if (!(await tx.runs.finish(id, PASSED, now))) throw new Error(`Run ${id} has a result already`);
      await tx.outbox.add([{ queue: 'results', payload: { deploymentId } }], now);
      await tx.wakeRelays();
      handedIn.set(deploymentId, now);
    });
  try {
    const from = performance.now();
    const under: Promise<void>[] = [];
    for (const [index, run] of runs.entries()) {
      const due = from + ((index + 1) * withinMs) / runs.length;
      await sleep(Math.max(0, due - performance.now()));
      under.push(finish(run));
    }
    await Promise.all(under);
    return handedIn;
  } finally {
    await database.close();
  }
};
