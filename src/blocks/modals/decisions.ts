import type { ModalView } from '@slack/types';
import { VIEW } from '../ids.ts';
import { modal, section } from '../kit.ts';
import { encodeRef } from '../ref.ts';
import type { Scene } from '../scene.ts';
import { bold, inline } from '../text.ts';
import { rollBackButton } from '../card/buttons.ts';
import { titleOf } from '../card/heading.ts';
import { reasonInput } from './inputs.ts';

/** What a dialog about the whole deployment begins with. */
export const aboutDeployment = ({ situation }: Scene, text: string) =>
  section('about', `${bold(inline(titleOf(situation.deployment), 200))}\n${text}`);

const refOf = ({ situation }: Scene): string => encodeRef({ deploymentId: situation.deployment.id });

/** At the gate it is No-go, before it Hold; both hold the deployment. */
export const noGoModal = (scene: Scene): ModalView => {
  const isGate = scene.situation.deployment.state.kind === 'awaiting_go';
  return modal({
    id: VIEW.noGo,
    title: isGate ? 'No-go' : 'Hold',
    submit: isGate ? 'No-go' : 'Hold',
    ref: refOf(scene),
    blocks: [
      aboutDeployment(
        scene,
        'What was measured and confirmed is kept; approvals have to be given again. Resume goes on.',
      ),
      reasonInput(),
    ],
  });
};

/** Before Go it simply ends; while deploying it leaves the environment as it is, and locked, or is a rollback instead. */
export const abortModal = (scene: Scene): ModalView => {
  const isDeploying = scene.situation.deployment.state.kind === 'deploying';
  const blocks = isDeploying
    ? [
        aboutDeployment(scene, 'Abort leaves everything as it is now, and the environment stays locked.'),
        section('instead', 'To take back what was done so far, roll back instead.', rollBackButton(scene)),
      ]
    : [
        aboutDeployment(
          scene,
          'It ends here and cannot be resumed. Confirmations can be carried over to a new start for a day.',
        ),
      ];
  return modal({
    id: VIEW.abort,
    title: 'Abort',
    submit: 'Abort',
    ref: refOf(scene),
    blocks: [...blocks, reasonInput()],
  });
};
