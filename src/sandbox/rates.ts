export type Tier = 1 | 2 | 3 | 4 | 'post' | 'frequent' | 'unlimited';

export type RateMode = 'bucket' | 'window' | 'off';

/** Calls per minute. */
const PER_MINUTE = { 1: 1, 2: 20, 3: 50, 4: 100, post: 300, frequent: 600 } as const;

/** chat.postMessage: about one a second in one channel; short bursts pass. */
const CHANNEL_BURST = 5;
const CHANNEL_PER_MINUTE = 60;

const MINUTE_MS = 60_000;

/** Takes one call; returns milliseconds to wait, 0 when it may pass. */
type Meter = (nowMs: number) => number;

const bucket = (capacity: number, perMinute: number): Meter => {
  let tokens = capacity;
  let filledAt: number | undefined;
  return (nowMs) => {
    const elapsed = filledAt === undefined ? 0 : Math.max(0, nowMs - filledAt);
    tokens = Math.min(capacity, tokens + (elapsed * perMinute) / MINUTE_MS);
    filledAt = nowMs;
    // Floating point leaves 0.9999999 where a whole token has grown.
    if (tokens < 1 - 1e-9) return ((1 - tokens) * MINUTE_MS) / perMinute;
    tokens -= 1;
    return 0;
  };
};

const rollingWindow = (limit: number): Meter => {
  const passed: number[] = [];
  return (nowMs) => {
    while (passed[0] !== undefined && nowMs - passed[0] >= MINUTE_MS) passed.shift();
    const oldest = passed[0];
    if (passed.length >= limit && oldest !== undefined) return MINUTE_MS - (nowMs - oldest);
    passed.push(nowMs);
    return 0;
  };
};

export type RateLimiter = {
  /** Seconds for the Retry-After header; 0: the call may pass. `channel` counts for posts only. */
  readonly take: (call: { method: string; tier: Tier; channel?: string | undefined }) => number;
};

export const createRateLimiter = (mode: RateMode, now: () => Date): RateLimiter => {
  const meters = new Map<string, Meter>();
  const meter = (key: string, create: () => Meter): Meter => {
    const existing = meters.get(key);
    if (existing !== undefined) return existing;
    const created = create();
    meters.set(key, created);
    return created;
  };
  return {
    take: ({ method, tier, channel }) => {
      if (mode === 'off' || tier === 'unlimited') return 0;
      const nowMs = now().getTime();
      if (tier === 'post' && channel !== undefined) {
        const wait = meter(`${method} ${channel}`, () => bucket(CHANNEL_BURST, CHANNEL_PER_MINUTE))(nowMs);
        if (wait > 0) return Math.ceil(wait / 1000);
      }
      const perMinute = PER_MINUTE[tier];
      const create = (): Meter =>
        mode === 'window' ? rollingWindow(perMinute) : bucket(perMinute, perMinute);
      return Math.ceil(meter(method, create)(nowMs) / 1000);
    },
  };
};
