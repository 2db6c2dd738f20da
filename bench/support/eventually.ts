import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until there is an answer; says what it waited for when there is none in time. */
export const eventually = async <T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  { withinMs = 30_000, everyMs = 50 }: { withinMs?: number; everyMs?: number } = {},
): Promise<T> => {
  const end = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new Error(`Waited ${withinMs} ms in vain for: ${what}`);
    await sleep(everyMs);
  }
};
