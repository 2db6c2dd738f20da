import type { CheckResult, Outcome } from '../check.ts';
import { OLD_VERSION, VERSION_LIVE } from '../checklist.ts';
import type { Measured } from '../deployment.ts';
import { isEnded, progressOf } from '../deployment.ts';
import type { DomainEvent } from '../events.ts';
import { evolveAll } from '../evolve/evolve.ts';
import type { PlanItem } from '../plan.ts';
import type { Situation } from '../situation.ts';
import type { Board, Standing } from '../standing.ts';
import { boardOf, isWell } from '../standing.ts';
import { alertsFor } from '../watch/alerts.ts';

export type SettledRun = { readonly itemId: string; readonly runId: string; readonly result: CheckResult };

/** Runs have ended: what the deployment learns from them, and the alerts that a confirmed bad result raises. */
export const settleChecks = (situation: Situation, runs: readonly SettledRun[]): readonly DomainEvent[] => {
  const events: DomainEvent[] = [];
  let current = situation;
  for (const run of runs) {
    const learned = settleCheck(current, run);
    events.push(...learned);
    current = { ...current, deployment: evolveAll(current.deployment, learned, current.now) };
  }
  return [...events, ...alertsFor(situation, events)];
};

/** One run has ended. Never refused; a run nobody waits for is discarded on the record. */
const settleCheck = (situation: Situation, { itemId, runId, result }: SettledRun): readonly DomainEvent[] => {
  const { deployment } = situation;
  const progress = progressOf(deployment, itemId);
  const discard = (why: string): DomainEvent[] => [{ type: 'check_discarded', itemId, runId, why }];
  if (progress.running?.runId !== runId) return discard('a newer run replaced it');
  if (isEnded(deployment.state)) return discard('the deployment has ended');
  const board = boardOf(situation);
  const entry = board.plan.byId.get(itemId);
  if (entry === undefined) return discard('the item no longer exists');
  const measured = asMeasured(runId, judgedForVersion(situation, { board, entry, result }), situation.now);
  const settled: DomainEvent = {
    type: 'check_settled',
    itemId,
    measured,
    ...(Object.keys(result.captured).length === 0 ? {} : { captured: result.captured }),
  };
  return isWatched(situation, entry) ? watchedResult(board, { itemId, progress, settled }) : [settled];
};

const asMeasured = (runId: string, result: CheckResult, now: number): Measured => ({
  runId,
  outcome: result.outcome,
  line: result.line,
  at: now,
  tries: result.tries,
  ...(result.cause === undefined ? {} : { cause: result.cause }),
});

/** While the old version answers, what is measured in verify says nothing about the new one. */
const judgedForVersion = (
  { deployment }: Situation,
  { board, entry, result }: { board: Board; entry: PlanItem; result: CheckResult },
): CheckResult => {
  if (entry.section !== 'verify' || deployment.state.kind !== 'verifying') return result;
  if (entry.item.id === VERSION_LIVE) {
    return result.outcome === 'fail' ? { ...result, outcome: 'inconclusive' } : result;
  }
  if (!board.plan.byId.has(VERSION_LIVE) || isWell(board.standing(VERSION_LIVE))) return result;
  return { ...result, outcome: 'inconclusive', line: OLD_VERSION, captured: {} };
};

const BAD: ReadonlySet<Outcome> = new Set(['fail', 'error', 'timed_out']);
export const isBad = (outcome: Outcome): boolean => BAD.has(outcome);

/** After T-0 an item that was well turns red only when it was bad twice. */
const isWatched = ({ deployment }: Situation, entry: PlanItem): boolean => {
  const { running } = progressOf(deployment, entry.item.id);
  const kind = running?.reason.kind;
  const isLater = kind === 'follow_up' || kind === 'second_look' || deployment.state.kind === 'watching';
  return deployment.anchors.deployed !== undefined && isLater && entry.section !== 'rollback';
};

const watchedResult = (
  board: Board,
  {
    itemId,
    progress,
    settled,
  }: {
    itemId: string;
    progress: { readonly suspectSince?: number };
    settled: Extract<DomainEvent, { type: 'check_settled' }>;
  },
): DomainEvent[] => {
  const wasSuspect = progress.suspectSince !== undefined;
  const clear: DomainEvent[] = wasSuspect ? [{ type: 'suspicion_cleared', itemId }] : [];
  if (!isBad(settled.measured.outcome)) return [settled, ...clear];
  const before: Standing = board.standing(itemId);
  if (before === 'red' || before === 'accepted') return [settled, ...clear];
  if (wasSuspect) return [settled, ...clear];
  const { runId } = settled.measured;
  return [
    { type: 'check_discarded', itemId, runId, why: `${settled.measured.line}; a second look decides` },
    { type: 'suspected', itemId },
  ];
};
