import type { Log } from '../lib/log.ts';
import { stated } from '../lib/stated.ts';
import type { Handlers } from '../queue/jobs.ts';
import type { Messenger } from '../slack/messenger/messenger.ts';
import type { Loop } from '../usecases/world.ts';
import { rendersHandler } from './draw-message.ts';
import { paint } from './paint.ts';
import type { CheckWorkerDeps } from './run-checks.ts';
import { checksHandler } from './run-checks.ts';
import { noticesHandler } from './send-notices.ts';
import { followupsHandler, resultsHandler } from './settle-results.ts';
import type { WorkerStore } from './stores.ts';
import { presenceHandler } from './worker-presence.ts';

export type HandlerDeps = {
  readonly roles: ReadonlySet<string>;
  readonly loop: Loop;
  readonly store: WorkerStore;
  /** Present with the role bot. */
  readonly messenger: Messenger | undefined;
  readonly env: (name: string) => string | undefined;
  /** As in `CheckWorkerDeps`. */
  readonly inbound: CheckWorkerDeps['inbound'];
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly log: Log;
};

/** Which queues this process serves, by its roles. */
export const workerHandlers = ({
  roles,
  loop,
  store,
  messenger,
  env,
  inbound,
  sleep,
  log,
}: HandlerDeps): Handlers => ({
  ...(roles.has('worker')
    ? {
        checks: checksHandler({ store, env, now: loop.now, log, ...stated({ inbound }) }),
        results: resultsHandler(loop),
        presence: presenceHandler(store.workers, loop.now),
      }
    : {}),
  ...(roles.has('scheduler') ? { followups: followupsHandler(loop) } : {}),
  ...(messenger === undefined
    ? {}
    : {
        renders: rendersHandler({ loop, store, messenger, paint, sleep, log }),
        notices: noticesHandler({ loop, store, messenger, sleep, log }),
      }),
});
