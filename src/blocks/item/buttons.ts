import type { Button } from '@slack/types';
import type { PlanItem } from '../../domain/plan.ts';
import { ACTION } from '../ids.ts';
import { button } from '../kit.ts';
import { encodeRef } from '../ref.ts';
import type { Scene } from '../scene.ts';
import type { ItemAction } from './actions.ts';

const BUTTONS = {
  confirm: { label: 'Confirm', action: ACTION.itemConfirm },
  confirm_line: { label: 'Confirm', action: ACTION.itemConfirmLine },
  run: { label: 'Run check', action: ACTION.itemRerun },
  rerun: { label: 'Re-run', action: ACTION.itemRerun },
  accept: { label: 'Accept…', action: ACTION.itemAccept },
  skip: { label: 'Skip…', action: ACTION.itemSkip },
  na: { label: 'N/A…', action: ACTION.itemNotApplicable },
  fail: { label: 'Fail…', action: ACTION.itemFail },
  undo: { label: 'Undo', action: ACTION.itemUndo },
  details: { label: 'Details', action: ACTION.itemDetails },
} as const satisfies Record<ItemAction, { label: string; action: string }>;

/** The button for one thing a person can do to an item. */
export const itemButton = ({ situation }: Scene, { item }: PlanItem, act: ItemAction): Button => {
  const { label, action } = BUTTONS[act];
  const value = encodeRef({ deploymentId: situation.deployment.id, itemId: item.id });
  return button(label, { action, value }, { about: item.title });
};

export const itemButtons = (scene: Scene, entry: PlanItem, acts: readonly ItemAction[]): readonly Button[] =>
  acts.map((act) => itemButton(scene, entry, act));
