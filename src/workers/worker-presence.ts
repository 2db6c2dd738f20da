import type { Environment } from '../domain/checklist.ts';
import type { Instant } from '../lib/time.ts';
import { SECOND } from '../lib/time.ts';
import type { Handler } from '../queue/jobs.ts';

type Announcing = {
  announce: (
    worker: { id: string; runner: string | undefined; envNames: readonly string[] },
    now: Instant,
  ) => Promise<void>;
  leave: (id: string) => Promise<void>;
};

type Presence = Announcing & {
  listLive: (
    since: Instant,
  ) => Promise<readonly { runner: string | undefined; envNames: readonly string[] }[]>;
};

/** A worker not heard of for this long is gone. */
const ALIVE = 60 * SECOND;

/** Names of the variables that environment files let checks use: as `env:NAME`, in `env`, or for a command. */
export const referredNames = (environments: Iterable<Environment>): readonly string[] => {
  const names = new Set<string>();
  for (const { systems } of environments) {
    for (const { connections } of Object.values(systems)) {
      const { secrets, env = [], commands } = connections;
      for (const reference of Object.values(secrets)) names.add(reference.replace(/^env:/, ''));
      for (const list of [env, ...Object.values(commands).map((command) => command.env ?? [])])
        for (const name of list) names.add(name);
    }
  }
  return [...names];
};

/**
 * Tells the other processes which variables this worker holds (names, never values), and knows what live workers hold.
 * What this process does not run checks for it asks the table; `hasEnv` answers from the last look.
 */
export const createPresence = (
  store: Presence,
  self: { id: string; runner: string | undefined; isWorker: boolean; held: () => readonly string[] },
): {
  readonly refresh: (now: Instant) => Promise<void>;
  readonly leave: () => Promise<void>;
  readonly hasEnv: (name: string, runner: string | undefined) => boolean;
  /** Whether a runner of the zone is alive. */
  readonly hasRunner: (zone: string) => boolean;
} => {
  let live: readonly { runner: string | undefined; envNames: ReadonlySet<string> }[] = [];
  return {
    refresh: async (now) => {
      const { id, runner } = self;
      if (self.isWorker) await store.announce({ id, runner, envNames: self.held() }, now);
      const workers = await store.listLive(now - ALIVE);
      live = workers.map((worker) => ({ runner: worker.runner, envNames: new Set(worker.envNames) }));
    },
    leave: () => (self.isWorker ? store.leave(self.id) : Promise.resolve()),
    hasEnv: (name, runner) => live.some((worker) => worker.runner === runner && worker.envNames.has(name)),
    hasRunner: (zone) => live.some(({ runner }) => runner === zone),
  };
};

/** Runners of zones know no tables: they say in the queue that they are there. */
export const presenceHandler =
  (workers: Announcing, now: () => Date): Handler<'presence'> =>
  async ({ id, zone, envNames, isLeaving }) => {
    if (isLeaving) await workers.leave(id);
    else await workers.announce({ id, runner: zone, envNames }, now().getTime());
  };
