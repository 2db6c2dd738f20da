export type Ids = {
  /** Message timestamp: seconds and microseconds, unique and rising even when the clock stands still. */
  readonly ts: () => string;
  /** A Slack-like id: the prefix and ten characters. */
  readonly next: (prefix: string) => string;
};

export const createIds = (now: () => Date): Ids => {
  let lastMicros = 0;
  let count = 0;
  return {
    ts: () => {
      lastMicros = Math.max(now().getTime() * 1000, lastMicros + 1);
      const seconds = Math.floor(lastMicros / 1_000_000);
      return `${seconds}.${String(lastMicros % 1_000_000).padStart(6, '0')}`;
    },
    next: (prefix) => {
      count += 1;
      return `${prefix}${count.toString(36).toUpperCase().padStart(10, '0')}`;
    },
  };
};
