import type { PlanItem } from '../../domain/plan.ts';
import type { Board } from '../../domain/standing.ts';
import { isLeaf } from '../../domain/standing.ts';
import { bold, inline, struck } from '../text.ts';
import type { Scene } from '../scene.ts';

/** Lines in the order of the file; the checklist is pinned, so a line's place never changes during a deployment. */
const numbered = ({ plan }: Board): readonly PlanItem[] => plan.items.filter(isLeaf);

/** The number a line has on the card, for typing; undefined for sums, twins and judgements about others. */
export const numberOf = (board: Board, itemId: string): number | undefined => {
  const place = numbered(board).findIndex(({ item }) => item.id === itemId);
  return place === -1 ? undefined : place + 1;
};

/** The item id somebody means who typed the card's number. */
export const itemIdByNumber = (board: Board, number: number): string | undefined =>
  numbered(board)[number - 1]?.item.id;

const withNumber = ({ board }: Scene, { item }: PlanItem, title: string): string => {
  const number = numberOf(board, item.id);
  return number === undefined ? title : `${number}. ${title}`;
};

/** `12. *Quota is enough*`. */
export const titleText = (scene: Scene, entry: PlanItem, max: number): string =>
  withNumber(scene, entry, bold(inline(entry.item.title, max)));

/** The same, settled. */
export const struckTitle = (scene: Scene, entry: PlanItem, max: number): string =>
  withNumber(scene, entry, struck(inline(entry.item.title, max)));
