import { namesOf } from '../domain/decide/open-items.ts';
import { askedRollback, losingPlans, RESTORE } from '../domain/decide/roll-back.ts';
import type { RollbackRun } from '../domain/deployment.ts';
import type { DomainEvent, EventOf } from '../domain/events.ts';
import { quoted } from '../domain/refusal.ts';
import type { Situation } from '../domain/situation.ts';
import { leftOutText } from './acts.ts';
import { boardOf } from '../domain/standing.ts';
import { MINUTE } from '../lib/time.ts';

type Done = {
  readonly events: readonly DomainEvent[];
  /** A command shows nothing by itself, a button is answered by the card it stands on. */
  readonly isTyped: boolean;
  /** Lines a group confirmation did not take, each with why. */
  readonly leftOut?: readonly string[];
};

/** One line about what was done, for the one who asked; undefined where the card says it already. */
export const answerTo = (
  situation: Situation,
  { events, isTyped, leftOut = [] }: Done,
): string | undefined => {
  const waits = events.find(({ type }) => type === 'go_deferred' || type === 'rollback_asked');
  if (waits !== undefined) return wordsFor(situation, waits);
  if (!isTyped) return undefined;
  const confirmed = events.filter((event) => event.type === 'item_confirmed');
  if (confirmed.length > 1 || leftOut.length > 0) {
    const rest = leftOut.length === 0 ? '' : ` ${leftOutText(leftOut)}`;
    return `Confirmed: ${confirmed.map(({ itemId }) => titleOf(situation, itemId)).join(', ')}.${rest}`;
  }
  return events.map((event) => wordsFor(situation, event)).find((text) => text !== undefined);
};

const wordsFor = (situation: Situation, event: DomainEvent): string | undefined =>
  'itemId' in event ? itemWords(situation, event) : deploymentWords(situation, event);

type OnItem = Extract<DomainEvent, { itemId: string }>;

const itemWords = (situation: Situation, event: OnItem): string | undefined => {
  const title = titleOf(situation, event.itemId);
  switch (event.type) {
    case 'item_confirmed':
      return `Confirmed: ${title}.`;
    case 'item_skipped':
      return `Skipped: ${title}.${event.debtId === undefined ? '' : ' It stays a debt for the sign-off.'}`;
    case 'item_marked_not_applicable':
      return `Not applicable: ${title}.`;
    case 'item_failed':
      return `Failed: ${title} (${event.reason}).`;
    case 'item_undone':
      return `Undone: ${title}.`;
    case 'red_accepted':
      return `Accepted: ${title}. It stays a debt for the sign-off.`;
    case 'item_noted':
      return `Noted at ${title}.`;
    default:
      return undefined;
  }
};

const deploymentWords = (
  { deployment, rules, ...situation }: Situation,
  event: Exclude<DomainEvent, OnItem>,
): string | undefined => {
  const subject = `${deployment.system} #${deployment.number}`;
  switch (event.type) {
    case 'checks_requested':
      return event.reason.kind === 'click'
        ? `Running: ${event.runs.map(({ itemId }) => titleOf({ ...situation, deployment, rules }, itemId)).join(', ')}.`
        : undefined;
    case 'version_set':
      return `The version of ${subject} is ${quoted(event.version)}.${askedAgain({ ...situation, deployment, rules }, event.itemIds)}`;
    case 'go_deferred':
      return `Re-measuring ${event.itemIds.length === 1 ? '1 result' : `${event.itemIds.length} results`} older than ${rules.goFreshness / MINUTE} min; Go again when they are in.`;
    case 'go_given':
      return `Go is given for ${subject}.`;
    case 'no_go_given':
      return `${subject} is on hold.`;
    case 'resumed':
      return `${subject} goes on.`;
    case 'deployed':
      return `Deployed: ${subject} is being verified.`;
    case 'deployed_undone':
      return `Deployed is taken back: ${subject} is being deployed.`;
    case 'aborted':
      return `${subject} is aborted.${event.locked ? ` ${deployment.environment} stays locked.` : ''}`;
    case 'rollback_asked':
      return askedWords({ ...situation, deployment, rules }, event);
    case 'rollback_started':
      return `${subject} is rolling back. The steps stand on the card.`;
    case 'signed':
      return `Signed for ${subject} as ${event.role}.`;
    case 'alert_acknowledged':
      return 'The alert is acknowledged.';
    case 'alert_taken_over':
      return 'You have taken the alert over.';
    default:
      return undefined;
  }
};

/** What waits now, and both ways on. Asked for anything else than somebody else did, it is no second voice for that. */
const askedWords = (situation: Situation, event: EventOf<'rollback_asked'>): string => {
  const { by, plans, targetVersion } = event;
  const { number, system } = situation.deployment;
  const earlier = askedRollback(situation);
  const instead =
    earlier === undefined || earlier.by === by
      ? ''
      : ` <@${earlier.by}> had asked for ${lossText(situation, earlier)}: this is a new ask in place of that, and confirms nothing.`;
  const to = targetVersion === null ? '' : ` to=${targetVersion}`;
  const typed = `/deploy rollback #${number} plan=${plans.join(',')}${to}`;
  return `Asked: rollback of ${system} #${number} with data loss (${lossText(situation, event)}).${instead} A second person confirms it within ${situation.rules.rollbackAsk / MINUTE} min by choosing Roll back… or typing ${typed} <reason>; or you type ${RESTORE} yourself: ${typed} ${RESTORE} <reason>.`;
};

/** `database, back to 1.0.0`. */
const lossText = (
  situation: Situation,
  { plans, targetVersion }: Pick<RollbackRun, 'plans' | 'targetVersion'>,
): string =>
  `${losingPlans(situation, plans).join(', ')}${targetVersion === null ? '' : `, back to ${targetVersion}`}`;

const askedAgain = (situation: Situation, itemIds: readonly string[]): string => {
  const { plan } = boardOf(situation);
  const names = namesOf(plan.items.filter(({ item }) => itemIds.includes(item.id)));
  return names === '' ? '' : ` Asked again, since it was about another version: ${names}.`;
};

const titleOf = (situation: Situation, itemId: string): string =>
  boardOf(situation).plan.byId.get(itemId)?.item.title ?? itemId;
