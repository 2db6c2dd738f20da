import type { KnownBlock, ModalView } from '@slack/types';
import { VERSION_LIVE } from '../../domain/checklist.ts';
import type { PlanItem } from '../../domain/plan.ts';
import { itemActions } from '../item/actions.ts';
import { filled } from '../item/fill.ts';
import { INPUT, VIEW } from '../ids.ts';
import { context, input, modal, section } from '../kit.ts';
import { encodeRef } from '../ref.ts';
import type { Scene } from '../scene.ts';
import { focusOf, linesOf } from '../scene.ts';
import { bold, fitted, inline, plural } from '../text.ts';
import { isDue, waitsForVersion } from '../card/people-lines.ts';
import { boxInputs, textInput } from './inputs.ts';

/** The open lines of a phase, by what it takes to confirm them. */
export type GroupLines = {
  /** One click each. */
  readonly byClick: readonly PlanItem[];
  /** They ask what was seen; one line said once holds for all of them. */
  readonly withLine: readonly PlanItem[];
  /** Left to themselves: an approval is never one of many, and each figure is another. */
  readonly alone: readonly PlanItem[];
};

/** What a group confirmation of a phase may name, and what it leaves out. */
export const groupLines = (scene: Scene, phaseId: string): GroupLines => {
  const kinds = openLines(scene, phaseId).map((entry) => ({ entry, kind: kindOf(scene, entry) }));
  const of = (wanted: keyof GroupLines) =>
    kinds.flatMap(({ entry, kind }) => (kind === wanted ? [entry] : []));
  return { byClick: of('byClick'), withLine: of('withLine'), alone: of('alone') };
};

/** Whether a group confirmation has anything to save. */
export const hasGroup = (scene: Scene, phaseId: string): boolean => {
  const { byClick, withLine } = groupLines(scene, phaseId);
  return byClick.length + withLine.length >= 2;
};

const kindOf = (scene: Scene, entry: PlanItem): keyof GroupLines | undefined => {
  const { id, body } = entry.item;
  const acts = itemActions(scene, entry);
  if (!acts.includes('confirm') && !acts.includes('confirm_line')) return undefined;
  // Nobody has seen the new version while the old one answers; it is measured again by itself.
  if (id === VERSION_LIVE || waitsForVersion(scene, entry)) return undefined;
  if (body.kind === 'approval' || (body.kind === 'manual' && body.evidence !== undefined)) return 'alone';
  return acts.includes('confirm') ? 'byClick' : 'withLine';
};

/** Why a line is left out of the group, in plain words: `asks for a number in ms`. */
export const whyAlone = ({ item: { body } }: PlanItem): string => {
  if (body.kind === 'approval') return 'an approval';
  const { kind = 'text', unit } = body.kind === 'manual' ? (body.evidence ?? {}) : {};
  return `asks for a ${kind}${unit === undefined ? '' : ` in ${unit}`}`;
};

const openLines = (scene: Scene, phaseId: string): readonly PlanItem[] =>
  linesOf(scene, focusOf(scene)).filter((entry) => entry.phaseId === phaseId && isDue(scene, entry));

/** More lines than this take a second round; a modal has room for a hundred blocks. */
const MOST_LINES = 200;

/** Names each line, all ticked; taking a tick away excludes the line. Lines to confirm one by one are named below. */
export const confirmGroupModal = (scene: Scene, phaseId: string): ModalView => {
  const { byClick, withLine, alone } = groupLines(scene, phaseId);
  const together = new Set([...byClick, ...withLine]);
  const lines = openLines(scene, phaseId)
    .filter((entry) => together.has(entry))
    .slice(0, MOST_LINES);
  const asking = new Set(withLine);
  const title = lines[0]?.phaseTitle ?? alone[0]?.phaseTitle ?? phaseId;
  const boxes = lines.map((entry) => ({
    id: entry.item.id,
    label: entry.item.title,
    isTicked: true,
    ...descriptionOf(scene, entry, asking.has(entry)),
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
      ...seenBlocks({ byClick, withLine }),
      ...aloneNote(alone),
    ],
  });
};

/** Asked once for all lines that want it. Where other lines stand beside them the rule asks, not the field. */
const seenBlocks = ({ byClick, withLine }: Pick<GroupLines, 'byClick' | 'withLine'>): KnownBlock[] =>
  withLine.length === 0
    ? []
    : [
        input(
          INPUT.seen,
          {
            label: 'What did you see?',
            element: textInput(INPUT.seen, { max: 300, placeholder: 'All set, looked up in the console' }),
          },
          {
            optional: byClick.length > 0,
            hint: `One line. It stands in the report as the evidence of each line that asks for it (${withLine.length}).`,
          },
        ),
      ];

const descriptionOf = (scene: Scene, entry: PlanItem, asks: boolean): { description?: string } => {
  const { body, note } = entry.item;
  const words =
    body.kind === 'check' ? byHandText(scene, entry) : note === undefined ? undefined : filled(scene, note);
  const description = [...(asks ? ['asks what was seen'] : []), ...(words === undefined ? [] : [words])];
  return description.length === 0 ? {} : { description: description.join(' · ') };
};

const byHandText = (scene: Scene, entry: PlanItem): string | undefined => {
  const readiness = scene.situation.readiness(entry);
  return readiness.kind === 'not_connected' ? `by hand: ${readiness.missing.join(', ')}` : undefined;
};

const aloneNote = (alone: readonly PlanItem[]): KnownBlock[] => {
  const names = alone.map((entry) => `${inline(entry.item.title, 80)} (${inline(whyAlone(entry), 60)})`);
  return names.length === 0
    ? []
    : [context('alone', `To confirm one by one: ${fitted(names, { max: 1000, separator: ', ' })}`)];
};
