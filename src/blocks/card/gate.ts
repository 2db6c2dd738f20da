import type { KnownBlock } from '@slack/types';
import { evidenceOf } from '../../domain/decide/gate.ts';
import type { Deployment } from '../../domain/deployment.ts';
import { progressOf } from '../../domain/deployment.ts';
import { isThereAlready, previousVersionOf } from '../../domain/previous-version.ts';
import { MINUTE } from '../../lib/time.ts';
import { ACTION } from '../ids.ts';
import { actions, dialog, section } from '../kit.ts';
import type { Scene } from '../scene.ts';
import { linesOf, progressIn } from '../scene.ts';
import { ago, bold, dateTime, dotted, fitted, inline, mention, plain, plural } from '../text.ts';
import { deploymentButton } from './buttons.ts';
import type { Detail } from './detail.ts';
import { subjectOf } from './heading.ts';
import { deciders } from './waiting.ts';

/** The decision: what it rests on, who may take it, Go and No-go. */
export const gateBlocks = (scene: Scene, detail: Detail): KnownBlock[] => {
  const { deployment } = scene.situation;
  const noGo = deploymentButton(scene, 'No-go…', { action: ACTION.gateNoGo });
  const text = section('gate', gateText(scene, detail));
  return deployment.version === null
    ? [text, actions('gate-act', [noGo])]
    : [text, actions('gate-act', [goButton(scene), noGo])];
};

const gateText = (scene: Scene, { list }: Detail): string => {
  const { deployment, policy, rules } = scene.situation;
  const { measured, byPeople } = evidenceOf(scene.board);
  const oldest = oldestEvidence(scene);
  const facts = dotted(
    oldest === undefined ? `${measured} measured` : `${measured} measured, oldest ${ago(oldest)}`,
    `${byPeople} by people`,
    skippedText(scene, list),
  );
  const who = policy.fourEyes
    ? `${mention(deployment.startedBy)} started it: a second person decides (${deciders(scene)})`
    : `${deciders(scene)} may decide`;
  const how =
    deployment.version === null
      ? 'Go waits for the version: type /deploy version and the version.'
      : `What is older than ${rules.goFreshness / MINUTE} min is measured again at Go${byClickText(scene)}.`;
  return [bold('Go or no-go'), facts, who, how].join('\n');
};

/** What the bot may not run by itself; Go is refused while it is old. */
const byClickText = (scene: Scene): string => {
  const clicked = linesOf(scene, ['prepare']).filter((entry) => {
    const { measured, settled } = progressIn(scene, entry);
    const isEvidence = measured !== undefined && settled === undefined;
    return isEvidence && scene.situation.readiness(entry).kind === 'by_click';
  });
  return clicked.length === 0 ? '' : `, ${plural(clicked.length, 'check')} by a click before it`;
};

const oldestEvidence = (scene: Scene): number | undefined => {
  const times = linesOf(scene, ['prepare']).flatMap((entry) => progressIn(scene, entry).measured?.at ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
};

/** Whoever decides sees what was left out, by whom and why. */
const skippedText = (scene: Scene, max: number): string | undefined => {
  const texts = linesOf(scene, ['prepare']).flatMap(({ item }) => {
    const { settled } = progressOf(scene.situation.deployment, item.id);
    return settled?.kind === 'skipped'
      ? [`${inline(item.title, 60)} "${inline(settled.reason, 80)}" ${mention(settled.by)}`]
      : [];
  });
  return texts.length === 0 ? undefined : `skipped: ${fitted(texts, { max, separator: ', ' })}`;
};

const insteadText = (deployment: Deployment): string => {
  const previous = previousVersionOf(deployment);
  if (isThereAlready(deployment)) return ' That version is there already.';
  return previous === null ? '' : ` It replaces ${plain(previous, 40)}.`;
};

const goButton = (scene: Scene) => {
  const { deployment } = scene.situation;
  return deploymentButton(scene, 'Go', {
    action: ACTION.gateGo,
    style: 'primary',
    confirm: dialog({
      title: 'Give Go?',
      text: `${subjectOf(deployment)}.${insteadText(deployment)} With Go the deploy steps begin.`,
      confirm: 'Go',
      deny: 'Not yet',
    }),
  });
};

/** On hold: why, since when, and the way on. */
export const heldBlocks = (scene: Scene): KnownBlock[] => {
  const { state } = scene.situation.deployment;
  if (state.kind !== 'held') return [];
  const by = state.by === null ? '' : ` by ${mention(state.by)}`;
  const text = `${bold('On hold')}${by} since ${dateTime(state.since)}: ${inline(state.reason, 300)}`;
  return [section('held', text, deploymentButton(scene, 'Resume', { action: ACTION.deploymentResume }))];
};
