import type { KnownBlock } from '@slack/types';
import type { PlanItem } from '../../domain/plan.ts';
import { hasWayBack } from '../../domain/decide/roll-back.ts';
import { reachedSections } from '../../domain/settle/find-item.ts';
import { itemActions } from '../item/actions.ts';
import type { ItemAction } from '../item/actions.ts';
import { itemButtons } from '../item/buttons.ts';
import { struckTitle, titleText } from '../item/number.ts';
import { decisionText, measuredText, settledText } from '../item/words.ts';
import { actions, context, section } from '../kit.ts';
import { blockId } from '../ref.ts';
import type { Scene } from '../scene.ts';
import { decidedAt, focusOf, isRecent, isRedYet, linesOf, progressIn } from '../scene.ts';
import { SHAPE, settledShape } from '../shapes.ts';
import { dotted, plural } from '../text.ts';
import { rollBackButton } from './buttons.ts';
import type { Detail } from './detail.ts';
import { wasRed } from './people-lines.ts';

/** Items with the same cause from this number on stand as one row. */
const ONE_CAUSE_FROM = 3;

type RedRow = { readonly entry: PlanItem; readonly isSettled: boolean; readonly sameCause: number };

/** What failed, each with what can be done; in the stage of preparation it is only "not yet". */
export const redBlocks = (scene: Scene, detail: Detail): KnownBlock[] => {
  const rows = redRows(scene);
  const shown = rows.slice(0, detail.rows);
  const hidden = rows.slice(detail.rows).reduce((sum, { sameCause }) => sum + 1 + sameCause, 0);
  const more =
    hidden === 0 ? [] : [context('red-more', `and ${hidden} more ${isRedYet(scene) ? 'red' : 'not yet'}`)];
  return [...shown.flatMap((row) => rowBlocks(scene, row, detail)), ...more];
};

/** Whether anything stands in this zone. */
export const hasRed = (scene: Scene): boolean => redEntries(scene).length > 0;

/** Red items in the order of the file, one of each common cause, and those settled within the last minute. */
const redRows = (scene: Scene): readonly RedRow[] => {
  const entries = redEntries(scene);
  const causeOf = (entry: PlanItem): string | undefined => progressIn(scene, entry).measured?.cause;
  const byCause = new Map<string, PlanItem[]>();
  for (const entry of entries.filter((one) => isRed(scene, one))) {
    const cause = causeOf(entry);
    if (cause !== undefined) byCause.set(cause, [...(byCause.get(cause) ?? []), entry]);
  }
  return entries.flatMap((entry): RedRow[] => {
    if (!isRed(scene, entry)) return [{ entry, isSettled: true, sameCause: 0 }];
    const same = byCause.get(causeOf(entry) ?? '') ?? [];
    if (same.length < ONE_CAUSE_FROM) return [{ entry, isSettled: false, sameCause: 0 }];
    return same[0] === entry ? [{ entry, isSettled: false, sameCause: same.length - 1 }] : [];
  });
};

const isRed = (scene: Scene, { item }: PlanItem): boolean => scene.board.standing(item.id) === 'red';

/** After T-0 whatever the ladder looks at may turn red, wherever it stands in the file. */
const redEntries = (scene: Scene): readonly PlanItem[] => {
  const { deployment } = scene.situation;
  const focus = focusOf(scene);
  const isAfter = deployment.state.kind === 'verifying' || deployment.state.kind === 'watching';
  const sections = isAfter ? reachedSections(deployment.state) : focus;
  return linesOf(scene, sections).filter(
    (entry) =>
      (focus.includes(entry.section) || entry.item.watch) &&
      (isRed(scene, entry) || (wasRed(scene, entry) && isRecent(scene, decidedAt(progressIn(scene, entry))))),
  );
};

const rowBlocks = (scene: Scene, row: RedRow, detail: Detail): KnownBlock[] => {
  const { entry, isSettled } = row;
  const id = entry.item.id;
  if (isSettled) {
    const title = struckTitle(scene, entry, detail.title);
    const shape = settledShape(scene.board.standing(id));
    const text = `${shape} ${dotted(title, decisionText(scene, entry, detail.line))}`;
    const [undo] = itemButtons(
      scene,
      entry,
      itemActions(scene, entry).filter((act) => act === 'undo'),
    );
    return [section(blockId('red', id), text, undo)];
  }
  const buttons = itemButtons(scene, entry, buttonsFor(scene, entry));
  const rollBack = offersRollBack(scene) ? [rollBackButton(scene)] : [];
  return [
    section(blockId('red', id), redText(scene, row, detail)),
    actions(blockId('red-act', id), [...buttons.slice(0, -1), ...rollBack, ...buttons.slice(-1)]),
  ];
};

/** At most four with Roll back: the row has to stay readable on a phone. */
const buttonsFor = (scene: Scene, entry: PlanItem): readonly ItemAction[] => {
  const acts = itemActions(scene, entry);
  return offersRollBack(scene) && acts.includes('accept') ? acts.filter((act) => act !== 'skip') : acts;
};

/** While deploying the menu has it; a red row offers it once the new version is there. */
const offersRollBack = ({ situation: { deployment } }: Scene): boolean =>
  deployment.state.kind !== 'deploying' && hasWayBack(deployment);

const redText = (scene: Scene, { entry, sameCause }: RedRow, { title, line }: Detail): string => {
  const { settled, running } = progressIn(scene, entry);
  const shape = isRedYet(scene) ? SHAPE.red : SHAPE.notYet;
  return `${shape} ${dotted(
    titleText(scene, entry, title),
    isRedYet(scene) ? undefined : 'not yet',
    settled === undefined ? measuredText(scene, entry, line) : settledText(settled, line),
    sameCause === 0 ? undefined : `${plural(sameCause, 'more check')} with the same cause`,
    running === undefined ? undefined : 'being measured again',
  )}`;
};
