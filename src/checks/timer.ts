/**
 * Starts measuring; the function tells the milliseconds since, to a tenth. A monotonic clock on purpose: it measures how
 * long something took, never what time it is, so it is not the injected one.
 */
export const startTimer = (): (() => number) => {
  const startedAt = performance.now();
  return () => Math.round((performance.now() - startedAt) * 10) / 10;
};
