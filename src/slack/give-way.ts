/** Lets requests that somebody waits for go before work that has been acknowledged already. */
export type GiveWay = {
  /** A request is being answered as long as this runs. */
  readonly answering: <T>(work: () => Promise<T>) => Promise<T>;
  /** Resolves once no request has been answered for a moment; under a lasting flood one after the other all the same. */
  readonly turn: () => Promise<void>;
};

/** Clicks come in bursts: the next request of one follows within this time. */
const QUIET_MS = 10;
/** While more is asked without a pause, one order goes on each time this has passed, so that nothing stands still. */
const LONGEST_MS = 100;
const LOOK_AGAIN_MS = 5;

/** Works in this process: it shares one thread, and carrying out one order takes as long as answering dozens of requests. */
export const createGiveWay = ({
  now,
  sleep,
}: {
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<unknown>;
}): GiveWay => {
  let open = 0;
  let lastAnswer = Number.NEGATIVE_INFINITY;
  let lastInFlood = Number.NEGATIVE_INFINITY;
  const isQuiet = (at: number): boolean => open === 0 && at - lastAnswer >= QUIET_MS;
  return {
    answering: async (work) => {
      open += 1;
      try {
        return await work();
      } finally {
        open -= 1;
        lastAnswer = now().getTime();
      }
    },
    turn: async () => {
      const since = now().getTime();
      for (let at = since; !isQuiet(at); at = now().getTime()) {
        if (at - Math.max(since, lastInFlood) >= LONGEST_MS) {
          lastInFlood = at;
          return;
        }
        await sleep(LOOK_AGAIN_MS);
      }
    },
  };
};
