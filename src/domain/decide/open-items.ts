import type { PlanItem, Section } from '../plan.ts';
import type { Board } from '../standing.ts';
import { isWell } from '../standing.ts';

/** Required items of the sections on which nothing may open yet, leaves and state checks, in the order of the file. */
export const openRequired = (board: Board, sections: readonly Section[]): readonly PlanItem[] =>
  board.plan.items.filter(
    (entry) =>
      sections.includes(entry.section) &&
      entry.item.required &&
      isUndecided(board, entry) &&
      !isWell(board.standing(entry.item.id)),
  );

/** Parents and twins are the sum of others; naming them too would name things twice. */
const isUndecided = (board: Board, { item: { body } }: PlanItem): boolean =>
  body.kind !== 'parent' && (body.kind !== 'twin' || !board.plan.byId.has(body.of));

const MOST_NAMED = 10;

/** "A, B and C", at most ten, then "and 4 more". */
export const namesOf = (entries: readonly PlanItem[]): string =>
  listOf(entries.map(({ item }) => item.title));

/** The same with their ids, as people type them. */
export const idsOf = (entries: readonly PlanItem[]): string => listOf(entries.map(({ item }) => item.id));

const listOf = (all: readonly string[]): string => {
  const named = all.slice(0, MOST_NAMED);
  const more = all.length - named.length;
  if (more > 0) return `${named.join(', ')} and ${more} more`;
  return named.length < 2 ? named.join('') : `${named.slice(0, -1).join(', ')} and ${named.at(-1) ?? ''}`;
};
