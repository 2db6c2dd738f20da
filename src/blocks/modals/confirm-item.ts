import type { KnownBlock, ModalView } from '@slack/types';
import { needsLine } from '../../domain/settle/confirm-item.ts';
import type { EvidenceRequest } from '../../domain/checklist.ts';
import type { PlanItem } from '../../domain/plan.ts';
import { expectationInWords } from '../../lib/matching/matchers.ts';
import { filled } from '../item/fill.ts';
import { whyByHand } from '../item/words.ts';
import { INPUT, VIEW } from '../ids.ts';
import { context, input, modal } from '../kit.ts';
import { encodeRef } from '../ref.ts';
import type { Scene } from '../scene.ts';
import { progressIn } from '../scene.ts';
import { inline, plain } from '../text.ts';
import { textInput } from './inputs.ts';
import { aboutItem } from './reason.ts';

/** Confirm where a click is not enough: it asks for the evidence, or for a line of what was seen. */
export const confirmItemModal = (scene: Scene, entry: PlanItem): ModalView =>
  modal({
    id: VIEW.confirmItem,
    title: 'Confirm item',
    submit: 'Confirm',
    ref: encodeRef({ deploymentId: scene.situation.deployment.id, itemId: entry.item.id }),
    blocks: [aboutItem(scene, entry), ...why(scene, entry), ...asked(scene, entry)],
  });

/** What is missing for a check to run by itself, and what the checklist says about the item. */
const why = (scene: Scene, entry: PlanItem): KnownBlock[] => {
  const { body, note } = entry.item;
  const lines = [
    body.kind === 'check' ? whyByHand(scene, entry, 500) : undefined,
    note === undefined ? undefined : inline(filled(scene, note), 1000),
  ].filter((line) => line !== undefined);
  return lines.length === 0 ? [] : [context('why', [...new Set(lines)].join('\n'))];
};

const asked = (scene: Scene, entry: PlanItem): KnownBlock[] => {
  const { body } = entry.item;
  if (body.kind === 'manual' && body.evidence !== undefined) return [evidenceInput(body.evidence)];
  const isNeeded = needsLine(scene.situation, { entry, progress: progressIn(scene, entry) });
  const line = textInput(INPUT.seen, { max: 300, placeholder: 'The log shows three starts and no error' });
  return [
    input(
      INPUT.seen,
      { label: 'What did you see?', element: line },
      { optional: !isNeeded, hint: 'One line. It stands in the report as the evidence.' },
    ),
  ];
};

const LABELS = { number: 'Number', text: 'Text', link: 'Link' } as const;

const evidenceInput = ({ kind, unit, expect }: EvidenceRequest): KnownBlock => {
  const label = unit === undefined ? LABELS[kind] : `${LABELS[kind]} in ${plain(unit, 20)}`;
  const hint =
    expect === undefined
      ? undefined
      : `Expected: ${plain(expectationInWords(expect), 200)}. Anything else fails the item.`;
  return input(
    INPUT.evidence,
    { label, element: textInput(INPUT.evidence, { max: 1000 }) },
    hint === undefined ? {} : { hint },
  );
};
