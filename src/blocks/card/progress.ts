import type { KnownBlock } from '@slack/types';
import { openRequired } from '../../domain/decide/open-items.ts';
import type { DeploymentState } from '../../domain/deployment.ts';
import { section } from '../kit.ts';
import type { Scene } from '../scene.ts';
import { SHAPE } from '../shapes.ts';
import { listed } from '../text.ts';
import { waitingFor } from './waiting.ts';

const STEPS = ['Prepare', 'Go', 'Deploy', 'Verify', 'Watch'] as const;
type Step = (typeof STEPS)[number];

/** `Prepare ● › Go ◐ › Deploy ○ › Verify ○ › Watch ○`, and what is waited for. */
export const progressBlock = (scene: Scene): KnownBlock => {
  const waiting = waitingFor(scene);
  const wait = waiting.length === 0 ? '' : `\nWaiting for: ${listed(waiting)}`;
  return section('progress', `${stepsText(scene)}${wait}`);
};

const UNDER_WAY: Partial<Record<DeploymentState['kind'], Step>> = {
  preparing: 'Prepare',
  held: 'Go',
  awaiting_go: 'Go',
  deploying: 'Deploy',
  verifying: 'Verify',
  watching: 'Watch',
};

/** Steps that are done, the one under way, those to come; a cross where a deployment was stopped. */
const stepsText = (scene: Scene): string => {
  const { state, anchors } = scene.situation.deployment;
  const underWay = UNDER_WAY[state.kind];
  const isStopped = underWay === undefined && state.kind !== 'completed';
  const isPrepared = openRequired(scene.board, ['prepare']).length === 0;
  const before = isPrepared ? 'Go' : 'Prepare';
  const stoppedAt = anchors.deployed !== undefined ? 'Verify' : anchors.go !== undefined ? 'Deploy' : before;
  const here = state.kind === 'completed' ? STEPS.length : STEPS.indexOf(underWay ?? stoppedAt);
  const shapeAt = (place: number): string => {
    if (place < here) return SHAPE.finished;
    if (place > here) return SHAPE.notReached;
    return isStopped ? SHAPE.red : SHAPE.inProgress;
  };
  return STEPS.map((step, place) => `${step} ${shapeAt(place)}`).join(' › ');
};
