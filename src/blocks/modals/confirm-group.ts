import type { KnownBlock, ModalView } from '@slack/types';
import type { PlanItem } from '../../domain/plan.ts';
import { itemActions } from '../item/actions.ts';
import { whyByHand } from '../item/words.ts';
import { INPUT, VIEW } from '../ids.ts';
import { context, modal, section } from '../kit.ts';
import { encodeRef } from '../ref.ts';
import type { Scene } from '../scene.ts';
import { focusOf, linesOf } from '../scene.ts';
import { bold, fitted, inline, plural } from '../text.ts';
import { isDue } from '../card/people-lines.ts';
import { boxInputs } from './inputs.ts';

/** Lines of a phase that one click each would confirm: those a group confirmation may name. An approval is never one of many. */
export const confirmableTogether = (scene: Scene, phaseId: string): readonly PlanItem[] =>
  openLines(scene, phaseId).filter(
    (entry) => entry.item.body.kind !== 'approval' && itemActions(scene, entry).includes('confirm'),
  );

/** Lines that ask something, or somebody in particular. */
const confirmableAlone = (scene: Scene, phaseId: string): readonly PlanItem[] => {
  const together = new Set(confirmableTogether(scene, phaseId));
  return openLines(scene, phaseId).filter((entry) => {
    const acts = itemActions(scene, entry);
    return !together.has(entry) && (acts.includes('confirm') || acts.includes('confirm_line'));
  });
};

const openLines = (scene: Scene, phaseId: string): readonly PlanItem[] =>
  linesOf(scene, focusOf(scene)).filter((entry) => entry.phaseId === phaseId && isDue(scene, entry));

/** More lines than this take a second round; a modal has room for a hundred blocks. */
const MOST_LINES = 200;

/** Names each line, all ticked; taking a tick away excludes the line. Lines to confirm one by one are named below. */
export const confirmGroupModal = (scene: Scene, phaseId: string): ModalView => {
  const lines = confirmableTogether(scene, phaseId).slice(0, MOST_LINES);
  const alone = confirmableAlone(scene, phaseId);
  const title = lines[0]?.phaseTitle ?? alone[0]?.phaseTitle ?? phaseId;
  const boxes = lines.map((entry) => ({
    id: entry.item.id,
    label: entry.item.title,
    isTicked: true,
    ...descriptionOf(scene, entry),
  }));
  const text =
    lines.length === 0
      ? 'No line can be confirmed together.'
      : `${plural(lines.length, 'line')}. Take the tick away from what you did not check.`;
  return modal({
    id: VIEW.confirmGroup,
    title: 'Confirm group',
    ...(lines.length === 0 ? {} : { submit: 'Confirm' }),
    ref: encodeRef({ deploymentId: scene.situation.deployment.id, phaseId }),
    blocks: [
      section('about', `${bold(inline(title, 200))} · ${text}`),
      ...boxInputs(INPUT.lines, { label: 'Lines', boxes }),
      ...aloneNote(alone),
    ],
  });
};

const descriptionOf = (scene: Scene, entry: PlanItem): { description?: string } => {
  const { item } = entry;
  if (item.body.kind === 'check') {
    const readiness = scene.situation.readiness(entry);
    return readiness.kind === 'not_connected'
      ? { description: `by hand: ${readiness.missing.join(', ')}` }
      : {};
  }
  return whyByHand(scene, entry, 75) === undefined || item.note === undefined
    ? {}
    : { description: item.note };
};

const aloneNote = (alone: readonly PlanItem[]): KnownBlock[] =>
  alone.length === 0
    ? []
    : [
        context(
          'alone',
          `To confirm one by one: ${fitted(
            alone.map(({ item }) => inline(item.title, 80)),
            { max: 1000, separator: ', ' },
          )}`,
        ),
      ];
