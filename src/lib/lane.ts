type Waiting = { readonly work: () => Promise<unknown>; readonly of: string | undefined };

/**
 * Runs work in the order it came, at most `width` at a time; work with the same `of` one after the other. `idle` resolves
 * when nothing is left.
 */
export const createLane = (
  width: number,
): {
  readonly add: (work: () => Promise<unknown>, of?: string) => void;
  readonly idle: () => Promise<void>;
} => {
  const waiting: Waiting[] = [];
  const busy = new Set<string>();
  let running = 0;
  let whenIdle: (() => void)[] = [];
  const next = (): void => {
    if (running === 0 && waiting.length === 0) {
      for (const resolve of whenIdle) resolve();
      whenIdle = [];
      return;
    }
    while (running < width) {
      const place = waiting.findIndex(({ of }) => of === undefined || !busy.has(of));
      const [first] = place === -1 ? [] : waiting.splice(place, 1);
      if (first === undefined) return;
      const { work, of } = first;
      running += 1;
      if (of !== undefined) busy.add(of);
      void work()
        .catch(() => undefined)
        .finally(() => {
          running -= 1;
          if (of !== undefined) busy.delete(of);
          next();
        });
    }
  };
  return {
    add: (work, of) => {
      waiting.push({ work, of });
      next();
    },
    idle: () =>
      new Promise((resolve) => {
        whenIdle.push(resolve);
        next();
      }),
  };
};
