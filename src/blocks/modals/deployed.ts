import type { KnownBlock, ModalView } from '@slack/types';
import { openRequired } from '../../domain/decide/open-items.ts';
import { INPUT, VIEW } from '../ids.ts';
import { input, modal, section } from '../kit.ts';
import { encodeRef } from '../ref.ts';
import type { Scene } from '../scene.ts';
import { bold, fitted, inline, plural } from '../text.ts';
import { aboutDeployment } from './decisions.ts';
import { reasonInput } from './inputs.ts';

/** Sets T-0: now, or when it was done. Over open steps only with a reason. */
export const deployedModal = (scene: Scene): ModalView =>
  modal({
    id: VIEW.deployed,
    title: 'Deployed',
    submit: 'Deployed',
    ref: encodeRef({ deploymentId: scene.situation.deployment.id }),
    blocks: [
      aboutDeployment(scene, 'The new version is out. The checks that follow count from this moment.'),
      input(
        INPUT.deployedAt,
        { label: 'Done at', element: { type: 'datetimepicker', action_id: INPUT.deployedAt.action } },
        { optional: true, hint: 'Empty: now. Else a time between Go and now.' },
      ),
      ...overriding(scene),
    ],
  });

const overriding = (scene: Scene): KnownBlock[] => {
  const open = openRequired(scene.board, ['deploy']);
  if (open.length === 0) return [];
  const names = fitted(
    open.map(({ item }) => inline(item.title, 80)),
    { max: 1000, most: 10, separator: ', ' },
  );
  return [
    section('open', `${bold(`${plural(open.length, 'required step')} open:`)} ${names}`),
    reasonInput({ hint: 'Going on over open steps is a debt that the sign-off has to accept.' }),
  ];
};
