import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../domain/check.ts';
import type { Log } from '../lib/log.ts';
import { formatDuration } from '../lib/matching/units.ts';
import type { Measured } from './check.ts';
import { CheckProblem, isBug, problemOf } from './problem.ts';
import type { reachVerdict } from './verdict.ts';
import { type Verdict } from './verdict.ts';

/** How one try ended: judged, or with the reason why nothing was measured. */
export type Attempt =
  | { readonly kind: 'judged'; readonly measured: Measured; readonly verdict: Verdict }
  | { readonly kind: 'problem'; readonly problem: CheckProblem };

type TryOnce = (signal: AbortSignal) => Promise<Measured>;

export type Plan = {
  readonly target: string;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly delayMs: number;
  readonly retryOn: 'transport' | 'any';
  readonly tryOnce: TryOnce;
  readonly judge: (measured: Measured) => ReturnType<typeof reachVerdict>;
  /** Aborts when the worker stops. */
  readonly signal: AbortSignal;
  readonly log: Log;
};

const stopped = (): CheckProblem =>
  new CheckProblem('stopped before it was finished', { outcome: 'inconclusive', code: 'stopped' });

const tooLate = ({ target, timeoutMs }: Plan): CheckProblem =>
  new CheckProblem(`${target}: no answer within ${formatDuration(timeoutMs)}`, {
    outcome: 'timed_out',
    code: 'timed_out',
    isTransport: true,
  });

/** Runs one try. Holds its deadline even when what it runs does not look at its signal. */
const measureOnce = async (plan: Plan): Promise<Measured> => {
  const controller = new AbortController();
  const { signal } = controller;
  const stop = (): void => controller.abort(stopped());
  const timer = setTimeout(() => controller.abort(tooLate(plan)), plan.timeoutMs);
  plan.signal.addEventListener('abort', stop, { once: true });
  if (plan.signal.aborted) stop();
  const ended = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as CheckProblem), { once: true });
    if (signal.aborted) reject(signal.reason as CheckProblem);
  });
  try {
    // Started inside a promise: what throws at once must not leave `ended` without a listener.
    const running = signal.aborted ? ended : Promise.resolve().then(() => plan.tryOnce(signal));
    running.catch((error: unknown) => {
      if (signal.aborted) plan.log.debug({ err: error, target: plan.target }, 'check_ended_late');
    });
    return await Promise.race([running, ended]);
  } catch (error) {
    // An abort shows up as many different errors below; the deadline is what happened.
    throw signal.aborted ? (signal.reason as CheckProblem) : error;
  } finally {
    clearTimeout(timer);
    plan.signal.removeEventListener('abort', stop);
    // Whatever the try left open has no reader any more.
    controller.abort(stopped());
  }
};

const attemptOnce = async (plan: Plan): Promise<Attempt> => {
  try {
    const measured = await measureOnce(plan);
    return { kind: 'judged', measured, verdict: plan.judge(measured) };
  } catch (error) {
    const problem = problemOf(error, plan.target);
    if (isBug(problem)) plan.log.error({ err: error, target: plan.target }, 'check_broke');
    return { kind: 'problem', problem };
  }
};

const GOOD: ReadonlySet<Outcome> = new Set(['pass', 'warn']);

const isWorthAnother = (attempt: Attempt, { retryOn, signal }: Plan): boolean => {
  if (signal.aborted) return false;
  if (attempt.kind === 'problem') return retryOn === 'any' || attempt.problem.isTransport;
  if (GOOD.has(attempt.verdict.outcome)) return false;
  return retryOn === 'any' || attempt.measured.isTransport === true;
};

const pause = async ({ delayMs, signal, log, target }: Plan): Promise<void> => {
  try {
    await sleep(delayMs, undefined, { signal });
  } catch (error) {
    log.debug({ err: error, target }, 'check_stopped_between_tries');
  }
};

/** Tries until it is worth no more; what counts is the last try. */
export const attempt = async (plan: Plan): Promise<{ last: Attempt; tries: number }> => {
  for (let tries = 1; ; tries += 1) {
    const last = await attemptOnce(plan);
    if (tries > plan.retries || !isWorthAnother(last, plan)) return { last, tries };
    plan.log.debug({ target: plan.target, tries }, 'check_tried_again');
    await pause(plan);
    if (plan.signal.aborted) return { last, tries };
  }
};
