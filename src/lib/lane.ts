/** Runs work in the order it came, at most `width` at a time. `idle` resolves when nothing is left. */
export const createLane = (
  width: number,
): { readonly add: (work: () => Promise<unknown>) => void; readonly idle: () => Promise<void> } => {
  const waiting: (() => Promise<unknown>)[] = [];
  let running = 0;
  let whenIdle: (() => void)[] = [];
  const next = (): void => {
    if (running === 0 && waiting.length === 0) {
      for (const resolve of whenIdle) resolve();
      whenIdle = [];
      return;
    }
    while (running < width) {
      const work = waiting.shift();
      if (work === undefined) return;
      running += 1;
      void work()
        .catch(() => undefined)
        .finally(() => {
          running -= 1;
          next();
        });
    }
  };
  return {
    add: (work) => {
      waiting.push(work);
      next();
    },
    idle: () =>
      new Promise((resolve) => {
        whenIdle.push(resolve);
        next();
      }),
  };
};
