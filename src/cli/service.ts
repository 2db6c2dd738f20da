import { randomBytes } from 'node:crypto';
import type { Log } from '../lib/log.ts';
import { SECOND } from '../lib/time.ts';
import type { ExitCode } from './command.ts';

/** Id of one unforeseen error: the person reads it, the log has it beside the stack. */
export const newErrorId = (): string => randomBytes(4).toString('hex');

/** What is in hand may take this long to end after the first signal. */
export const DRAIN_MS = 10 * SECOND;

/**
 * npm forwards a Ctrl-C that the terminal has already sent to everybody: a repetition this soon is the same keystroke.
 */
const SAME_KEYSTROKE_MS = 500;

const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
type Signal = keyof typeof SIGNAL_NUMBERS;

/** The part of `process` a service needs. */
export type ServiceProcess = {
  on(event: Signal | 'uncaughtException', listener: (what: unknown) => void): unknown;
  off(event: Signal | 'uncaughtException', listener: (what: unknown) => void): unknown;
  exit(code: number): void;
};

export type ServiceOptions = {
  /** Starts everything; resolves with how to end it. */
  readonly start: () => Promise<{ readonly stop: () => Promise<void> }>;
  readonly log: Log;
  /** Default SIGTERM and SIGINT. A closed terminal (SIGHUP) ends only what belongs to that terminal. */
  readonly signals?: readonly Signal[];
  readonly drainMs?: number;
  readonly self?: ServiceProcess;
};

/**
 * Runs until a signal asks it to end, and resolves with the exit code once all has ended: 0, or 1 when it ended because
 * of an error nobody foresaw. A signal during the start ends it as soon as it has started. After `drainMs`, or at a
 * second signal, the process exits at once: what was cut off is in the database and is taken up by the next start.
 */
export const runService = async ({
  start,
  log,
  signals = ['SIGTERM', 'SIGINT'],
  drainMs = DRAIN_MS,
  self = process,
}: ServiceOptions): Promise<ExitCode> => {
  let asked: { readonly at: number; readonly deadline: NodeJS.Timeout } | undefined;
  let code: ExitCode = 0;
  let wake: () => void = () => undefined;
  const asksToEnd = new Promise<void>((resolve) => (wake = resolve));

  const ask = (): void => {
    const deadline = setTimeout(() => {
      log.error({ drainMs }, 'stop_took_too_long');
      self.exit(1);
    }, drainMs);
    asked = { at: Date.now(), deadline };
    wake();
  };
  const onSignal = (signal: unknown): void => {
    if (asked === undefined) {
      log.info({ signal }, 'stopping');
      ask();
      return;
    }
    if (signal === 'SIGINT' && Date.now() - asked.at < SAME_KEYSTROKE_MS) return;
    log.warn({ signal }, 'stop_cut_short');
    self.exit(128 + SIGNAL_NUMBERS[signal as Signal]);
  };
  // The state of the process is unknown after this: it ends in order, and whoever supervises it starts it again.
  const onBug = (err: unknown): void => {
    log.error({ err, errorId: newErrorId() }, 'uncaught_exception');
    code = 1;
    if (asked === undefined) ask();
  };
  for (const signal of signals) self.on(signal, onSignal);
  self.on('uncaughtException', onBug);
  try {
    const { stop } = await start();
    await asksToEnd;
    await stop();
    return code;
  } finally {
    clearTimeout(asked?.deadline);
    for (const signal of signals) self.off(signal, onSignal);
    self.off('uncaughtException', onBug);
  }
};
