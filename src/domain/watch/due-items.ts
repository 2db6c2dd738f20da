import type { Due, DueSource } from '../due.ts';
import type { Instant } from '../../lib/time.ts';
import { DAY } from '../../lib/time.ts';
import type { Deployment } from '../deployment.ts';
import { progressOf } from '../deployment.ts';
import { request, runsByItself } from '../request-checks.ts';
import type { PlanItem } from '../plan.ts';
import { isActive } from '../plan.ts';
import type { Situation } from '../situation.ts';
import type { Board } from '../standing.ts';
import { isLeaf, isWell } from '../standing.ts';
import { momentOf } from './ladder.ts';

/** Items with a time of their own: a check is measured then; a person is told, and reminded, in work hours. */
export const dueItemDues: DueSource = (situation, board) =>
  board.plan.items
    .filter((entry) => isActive(entry, situation.deployment) && isLeaf(entry))
    .flatMap((entry): Due[] => {
      const at = itemDueAt(situation, entry);
      if (at === undefined || isWell(board.standing(entry.item.id))) return [];
      if (runsByItself(situation, entry)) return measureOnce(situation, entry, at);
      const told = situation.calendar.nextWorkTime(at);
      return [reminderDue(situation, { key: `item:${entry.item.id}`, told, since: told })];
    });

const measureOnce = (situation: Situation, entry: PlanItem, at: Instant): Due[] => {
  const { measured, running, suspectSince } = progressOf(situation.deployment, entry.item.id);
  return measured === undefined && running === undefined && suspectSince === undefined
    ? [{ at, fire: () => request(situation, { kind: 'stage' }, [entry]) }]
    : [];
};

/** What is due with its stage is reminded in one for all people, once it is late. */
export const stageItemDues: DueSource = (situation, board) => {
  const { deployment, calendar, rules } = situation;
  const since = stageSince(deployment);
  if (since === undefined || !board.plan.items.some((entry) => waitsForPeople(situation, board, entry)))
    return [];
  const told = calendar.nextWorkTime(since + rules.itemReminder);
  return [reminderDue(situation, { key: `items:${deployment.state.kind}`, told, since })];
};

const waitsForPeople = (situation: Situation, board: Board, entry: PlanItem): boolean =>
  entry.item.required &&
  isActive(entry, situation.deployment) &&
  isLeaf(entry) &&
  entry.item.body.kind !== 'timer' &&
  itemDueAt(situation, entry) === undefined &&
  !isWell(board.standing(entry.item.id)) &&
  !runsByItself(situation, entry);

/** Since when the work of a state waits for people. Absent: a gate, a hold or a nag asks for it already. */
const stageSince = ({ state, anchors }: Deployment): Instant | undefined => {
  switch (state.kind) {
    case 'preparing':
      return anchors.start;
    case 'verifying':
    case 'watching':
      return state.since;
    default:
      return undefined;
  }
};

/** First when it is told, then once it is late, then daily. */
const reminderDue = (
  { deployment, calendar, rules }: Situation,
  { key, told, since }: { key: string; told: Instant; since: Instant },
): Due => {
  const last = deployment.reminded[key];
  const late = calendar.nextWorkTime(since + rules.itemReminder);
  const again =
    last === undefined || last < told ? told : last < late ? late : calendar.nextWorkTime(last + DAY);
  return { at: again, fire: () => [{ type: 'reminded', key }] };
};

/** When an item is due; undefined for items that are due with their stage. Work after a rollback is due the next work morning. */
export const itemDueAt = (
  { deployment, calendar }: Pick<Situation, 'deployment' | 'calendar'>,
  { item, section }: PlanItem,
): Instant | undefined => {
  if (section === 'after') {
    return deployment.state.kind === 'rolled_back'
      ? calendar.nextWorkMorning(deployment.state.at)
      : undefined;
  }
  return item.at === undefined ? undefined : momentOf(item.at, deployment.anchors);
};
