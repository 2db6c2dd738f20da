import { MINUTE, SECOND } from '../../lib/time.ts';
import type { CheckResult } from '../check.ts';
import { zoneOf } from '../check.ts';
import type { Due, DueSource } from '../due.ts';
import { VERSION_LIVE } from '../checklist.ts';
import { progressOf } from '../deployment.ts';
import type { DomainEvent } from '../events.ts';
import type { PlanItem } from '../plan.ts';
import { request, runsByItself } from '../request-checks.ts';
import { isActive, measuredBy } from '../plan.ts';
import { settleChecks } from '../settle/settle-check.ts';
import { pausesOf } from '../sampling.ts';
import type { Rules, Situation } from '../situation.ts';

/** A run nobody answered for ends inconclusive; it never hangs. All that are lost by now end together. */
export const lostRunDues: DueSource = (situation, { plan }) => {
  const runs = Object.entries(situation.deployment.items).flatMap(([itemId, { running }]) => {
    if (running === undefined) return [];
    const entry = measuredBy(situation, plan, itemId);
    const limit = lostAfter(situation.rules, entry);
    const zone = zoneIn(situation, entry);
    return [{ itemId, runId: running.runId, limit, zone, at: running.since + limit }];
  });
  if (runs.length === 0) return [];
  const fire = () =>
    settleChecks(
      situation,
      runs
        .filter(({ at }) => at <= situation.now)
        .map(({ itemId, runId, limit, zone }) => ({ itemId, runId, result: lostResult(limit, zone) })),
    );
  return [{ at: Math.min(...runs.map(({ at }) => at)), fire }];
};

/** Whose runner should have answered. */
const zoneIn = ({ checklist }: Situation, entry: PlanItem | undefined): string | undefined =>
  entry?.item.body.kind === 'check'
    ? zoneOf({ definition: entry.item.body.check, connections: checklist.connections })
    : undefined;

const lostResult = (durationMs: number, zone: string | undefined): CheckResult => ({
  outcome: 'inconclusive',
  line: `no answer within ${Math.ceil(durationMs / MINUTE)} min: is ${zone === undefined ? 'a worker' : `the runner of ${zone}`} running?`,
  findings: [],
  observation: {},
  captured: {},
  durationMs,
  tries: 0,
});

/** The longest deadline, and what is tried when a check says nothing of it. */
const LONGEST_TRY = MINUTE;
const USUAL_RETRY = { max: 2, delayMs: 5 * SECOND };

/** A check that may take longer than the usual limit, with all its tries, is waited for a minute longer than that. */
const lostAfter = ({ lostRun }: Rules, entry: PlanItem | undefined): number => {
  if (entry?.item.body.kind !== 'check') return lostRun;
  const { timeoutMs = LONGEST_TRY, retry = USUAL_RETRY, sampling } = entry.item.body.check;
  const { max, delayMs = USUAL_RETRY.delayMs } = retry;
  const once = (max + 1) * timeoutMs + max * delayMs;
  const longest = sampling === undefined ? once : sampling.count * once + pausesOf(sampling);
  return Math.max(lostRun, longest + MINUTE);
};

/** Waits that are over end together. */
export const timerDues: DueSource = (situation, { plan }) => {
  const timers = plan.items.flatMap(({ item }) => {
    const { activeSince, settled } = progressOf(situation.deployment, item.id);
    return item.body.kind === 'timer' && activeSince !== undefined && settled === undefined
      ? [{ itemId: item.id, at: activeSince + item.body.durationMs }]
      : [];
  });
  if (timers.length === 0) return [];
  const fire = (): readonly DomainEvent[] =>
    timers.filter(({ at }) => at <= situation.now).map(({ itemId }) => ({ type: 'timer_elapsed', itemId }));
  return [{ at: Math.min(...timers.map(({ at }) => at)), fire }];
};

/** What takes longer than this is asked less often. */
const EAGER = 10 * MINUTE;
const SLOWER = 6;

/** version-live, and the checks of a rollback, are asked again until they hold. */
export const pollDues: DueSource = (situation, board) => {
  const { deployment, rules, now } = situation;
  const { state } = deployment;
  if (state.kind !== 'verifying' && state.kind !== 'rolling_back') return [];
  const { kind, since } = state;
  const pause = now - since < EAGER ? rules.poll : SLOWER * rules.poll;
  return board.plan.items
    .filter((entry) => (kind === 'verifying' ? entry.item.id === VERSION_LIVE : entry.section === 'rollback'))
    .filter((entry) => isActive(entry, deployment) && runsByItself(situation, entry))
    .flatMap((entry): Due[] => {
      const { measured, running, settled } = progressOf(deployment, entry.item.id);
      const isGood = measured?.outcome === 'pass' || measured?.outcome === 'warn';
      if (measured === undefined || isGood || running !== undefined || settled !== undefined) return [];
      return [{ at: measured.at + pause, fire: () => request(situation, { kind: 'refresh' }, [entry]) }];
    });
};
