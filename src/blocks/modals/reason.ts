import type { KnownBlock, ModalView } from '@slack/types';
import type { PlanItem } from '../../domain/plan.ts';
import { decisionText, measuredText } from '../item/words.ts';
import { VIEW } from '../ids.ts';
import type { ViewId } from '../ids.ts';
import { modal, section } from '../kit.ts';
import { encodeRef } from '../ref.ts';
import type { Scene } from '../scene.ts';
import { bold, dotted, inline } from '../text.ts';
import { reasonInput } from './inputs.ts';

/** What every dialog about one item begins with: the item and how it stands. */
export const aboutItem = (scene: Scene, entry: PlanItem): KnownBlock => {
  const how = decisionText(scene, entry, 300) ?? measuredText(scene, entry, 300);
  return section('about', dotted(bold(inline(entry.item.title, 200)), how));
};

type Dialog = {
  readonly id: ViewId;
  readonly title: string;
  readonly submit: string;
  readonly hint: string;
};

const reasonModal = (scene: Scene, entry: PlanItem, { id, title, submit, hint }: Dialog): ModalView =>
  modal({
    id,
    title,
    submit,
    ref: encodeRef({ deploymentId: scene.situation.deployment.id, itemId: entry.item.id }),
    blocks: [aboutItem(scene, entry), reasonInput({ hint })],
  });

export const skipItemModal = (scene: Scene, entry: PlanItem): ModalView =>
  reasonModal(scene, entry, {
    id: VIEW.skipItem,
    title: 'Skip item',
    submit: 'Skip',
    hint: skipHint(scene, entry),
  });

/** What skipping will mean, before it is done. */
const skipHint = (scene: Scene, { item }: PlanItem): string => {
  if (item.critical || scene.board.standing(item.id) === 'red')
    return 'An approver decides this. It stays a debt that the sign-off has to accept.';
  return item.required ? 'It stays a debt that the sign-off has to accept.' : 'It is optional: no debt.';
};

export const failItemModal = (scene: Scene, entry: PlanItem): ModalView =>
  reasonModal(scene, entry, {
    id: VIEW.failItem,
    title: 'Fail item',
    submit: 'Fail',
    hint: 'It turns red and blocks like a failed check.',
  });

export const notApplicableModal = (scene: Scene, entry: PlanItem): ModalView =>
  reasonModal(scene, entry, {
    id: VIEW.notApplicable,
    title: 'Not applicable',
    submit: 'Not applicable',
    hint: 'No debt. It stays listed in the report.',
  });

export const undoItemModal = (scene: Scene, entry: PlanItem): ModalView =>
  reasonModal(scene, entry, {
    id: VIEW.undoItem,
    title: 'Undo',
    submit: 'Undo',
    hint: 'Somebody else settled it, or it is more than a few minutes ago: say why it is taken back.',
  });

export const acceptItemModal = (scene: Scene, entry: PlanItem): ModalView =>
  reasonModal(scene, entry, {
    id: VIEW.acceptItem,
    title: 'Accept',
    submit: 'Accept',
    hint: 'An approver decides this. It stays a debt that the sign-off has to accept.',
  });
