import type { HeaderBlock, KnownBlock } from '@slack/types';
import type { Deployment, DeploymentState } from '../../domain/deployment.ts';
import { ON_CALL } from '../../domain/roles.ts';
import { numberOf } from '../../domain/deployment.ts';
import { isThereAlready, previousVersionOf } from '../../domain/previous-version.ts';
import { context, header } from '../kit.ts';
import { ago, dateTime, dotted, inline, link, mention, mentions, plain } from '../text.ts';
import type { Scene } from '../scene.ts';
import type { CardInput } from './detail.ts';

const STATE_WORDS = {
  preparing: 'Preparing',
  awaiting_go: 'Awaiting Go',
  held: 'Held',
  deploying: 'Deploying',
  verifying: 'Verifying',
  watching: 'Watching',
  completed: 'Completed',
  aborted: 'Aborted',
  rolling_back: 'Rolling back',
  rolled_back: 'Rolled back',
} as const satisfies Record<DeploymentState['kind'], string>;

/** The word that stands on the card for a state. */
export const stateWord = (state: Pick<DeploymentState, 'kind'>): string => STATE_WORDS[state.kind];

/** `todo-hackathon 1.1.0 → production`, plain words. */
export const subjectOf = ({
  system,
  version,
  environment,
}: Pick<Deployment, 'system' | 'version' | 'environment'>): string =>
  `${plain(system, 50)} ${version === null ? 'version not set' : plain(version, 40)} → ${plain(environment, 40)}`;

/** The same, with the deployment's number. */
export const titleOf = (deployment: Deployment): string => `${subjectOf(deployment)} · #${deployment.number}`;

export const headingBlocks = (scene: Scene, input: CardInput): [HeaderBlock, KnownBlock] => [
  header(titleOf(scene.situation.deployment)),
  context('facts', factsText(scene, input)),
];

const factsText = ({ situation }: Scene, { lock, oldCard }: CardInput): string => {
  const { deployment, policy } = situation;
  const { startedBy, state, supersededBy, redeploys } = deployment;
  const onCall = policy.holders(ON_CALL);
  return dotted(
    `*${stateWord(state)}*`,
    countText(deployment),
    replacesText(deployment),
    redeploys === undefined
      ? undefined
      : `after ${inline(numberOf(redeploys.id), 60)}, ${STATE_WORDS[redeploys.ended].toLowerCase()}`,
    `by ${mention(startedBy)}`,
    onCall === 'anyone' || onCall.length === 0 ? undefined : `on call ${mentions(onCall, { word: 'and' })}`,
    lock === undefined ? undefined : lockText(lock),
    supersededBy === undefined ? undefined : `watch taken over by ${inline(numberOf(supersededBy), 60)}`,
    link(oldCard, 'earlier card'),
  );
};

const replacesText = (deployment: Deployment): string | undefined => {
  const previous = previousVersionOf(deployment);
  if (isThereAlready(deployment)) return `${inline(deployment.version ?? '', 40)} was there already`;
  return previous === null ? undefined : `replaces ${inline(previous, 40)}`;
};

/** T− to the planned Go, GO from Go, T+ from T-0. Slack keeps the count current. */
const countText = ({ anchors: { plannedGo, go, deployed }, state }: Deployment): string | undefined => {
  if (state.kind === 'completed' || state.kind === 'aborted' || state.kind === 'rolled_back')
    return undefined;
  if (deployed !== undefined) return `T+ deployed ${dateTime(deployed)}, ${ago(deployed)}`;
  if (go !== undefined) return `GO given ${dateTime(go)}, ${ago(go)}`;
  return plannedGo === undefined ? undefined : `T− planned Go ${dateTime(plannedGo)}, ${ago(plannedGo)}`;
};

const lockText = ({ since, holderText }: NonNullable<CardInput['lock']>): string =>
  holderText === undefined
    ? `lock since ${dateTime(since)}`
    : `locked since ${dateTime(since)} by ${inline(holderText, 80)}`;

/** Of a deployment that keeps its place when it ends: what has to be typed before the next can start there, or who freed it. */
export const leftLockedText = ({ environment, unlocked }: Deployment): string => {
  if (unlocked !== undefined) return `Unlocked by ${mention(unlocked.by)} ${dateTime(unlocked.at)}.`;
  const name = inline(environment, 40);
  return `${name} stays locked until somebody types \`/deploy unlock ${name} &lt;reason&gt;\`.`;
};
