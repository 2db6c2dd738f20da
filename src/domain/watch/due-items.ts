import type { Due, DueSource } from '../due.ts';
import type { Instant } from '../../lib/time.ts';
import { progressOf } from '../deployment.ts';
import { request, runsByItself } from '../request-checks.ts';
import type { PlanItem } from '../plan.ts';
import { isActive } from '../plan.ts';
import type { Situation } from '../situation.ts';
import { isWell } from '../standing.ts';
import { momentOf } from './ladder.ts';

/** Items with a time of their own: a check is measured then; a person is reminded once, in work hours. */
export const dueItemDues: DueSource = (situation, board) =>
  board.plan.items
    .filter((entry) => isActive(entry, situation.deployment))
    .flatMap((entry): Due[] => {
      const at = itemDueAt(situation, entry);
      if (at === undefined || isWell(board.standing(entry.item.id))) return [];
      const { measured, running } = progressOf(situation.deployment, entry.item.id);
      if (runsByItself(situation, entry)) {
        const isOpen = measured === undefined && running === undefined;
        return isOpen ? [{ at, fire: () => request(situation, { kind: 'stage' }, [entry]) }] : [];
      }
      const key = `item:${entry.item.id}`;
      return situation.deployment.reminded[key] === undefined
        ? [{ at: situation.calendar.nextWorkTime(at), fire: () => [{ type: 'reminded', key }] }]
        : [];
    });

/** When an item is due; undefined for items that are due with their stage. Work after a rollback is due the next work time. */
export const itemDueAt = (
  { deployment, calendar }: Situation,
  { item, section }: PlanItem,
): Instant | undefined => {
  if (section === 'after') {
    return deployment.state.kind === 'rolled_back' ? calendar.nextWorkTime(deployment.state.at) : undefined;
  }
  return item.at === undefined ? undefined : momentOf(item.at, deployment.anchors);
};
