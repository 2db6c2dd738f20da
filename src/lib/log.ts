/** The level is a promise: error = a person must act, warn = healed itself, info = one line per transition, debug = the rest. */
export type Log = {
  readonly [level in 'error' | 'warn' | 'info' | 'debug']: (fields: object, event: string) => void;
};

/** A log that keeps nothing, for tests and for code that runs before the log exists. */
export const silentLog: Log = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};
