import type { KnownBlock } from '@slack/types';
import type { DeploymentState } from '../../domain/deployment.ts';
import { rollbackPlansOf } from '../../domain/plan.ts';
import { ACTION } from '../ids.ts';
import { actions, section } from '../kit.ts';
import type { Scene } from '../scene.ts';
import { linesOf } from '../scene.ts';
import { SHAPE } from '../shapes.ts';
import { bold, dateTime, fitted, inline, listed, mention, stillLocked } from '../text.ts';
import { deploymentButton } from './buttons.ts';
import type { Detail } from './detail.ts';

/** Why and how far back, while a rollback runs and when it is done. */
export const rollbackBlocks = (scene: Scene): KnownBlock[] => {
  const { rollback } = scene.situation.deployment;
  if (rollback === undefined) return [];
  const plans = rollbackPlansOf(scene.situation.checklist);
  const names = rollback.plans.map((id) => inline(plans[id]?.title ?? id, 40));
  const target = rollback.targetVersion === null ? 'the version before' : inline(rollback.targetVersion, 40);
  const text = [
    `${bold(`Back to ${target}`)} · ${fitted(names, { max: 200, separator: ' + ' })}`,
    `asked by ${mention(rollback.by)} ${dateTime(rollback.at)}: ${inline(rollback.reason, 300)}`,
  ];
  return [section('rollback', text.join('\n'))];
};

/** How it ended, in one block, and the report. */
export const endedBlocks = (scene: Scene, detail: Detail): KnownBlock[] => [
  section('ended', [endText(scene), ...openAfter(scene, detail)].filter((text) => text !== '').join('\n')),
  actions('ended-act', [deploymentButton(scene, 'Report', { action: ACTION.deploymentReport })]),
];

const endText = ({ situation }: Scene): string => {
  const { state, environment } = situation.deployment;
  const unlock = stillLocked(environment);
  switch (state.kind) {
    case 'completed':
      return `${bold(outcomeText(state))} ${dateTime(state.at)}`;
    case 'aborted':
      return `${bold('Aborted')} by ${mention(state.by)} ${dateTime(state.at)}: ${inline(state.reason, 300)}${state.locked ? `\nLeft as it is. ${unlock}` : ''}`;
    case 'rolled_back':
      return `${bold('Rolled back')} ${dateTime(state.at)}\n${unlock}`;
    default:
      return '';
  }
};

/** `Completed: healthy`, `Completed, unsigned: product-owner · degraded`. */
const outcomeText = ({ outcome, unsigned }: Extract<DeploymentState, { kind: 'completed' }>): string =>
  unsigned.length === 0
    ? `Completed: ${outcome}`
    : `Completed, unsigned: ${listed(unsigned.slice(0, 5).map((role) => inline(role, 40)))} · ${outcome}`;

/** What a rollback leaves to do: cause, ticket. Reminders with buttons follow the next work morning. */
const openAfter = (scene: Scene, { list, title }: Detail): readonly string[] => {
  if (scene.situation.deployment.state.kind !== 'rolled_back') return [];
  const lines = linesOf(scene, ['after']).map(({ item }) => {
    const isOpen = ['open', 'red', 'unclear'].includes(scene.board.standing(item.id));
    return `${isOpen ? SHAPE.open : SHAPE.done} ${inline(item.title, title)}`;
  });
  return lines.length === 0 ? [] : [`To do next: ${fitted(lines, { max: list })}`];
};
