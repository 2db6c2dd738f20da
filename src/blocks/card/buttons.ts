import type { Button } from '@slack/types';
import { ACTION } from '../ids.ts';
import type { ActionId } from '../ids.ts';
import { button } from '../kit.ts';
import type { ButtonOptions } from '../kit.ts';
import { encodeRef } from '../ref.ts';
import type { Scene } from '../scene.ts';

/** A button about the deployment as a whole. */
export const deploymentButton = (
  { situation }: Scene,
  label: string,
  { action, ...options }: { action: ActionId } & ButtonOptions,
): Button => button(label, { action, value: encodeRef({ deploymentId: situation.deployment.id }) }, options);

export const rollBackButton = (scene: Scene): Button =>
  deploymentButton(scene, 'Roll back…', { action: ACTION.deploymentRollBack, style: 'danger' });
