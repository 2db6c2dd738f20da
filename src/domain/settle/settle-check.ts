import type { CheckResult } from '../check.ts';
import { causeOfRed, isBad, isGood } from '../check.ts';
import { versionProblem } from '../decide/set-version.ts';
import { OLD_VERSION, VERSION_AT_START, VERSION_LIVE } from '../checklist.ts';
import type { Instant } from '../../lib/time.ts';
import type { Deployment, ItemProgress, Measured } from '../deployment.ts';
import { isEnded, progressOf } from '../deployment.ts';
import type { DomainEvent, EventOf } from '../events.ts';
import { evolveAll } from '../evolve/evolve.ts';
import type { PlanItem } from '../plan.ts';
import { isActive, READ_VERSION } from '../plan.ts';
import type { Situation } from '../situation.ts';
import type { Board } from '../standing.ts';
import { boardOf, isWell } from '../standing.ts';
import type { ConfirmedRed } from '../watch/alerts.ts';
import { alertsFor, MOST_LOOKS } from '../watch/alerts.ts';

export type SettledRun = { readonly itemId: string; readonly runId: string; readonly result: CheckResult };

type Settled = EventOf<'check_settled'>;

/** What a run taught; `red`: a bad result that is certain, and news. */
type Learned = { readonly events: readonly DomainEvent[]; readonly red?: ConfirmedRed };

/** Runs have ended: what the deployment learns from them, and the alerts that a confirmed bad result raises. */
export const settleChecks = (situation: Situation, runs: readonly SettledRun[]): readonly DomainEvent[] => {
  const events: DomainEvent[] = [];
  const reds: ConfirmedRed[] = [];
  let current = situation;
  for (const run of runs) {
    const learned = settleCheck(current, run);
    events.push(...learned.events);
    if (learned.red !== undefined) reds.push(learned.red);
    current = { ...current, deployment: evolveAll(current.deployment, learned.events, current.now) };
  }
  return [...events, ...alertsFor(situation, reds)];
};

/** One run has ended. Never refused; a run nobody waits for is discarded on the record. */
const settleCheck = (situation: Situation, { itemId, runId, result }: SettledRun): Learned => {
  const { deployment } = situation;
  const progress = progressOf(deployment, itemId);
  const discard = (why: string): Learned => ({ events: [{ type: 'check_discarded', itemId, runId, why }] });
  const { running } = progress;
  if (running === undefined) return discard('nobody waits for it any more');
  if (running.runId !== runId) return discard('a newer run replaced it');
  if (itemId === VERSION_AT_START)
    return { events: [versionRead(result, { runId, askedAt: running.since })] };
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
  return isWatched(situation, entry)
    ? watchedResult(situation, { board, entry, progress, settled })
    : { events: [settled] };
};

/** Only what is surely a version teaches anything; whatever else came of it, nobody is told and nothing waits for it. */
const versionRead = (
  { outcome, line, captured }: CheckResult,
  run: { readonly runId: string; readonly askedAt: Instant },
): DomainEvent => {
  const read = captured[READ_VERSION];
  const isVersion = isGood(outcome) && typeof read === 'string' && versionProblem(read) === undefined;
  return { type: 'version_at_start_measured', version: isVersion ? read : null, line, ...run };
};

const asMeasured = (result: CheckResult, run: Pick<Measured, 'runId' | 'askedAt' | 'at'>): Measured => ({
  ...run,
  outcome: result.outcome,
  line: result.line,
  tries: result.tries,
  ...(result.cause === undefined ? {} : { cause: result.cause }),
});

/** While the old version answers, what is measured in verify, or by the ladder, says nothing about the new one. */
const judgedForVersion = (
  { deployment }: Situation,
  { board, entry, result, askedAt }: { board: Board; entry: PlanItem; result: CheckResult; askedAt: Instant },
): CheckResult => {
  if (deployment.state.kind !== 'verifying' || !isOfNewVersion(entry)) return result;
  if (entry.item.id === VERSION_LIVE) {
    return result.outcome === 'fail' ? { ...result, outcome: 'inconclusive' } : result;
  }
  if (!board.plan.byId.has(VERSION_LIVE) || askedAt >= liveSince(deployment, board)) return result;
  return { ...result, outcome: 'inconclusive', line: OLD_VERSION, captured: {} };
};

const isOfNewVersion = ({ section, item }: PlanItem): boolean =>
  section === 'verify' || section === 'watch' || item.watch;

/** From when on the new version answered for sure; Infinity while it does not. */
const liveSince = (deployment: Deployment, board: Board): Instant => {
  if (!isWell(board.standing(VERSION_LIVE))) return Infinity;
  const { settled, measured } = progressOf(deployment, VERSION_LIVE);
  return settled?.at ?? measured?.askedAt ?? 0;
};

/** After T-0 an item that was well turns red only when it was bad twice. */
const isWatched = ({ deployment }: Situation, entry: PlanItem): boolean => {
  const { running } = progressOf(deployment, entry.item.id);
  const kind = running?.reason.kind;
  const isLater = kind === 'follow_up' || kind === 'second_look' || deployment.state.kind === 'watching';
  return deployment.anchors.deployed !== undefined && isLater && entry.section !== 'rollback';
};

type Result = { board: Board; entry: PlanItem; progress: ItemProgress; settled: Settled };

const watchedResult = ({ now }: Situation, result: Result): Learned => {
  const { settled, progress } = result;
  const { itemId, measured } = settled;
  const { suspectSince } = progress;
  const counts: DomainEvent[] =
    suspectSince === undefined ? [settled] : [settled, { type: 'suspicion_cleared', itemId }];
  if (isGood(measured.outcome)) return { events: counts };
  if (!isBad(measured.outcome)) {
    return suspectSince === undefined || looksOf(progress) >= MOST_LOOKS
      ? { events: counts }
      : { events: lookAgain(settled, 'it was bad before; another look decides') };
  }
  const red = { itemId, measured };
  if (suspectSince !== undefined) return { events: counts, red: { ...red, since: suspectSince } };
  if (isKnown(result)) return { events: counts };
  return isByClick(result.entry)
    ? { events: counts, red: { ...red, since: now } }
    : { events: lookAgain(settled, 'a second look decides') };
};

/** How often a suspicion was looked at, this time included. */
const looksOf = ({ suspectLooks = 0 }: ItemProgress): number => suspectLooks + 1;

const lookAgain = ({ itemId, measured: { runId, line } }: Settled, why: string): DomainEvent[] => [
  { type: 'check_discarded', itemId, runId, why: `${line}; ${why}` },
  { type: 'suspected', itemId },
];

/** Red already, or accepted for this very reason: no news. */
const isKnown = ({ board, progress: { accepted }, settled: { itemId, measured } }: Result): boolean =>
  board.standing(itemId) === 'red' ||
  (accepted !== undefined && accepted.cause === causeOfRed(itemId, measured));

/** The bot may not look a second time: what a click found counts at once. */
const isByClick = ({ item: { body } }: PlanItem): boolean => body.kind === 'check' && body.effect !== 'read';
