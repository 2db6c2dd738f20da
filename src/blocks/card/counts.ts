import type { KnownBlock } from '@slack/types';
import { progressOf } from '../../domain/deployment.ts';
import { isOutOfReach, wasConnected } from '../../domain/request-checks.ts';
import { isLeaf, isWell } from '../../domain/standing.ts';
import { context } from '../kit.ts';
import type { Scene } from '../scene.ts';
import { focusOf, linesOf } from '../scene.ts';
import { dotted, plural } from '../text.ts';
import { isDue, waitsForVersion } from './people-lines.ts';

/** `33 by hand, not connected · 23 not applicable · 2 skipped (debts)`; none when there is nothing to count. */
export const countBlocks = (scene: Scene): KnownBlock[] => {
  const { situation, board } = scene;
  const { debts, items } = situation.deployment;
  const lines = linesOf(scene, focusOf(scene));
  const byHand = lines.filter(
    (entry) =>
      entry.item.body.kind === 'check' &&
      situation.readiness(entry).kind === 'not_connected' &&
      !wasConnected(situation.deployment, entry),
  );
  const away = lines.filter((entry) => isOutOfReach(situation, entry));
  const open = byHand.filter(({ item }) => !isWell(board.standing(item.id)));
  const later = lines.filter((entry) => !isDue(scene, entry) && !isWell(board.standing(entry.item.id)));
  const old = lines.filter(
    (entry) => waitsForVersion(scene, entry) && board.standing(entry.item.id) === 'unclear',
  );
  const absent = board.plan.items.filter(
    (entry) =>
      isLeaf(entry) &&
      (!entry.applies || progressOf(situation.deployment, entry.item.id).settled?.kind === 'not_applicable'),
  );
  const skipped = Object.values(items).filter(({ settled }) => settled?.kind === 'skipped');
  const owed = debts.filter(({ acceptedBy }) => acceptedBy === undefined);
  const text = dotted(
    counted(byHand.length, `by hand, not connected${open.length === 0 ? ' (all settled)' : ''}`),
    counted(away.length, 'not measurable now, no worker'),
    counted(old.length, 'wait for the new version'),
    counted(later.length, 'due later'),
    counted(absent.length, 'not applicable'),
    skippedText(skipped.length, owed.filter(({ kind }) => kind === 'skip' || kind === 'override').length),
    counted(owed.filter(({ kind }) => kind === 'accepted_red').length, 'accepted red (debts)'),
    owed.some(({ kind }) => kind === 'deployed_early') ? 'deployed over open items (debt)' : undefined,
  );
  return text === '' ? [] : [context('counts', text)];
};

const counted = (count: number, what: string): string | undefined =>
  count === 0 ? undefined : `${count} ${what}`;

/** Items skipped, and for how many of them the sign-off still has to answer. */
const skippedText = (skipped: number, owed: number): string | undefined => {
  if (skipped === 0) return undefined;
  const debts = owed === 0 ? '' : owed === skipped ? ' (debts)' : ` (${plural(owed, 'debt')})`;
  return `${skipped} skipped${debts}`;
};
