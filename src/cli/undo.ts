/** Collects how to end what was started. */
export type Undo = { readonly add: (end: () => Promise<void>) => void };

/**
 * Starts several things, one after the other. `stop` ends them in reverse order; when a start fails what was started
 * before it is ended. A part that cannot be ended keeps no other from ending.
 * @throws AggregateError from `stop`, when something could not be ended.
 */
export const startUndoably = async <T>(
  start: (undo: Undo) => Promise<T>,
): Promise<{ readonly started: T; readonly stop: () => Promise<void> }> => {
  const ends: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const end of ends.splice(0).reverse())
      await end().catch((cause: unknown) => {
        failures.push(cause);
      });
    if (failures.length > 0) throw new AggregateError(failures, 'Not everything could be ended');
  };
  try {
    return { started: await start({ add: (end) => ends.push(end) }), stop };
  } catch (error) {
    // What kept it from starting says more than what then could not be ended.
    await stop().catch(() => undefined);
    throw error;
  }
};
