import { setTimeout as sleep } from 'node:timers/promises';
import { runCheck } from '../checks/run-check.ts';
import { createTurns } from '../checks/turns.ts';
import { MAY_HAVE_RUN } from '../domain/may-have-run.ts';
import type { Log } from '../lib/log.ts';
import type { Handler, Jobs } from '../queue/jobs.ts';

export type ZoneDeps = {
  readonly jobs: Pick<Jobs, 'add'>;
  readonly env: (name: string) => string | undefined;
  readonly now: () => Date;
  readonly log: Log;
};

/** Between two tries to hand back a result while the queue does not take it. */
const PAUSE_MS = 1000;

/** Carries out what a zone is asked for, with what this machine reaches and holds, and sends back what it found. */
export const zoneHandler = ({ jobs, env, now, log }: ZoneDeps): Handler<'zone'> => {
  const turns = createTurns();
  return async ({ runId, effect, request, sample }, signal, { isAgain, addedAt }) => {
    const result =
      isAgain && effect !== 'read'
        ? MAY_HAVE_RUN
        : await runCheck(request, { env, now, signal, log, turns, askedAt: addedAt });
    // Stopped by a shutdown: the queue gives it to the next runner of the zone.
    if (signal.aborted && effect === 'read') throw new Error('stopped before it was finished');
    await handBack(() => jobs.add('results', { runId, result, ...(sample !== undefined && { sample }) }), {
      signal,
      log,
    });
    log.info({ runId, outcome: result.outcome, durationMs: result.durationMs }, 'check_finished');
  };
};

/** A result is not measured twice because the queue was away for a moment; what writes must not be. */
const handBack = async (
  send: () => Promise<void>,
  { signal, log }: { readonly signal: AbortSignal; readonly log: Log },
): Promise<void> => {
  for (;;) {
    try {
      await send();
      return;
    } catch (err) {
      log.warn({ err }, 'result_not_handed_back');
      if (signal.aborted) throw err;
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  }
};
