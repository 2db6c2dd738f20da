import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../lib/log.ts';
import { attempt, type Plan } from './attempts.ts';
import type { Measured } from './check.ts';
import { CheckProblem, ourFault } from './problem.ts';
import { reachVerdict } from './verdict.ts';

const definition = { kind: 'x', params: {}, expect: { n: 1 } };

const plan = (changes: Partial<Plan>): Plan => ({
  target: 'x',
  timeoutMs: 1000,
  retries: 2,
  delayMs: 1,
  retryOn: 'transport',
  tryOnce: () => Promise.resolve({ observation: { n: 1 } }),
  judge: (measured) => reachVerdict(measured, { definition, passes: {}, now: new Date(0) }),
  signal: new AbortController().signal,
  log: silentLog,
  ...changes,
});

const refused = new CheckProblem('refused', {
  outcome: 'fail',
  code: 'connection_refused',
  isTransport: true,
});

/** Gives one after the other, the last one again and again. */
const inTurn = (...results: (Measured | Error)[]) => {
  let turn = 0;
  return () => {
    const result = results[Math.min(turn, results.length - 1)]!;
    turn += 1;
    return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
  };
};

const outcomeOf = async (changes: Partial<Plan>): Promise<readonly [string, number]> => {
  const { last, tries } = await attempt(plan(changes));
  return [last.kind === 'judged' ? last.verdict.outcome : last.problem.outcome, tries];
};

describe('tries', () => {
  it('end with the first that measured', async () => {
    expect(await outcomeOf({ tryOnce: inTurn(refused, { observation: { n: 1 } }) })).toEqual(['pass', 2]);
  });

  it('end when there are no more', async () => {
    expect(await outcomeOf({ tryOnce: inTurn(refused) })).toEqual(['fail', 3]);
    expect(await outcomeOf({ tryOnce: inTurn(refused), retries: 0 })).toEqual(['fail', 1]);
  });

  it('are not repeated for a wrong value or a fault of ours', async () => {
    expect(await outcomeOf({ tryOnce: inTurn({ observation: { n: 2 } }) })).toEqual(['fail', 1]);
    expect(await outcomeOf({ tryOnce: inTurn(ourFault('no', 'no')) })).toEqual(['error', 1]);
  });

  it('are repeated for anything when told so', async () => {
    const wrong = { observation: { n: 2 } };
    expect(await outcomeOf({ tryOnce: inTurn(wrong, { observation: { n: 1 } }), retryOn: 'any' })).toEqual([
      'pass',
      2,
    ]);
    expect(await outcomeOf({ tryOnce: inTurn(wrong), retryOn: 'any' })).toEqual(['fail', 3]);
  });

  it('are repeated for a measurement that is itself a matter of the network', async () => {
    const closed = { observation: { n: 2 }, isTransport: true };
    expect(await outcomeOf({ tryOnce: inTurn(closed, { observation: { n: 1 } }) })).toEqual(['pass', 2]);
  });
});

describe('the deadline', () => {
  it('holds even for what does not look at its signal, and never ends', async () => {
    expect(
      await outcomeOf({ tryOnce: () => new Promise(() => undefined), timeoutMs: 30, retries: 1 }),
    ).toEqual(['timed_out', 2]);
  });

  it('is what counts, whatever error the abort causes', async () => {
    const tryOnce = async (signal: AbortSignal): Promise<Measured> => {
      await sleep(10_000, undefined, { signal });
      return { observation: {} };
    };
    expect(await outcomeOf({ tryOnce, timeoutMs: 20, retries: 0 })).toEqual(['timed_out', 1]);
  });

  it('leaves a late failure to the log', async () => {
    const events: string[] = [];
    const log = { ...silentLog, debug: (_: object, event: string) => events.push(event) };
    const tryOnce = async (): Promise<Measured> => {
      await sleep(40);
      throw new Error('late');
    };
    await outcomeOf({ tryOnce, timeoutMs: 10, retries: 0, log });
    await expect.poll(() => events, { timeout: 10_000 }).toContain('check_ended_late');
  });

  it('closes what a try left open', async () => {
    let left: AbortSignal | undefined;
    await outcomeOf({
      tryOnce: (signal) => {
        left = signal;
        return Promise.resolve({ observation: { n: 1 } });
      },
    });
    expect(left?.aborted).toBe(true);
  });
});

describe('a stopping worker', () => {
  it('ends a try, and the pause between tries, as inconclusive or as they stood', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    expect(
      await outcomeOf({ tryOnce: () => new Promise(() => undefined), signal: controller.signal }),
    ).toEqual(['inconclusive', 1]);
    const second = new AbortController();
    setTimeout(() => second.abort(), 20);
    expect(await outcomeOf({ tryOnce: inTurn(refused), delayMs: 10_000, signal: second.signal })).toEqual([
      'fail',
      1,
    ]);
  });

  it('starts nothing any more', async () => {
    let isStarted = false;
    const tryOnce = (): Promise<Measured> => {
      isStarted = true;
      return Promise.resolve({ observation: {} });
    };
    expect(await outcomeOf({ tryOnce, signal: AbortSignal.abort() })).toEqual(['inconclusive', 1]);
    expect(isStarted).toBe(false);
  });
});

describe('a try that throws before it promises anything', () => {
  it('is a problem like any other', async () => {
    const tryOnce = (): Promise<Measured> => {
      throw refused;
    };
    expect(await outcomeOf({ tryOnce, retries: 1 })).toEqual(['fail', 2]);
  });
});

describe('what nobody foresaw', () => {
  it('is an error with a line that shows nothing of the exception, which goes to the log', async () => {
    const events: string[] = [];
    const log = { ...silentLog, error: (_: object, event: string) => events.push(event) };
    const { last } = await attempt(plan({ tryOnce: inTurn(new TypeError('secret inside')), log }));
    expect(last).toMatchObject({
      kind: 'problem',
      problem: { outcome: 'error', message: 'x: the check broke (TypeError)' },
    });
    expect(events).toEqual(['check_broke']);
  });
});
