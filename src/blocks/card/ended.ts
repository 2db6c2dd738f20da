import type { KnownBlock } from '@slack/types';
import type { DeploymentState } from '../../domain/deployment.ts';
import { rollbackPlansOf } from '../../domain/plan.ts';
import { isWell } from '../../domain/standing.ts';
import { ACTION } from '../ids.ts';
import { actions, context, section } from '../kit.ts';
import type { Scene } from '../scene.ts';
import { linesOf } from '../scene.ts';
import { bold, dateTime, fitted, inline, listed, mention } from '../text.ts';
import { deploymentButton } from './buttons.ts';
import type { Detail } from './detail.ts';
import { leftLockedText } from './heading.ts';
import { peopleBlocks } from './people-rows.ts';

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
export const endedBlocks = (scene: Scene): KnownBlock[] => [
  section('ended', endText(scene)),
  actions('ended-act', [deploymentButton(scene, 'Report', { action: ACTION.deploymentReport })]),
];

const endText = ({ situation }: Scene): string => {
  const { state } = situation.deployment;
  const lock = leftLockedText(situation.deployment);
  switch (state.kind) {
    case 'completed':
      return `${bold(outcomeText(state))} ${dateTime(state.at)}`;
    case 'aborted':
      return `${bold('Aborted')} by ${mention(state.by)} ${dateTime(state.at)}: ${inline(state.reason, 300)}${state.locked ? `\nLeft as it is. ${lock}` : ''}`;
    case 'rolled_back':
      return `${bold('Rolled back')} ${dateTime(state.at)}\n${lock}`;
    default:
      return '';
  }
};

/** `Completed: healthy`, `Completed, unsigned: product-owner · degraded`. */
const outcomeText = ({ outcome, unsigned }: Extract<DeploymentState, { kind: 'completed' }>): string =>
  unsigned.length === 0
    ? `Completed: ${outcome}`
    : `Completed, unsigned: ${listed(unsigned.slice(0, 5).map((role) => inline(role, 40)))} · ${outcome}`;

/** What a rollback leaves to do, each with its buttons: cause, ticket. Reminders follow the next work morning. */
export const afterBlocks = (scene: Scene, detail: Detail): KnownBlock[] => {
  if (scene.situation.deployment.state.kind !== 'rolled_back') return [];
  const lines = linesOf(scene, ['after']);
  if (lines.length === 0) return [];
  const done = lines.filter(({ item }) => isWell(scene.board.standing(item.id))).length;
  const head = `${bold('To do next')} · ${done} of ${lines.length} done`;
  return [context('after', head), ...peopleBlocks(scene, detail, { isQuiet: false })];
};
