import type { KnownBlock } from '@slack/types';
import { askedRollback, askEndsAt, lapsedRollback, losingPlans } from '../../domain/decide/roll-back.ts';
import type { DeploymentState, RollbackRun } from '../../domain/deployment.ts';
import { rollbackPlansOf } from '../../domain/plan.ts';
import { isWell } from '../../domain/standing.ts';
import { ACTION } from '../ids.ts';
import { actions, context, section } from '../kit.ts';
import type { Scene } from '../scene.ts';
import { linesOf } from '../scene.ts';
import { bold, dateTime, fitted, inline, listed, mention, timeOf } from '../text.ts';
import { deploymentButton, rollBackButton } from './buttons.ts';
import type { Detail } from './detail.ts';
import { leftLockedText } from './heading.ts';
import { peopleBlocks } from './people-rows.ts';

/** Why and how far back, while a rollback is asked for, runs and when it is done. */
export const rollbackBlocks = (scene: Scene): KnownBlock[] => {
  const { rollback } = scene.situation.deployment;
  if (rollback === undefined) return askedBlocks(scene);
  const plans = rollbackPlansOf(scene.situation.checklist);
  const names = rollback.plans.map((id) => inline(plans[id]?.title ?? id, 40));
  const target = rollback.targetVersion === null ? 'the version before' : inline(rollback.targetVersion, 40);
  const text = [
    `${bold(`Back to ${target}`)} · ${fitted(names, { max: 200, separator: ' + ' })}`,
    `${askedText(rollback)}: ${inline(rollback.reason, 300)}`,
  ];
  return [section('rollback', text.join('\n'))];
};

/** One person asks, or, where data is lost, one asks and another confirms. */
const askedText = ({ by, askedBy, at }: RollbackRun): string =>
  askedBy === undefined
    ? `asked by ${mention(by)} ${dateTime(at)}`
    : `asked by ${mention(askedBy)}, confirmed by ${mention(by)} ${dateTime(at)}`;

/** What would lose data waits here for a second person; where nobody came, that it was wanted is still said. */
const askedBlocks = (scene: Scene): KnownBlock[] => {
  const { situation } = scene;
  const asked = askedRollback(situation);
  if (asked !== undefined) {
    const text = `${lossText(scene, asked)} · a second person confirms`;
    return [section('rollback-asked', `${text}\n${inline(asked.reason, 300)}`, rollBackButton(scene))];
  }
  const lapsed = lapsedRollback(situation);
  return lapsed === undefined
    ? []
    : [
        context(
          'rollback-lapsed',
          `${lossText(scene, lapsed)} · nobody confirmed it until ${timeOf(askEndsAt(situation, lapsed))}: not done`,
        ),
      ];
};

const lossText = ({ situation }: Scene, asked: RollbackRun): string => {
  const losing = losingPlans(situation, asked.plans).map((id) => inline(id, 40));
  const names = fitted(losing, { max: 200, separator: ', ' });
  return `Rollback with data loss (${names}) ${askedText(asked)}`;
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
