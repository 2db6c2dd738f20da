import type { CheckResult, Outcome } from '../check.ts';
import { OLD_VERSION, VERSION_LIVE } from '../checklist.ts';
import type { Instant } from '../../lib/time.ts';
import type { Deployment, ItemProgress, Measured } from '../deployment.ts';
import { isEnded, progressOf } from '../deployment.ts';
import type { DomainEvent } from '../events.ts';
import { evolveAll } from '../evolve/evolve.ts';
import type { PlanItem } from '../plan.ts';
import { isActive } from '../plan.ts';
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
  const { running } = progress;
  if (running === undefined) return discard('nobody waits for it any more');
  if (running.runId !== runId) return discard('a newer run replaced it');
  const board = boardOf(situation);
  const entry = board.plan.byId.get(itemId);
  if (entry === undefined) return discard('the item no longer exists');
  if (isEnded(deployment.state) && !isActive(entry, deployment)) return discard('the deployment has ended');
  const judged = judgedForVersion(situation, { board, entry, result, askedAt: running.since });
  const measured = asMeasured(judged, { runId, askedAt: running.since, at: situation.now });
  const settled: DomainEvent = {
    type: 'check_settled',
    itemId,
    measured,
    ...(Object.keys(judged.captured).length === 0 ? {} : { captured: judged.captured }),
  };
  return isWatched(situation, entry) ? watchedResult(board, { itemId, progress, settled }) : [settled];
};

const asMeasured = (result: CheckResult, run: Pick<Measured, 'runId' | 'askedAt' | 'at'>): Measured => ({
  ...run,
  outcome: result.outcome,
  line: result.line,
  tries: result.tries,
  ...(result.cause === undefined ? {} : { cause: result.cause }),
});

/** While the old version answers, what is measured in verify says nothing about the new one. */
const judgedForVersion = (
  { deployment }: Situation,
  { board, entry, result, askedAt }: { board: Board; entry: PlanItem; result: CheckResult; askedAt: Instant },
): CheckResult => {
  if (entry.section !== 'verify' || deployment.state.kind !== 'verifying') return result;
  if (entry.item.id === VERSION_LIVE) {
    return result.outcome === 'fail' ? { ...result, outcome: 'inconclusive' } : result;
  }
  if (!board.plan.byId.has(VERSION_LIVE) || askedAt >= liveSince(deployment, board)) return result;
  return { ...result, outcome: 'inconclusive', line: OLD_VERSION, captured: {} };
};

/** From when on the new version answered for sure; Infinity while it does not. */
const liveSince = (deployment: Deployment, board: Board): Instant => {
  if (!isWell(board.standing(VERSION_LIVE))) return Infinity;
  const { settled, measured } = progressOf(deployment, VERSION_LIVE);
  return settled?.at ?? measured?.askedAt ?? 0;
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
    progress: ItemProgress;
    settled: Extract<DomainEvent, { type: 'check_settled' }>;
  },
): DomainEvent[] => {
  const wasSuspect = progress.suspectSince !== undefined;
  const clear: DomainEvent[] = wasSuspect ? [{ type: 'suspicion_cleared', itemId }] : [];
  if (!isBad(settled.measured.outcome)) return [settled, ...clear];
  const before: Standing = board.standing(itemId);
  const wasAccepted = progress.accepted !== undefined;
  if (before === 'red' || wasAccepted) return [settled, ...clear];
  if (wasSuspect) return [settled, ...clear];
  const { runId } = settled.measured;
  return [
    { type: 'check_discarded', itemId, runId, why: `${settled.measured.line}; a second look decides` },
    { type: 'suspected', itemId },
  ];
};
