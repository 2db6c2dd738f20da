type Flight<T> = { readonly running: Promise<T>; next: Promise<T> | undefined };

/**
 * Lets everybody who asks for the same thing at the same time share one look. A look answers those who asked before it
 * began, so an answer is never older than its question; who asks later shares the next one. A look that fails fails for
 * all who shared it.
 */
export const shareLooks = <T>(): ((key: string, look: () => Promise<T>) => Promise<T>) => {
  const flights = new Map<string, Flight<T>>();

  const takeOff = (key: string, look: () => Promise<T>): Promise<T> => {
    const running = look();
    const flight: Flight<T> = { running, next: undefined };
    flights.set(key, flight);
    const land = (): void => {
      if (flight.next === undefined) flights.delete(key);
    };
    running.then(land, land);
    return running;
  };

  return (key, look) => {
    const flight = flights.get(key);
    if (flight === undefined) return takeOff(key, look);
    const again = () => takeOff(key, look);
    flight.next ??= flight.running.then(again, again);
    return flight.next;
  };
};
