import type { Result } from '../../lib/result.ts';
import { err, ok } from '../../lib/result.ts';
import { idsOf, namesOf } from '../decide/open-items.ts';
import { progressOf } from '../deployment.ts';
import type { PlanItem } from '../plan.ts';
import type { Refusal } from '../refusal.ts';
import { refusal } from '../refusal.ts';
import type { Situation } from '../situation.ts';
import { boardOf, isJudgement, isLeaf } from '../standing.ts';

type ToRun = Result<readonly string[], Refusal>;

const isRunning = ({ deployment }: Situation, id: string): boolean =>
  progressOf(deployment, id).running !== undefined;

/** What an alert is about, without what is under way; refused where nothing is left. `alertId` absent: the newest that is not over. */
export const itemsOfAlert = (situation: Situation, alertId: string | undefined): ToRun => {
  const alert = situation.deployment.alerts.findLast(({ id, state }) =>
    alertId === undefined ? state.kind !== 'resolved' : id === alertId,
  );
  if (alert === undefined) return err(withoutAlert(situation));
  const itemIds = alert.itemIds.filter((id) => !isRunning(situation, id));
  return itemIds.length > 0
    ? ok(itemIds)
    : err(refusal('check_running', 'What failed is being measured already; wait for its result.'));
};

const withoutAlert = (situation: Situation): Refusal => {
  const board = boardOf(situation);
  const red = board.plan.items.filter(
    (entry) => isMeasured(entry) && board.standing(entry.item.id) === 'red',
  );
  return red.length === 0
    ? refusal('alert_unknown', 'Nothing is red: there is nothing to measure again.')
    : refusal(
        'alert_unknown',
        `No alert is open. Red by itself: ${idsOf(red)}. Type /deploy rerun <item> for one of them.`,
      );
};

const isMeasured = (entry: PlanItem): boolean =>
  isLeaf(entry) && entry.item.body.kind === 'check' && !isJudgement(entry);

/** The by-click checks of a phase that have not run yet; refused where there are none. `effect` absent: of any. */
export const byClickIn = (
  situation: Situation,
  { phaseId, effect }: { readonly phaseId: string; readonly effect?: string },
): ToRun => {
  const lines = boardOf(situation).plan.items.filter((entry) => entry.phaseId === phaseId && entry.applies);
  const checks = lines.filter(isMeasured);
  const fresh = checks.filter(({ item }) => {
    const { measured, running, settled } = progressOf(situation.deployment, item.id);
    return measured === undefined && running === undefined && settled === undefined;
  });
  const toRun = fresh.filter(
    (entry) =>
      situation.readiness(entry).kind === 'by_click' &&
      entry.item.body.kind === 'check' &&
      (effect === undefined || entry.item.body.effect === effect),
  );
  return toRun.length > 0
    ? ok(toRun.map(({ item }) => item.id))
    : err(noneByClick(situation, { title: lines[0]?.phaseTitle ?? phaseId, checks }));
};

const noneByClick = (
  situation: Situation,
  { title, checks }: { title: string; checks: readonly PlanItem[] },
): Refusal => {
  if (checks.length === 0)
    return refusal(
      'not_a_check',
      `${title} has no automatic item. Confirm its lines, or skip them with a reason.`,
    );
  const connected = checks.filter((entry) => situation.readiness(entry).kind !== 'not_connected');
  if (connected.length === 0)
    return refusal(
      'check_not_connected',
      `No check of ${title} is connected (${namesOf(checks)}). Check them by hand and press Confirm.`,
    );
  return refusal(
    'not_a_check',
    `No check of ${title} waits for a click. To measure one again, type /deploy rerun with its id: ${idsOf(connected)}.`,
  );
};
