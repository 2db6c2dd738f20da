import type { Alert } from '../../domain/deployment.ts';
import type { Scene } from '../scene.ts';
import { inline, plural } from '../text.ts';

/** What is broken, first of all: `Tasks can be read: rows[0].tasks expected >= 5, got 3`. One of several checks stands for all. */
export const alertWords = (
  { board }: Scene,
  { itemIds, line }: Pick<Alert, 'itemIds' | 'line'>,
  max: number,
): string => {
  const [first = '', ...others] = itemIds;
  const title = inline(board.plan.byId.get(first)?.item.title ?? first, 80);
  const more = others.length === 0 ? '' : ` and ${plural(others.length, 'more check')}`;
  return `${title}${more}: ${inline(line, max)}`;
};
