import type { ActionsBlockElement, KnownBlock } from '@slack/types';
import { hasWayBack } from '../../domain/decide/roll-back.ts';
import { ACTION, MORE } from '../ids.ts';
import type { MoreChoice } from '../ids.ts';
import { actions, option, plainText } from '../kit.ts';
import { menuBlockId, optionValue } from '../ref.ts';
import type { Scene } from '../scene.ts';
import { plain } from '../text.ts';
import { rollBackButton } from './buttons.ts';
import type { Detail } from './detail.ts';
import { phasesToOpen } from './phases.ts';

/** What is always possible in this state: look into a phase, roll back, and More. */
export const menuBlock = (scene: Scene, detail: Detail): KnownBlock => {
  const { deployment } = scene.situation;
  return actions(menuBlockId('menu', deployment.id), [
    ...phaseSelect(scene, { most: detail.options }),
    ...(hasWayBack(deployment) ? [rollBackButton(scene)] : []),
    {
      type: 'overflow',
      action_id: ACTION.deploymentMore,
      options: moreChoices(scene).map(([value, label]) => option(label, value)),
    },
  ]);
};

/** As many phases as the card has room for; an open phase leads to all of them. */
export const phaseSelect = (
  scene: Scene,
  { most, label = 'Open phase' }: { readonly most: number; readonly label?: string },
): ActionsBlockElement[] => {
  const phases = phasesToOpen(scene);
  if (phases.length === 0) return [];
  return [
    {
      type: 'static_select',
      action_id: ACTION.phaseOpen,
      placeholder: plainText(label, 150),
      options: phases
        .slice(0, most)
        .map(({ phaseId, title, done, total }) =>
          option(`${plain(title, 40)} ${done}/${total}`, optionValue(phaseId)),
        ),
    },
  ];
};

const moreChoices = ({
  situation: { deployment, checklist },
}: Scene): readonly (readonly [MoreChoice, string])[] => {
  const { kind } = deployment.state;
  const isBefore = kind === 'preparing' || kind === 'awaiting_go' || kind === 'held';
  const isAfter = kind === 'verifying' || kind === 'watching';
  const canUndo =
    isAfter &&
    deployment.signatures.length === 0 &&
    deployment.followUps.every(({ state }) => state.kind === 'planned');
  return [
    [MORE.report, 'Report'],
    ...(Object.keys(checklist.variants).length > 0 ? ([[MORE.variant, 'Variant']] as const) : []),
    ...(kind === 'preparing' ? ([[MORE.hold, 'Hold…']] as const) : []),
    ...(canUndo ? ([[MORE.undoDeployed, 'Undo Deployed']] as const) : []),
    ...(isBefore || kind === 'deploying' ? ([[MORE.abort, 'Abort…']] as const) : []),
  ];
};
