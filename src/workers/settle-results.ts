import type { Handler } from '../queue/jobs.ts';
import { passTime } from '../usecases/pass-time.ts';
import { settleResults } from '../usecases/settle-results.ts';
import { takeResult } from '../usecases/take-result.ts';
import type { Loop } from '../usecases/world.ts';

/** What a zone found is kept; results of one deployment are settled, a hundred at a time until none are left. */
export const resultsHandler =
  (loop: Loop): Handler<'results'> =>
  async (payload) => {
    if ('result' in payload) {
      await takeResult(loop.transact, { ...payload, now: loop.now().getTime() });
      return;
    }
    const { deploymentId } = payload;
    while (await settleResults(loop, deploymentId)) {
      // Each round is a transaction of its own, so that people get their turn in between.
    }
  };

/** The clock has come to a deployment. */
export const followupsHandler =
  (loop: Loop): Handler<'followups'> =>
  ({ deploymentId }) =>
    passTime(loop, deploymentId);
