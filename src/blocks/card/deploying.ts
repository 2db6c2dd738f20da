import type { KnownBlock } from '@slack/types';
import { openRequired } from '../../domain/decide/open-items.ts';
import { ACTION } from '../ids.ts';
import { section } from '../kit.ts';
import type { Scene } from '../scene.ts';
import { bold, plural } from '../text.ts';
import { deploymentButton } from './buttons.ts';

/** Said once, when the new version is out: it sets T-0. */
export const deployedBlocks = (scene: Scene): KnownBlock[] => {
  const open = openRequired(scene.board, ['deploy']).length;
  const text =
    open === 0
      ? `${bold('All steps are done.')} Press Deployed when the new version is out.`
      : `${bold(`${plural(open, 'required step')} open.`)} When all are done, press Deployed.`;
  const button = deploymentButton(scene, 'Deployed…', {
    action: ACTION.deploymentDeployed,
    ...(open === 0 ? { style: 'primary' as const } : {}),
  });
  return [section('deployed', text, button)];
};
