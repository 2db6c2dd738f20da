import type { KnownBlock } from '@slack/types';
import { isEnded } from '../../domain/deployment.ts';
import { reachedSections } from '../../domain/settle/find-item.ts';
import { itemDueAt } from '../../domain/watch/due-items.ts';
import { momentOf } from '../../domain/watch/ladder.ts';
import type { Situation } from '../../domain/situation.ts';
import type { Instant } from '../../lib/time.ts';
import type { Message } from '../kit.ts';
import { fitCard } from '../limits.ts';
import type { Scene } from '../scene.ts';
import { decidedAt, linesOf, progressIn, ROW_STAYS_MS, sceneOf } from '../scene.ts';
import { inline } from '../text.ts';
import { countBlocks } from './counts.ts';
import { deployedBlocks } from './deploying.ts';
import type { CardInput, Detail } from './detail.ts';
import { DETAILS } from './detail.ts';
import { afterBlocks, endedBlocks, rollbackBlocks } from './ended.ts';
import { gateBlocks, heldBlocks } from './gate.ts';
import { headingBlocks, stateWord, titleOf } from './heading.ts';
import { menuBlock } from './menu.ts';
import { peopleBlocks } from './people-rows.ts';
import { phaseBlocks } from './phases.ts';
import { progressBlock } from './progress.ts';
import { hasRed, redBlocks } from './red-rows.ts';
import { alertBlocks, ladderBlocks, signOffBlocks } from './watching.ts';

/** The deployment's one message. The same input always gives the same JSON, so an unchanged card is not sent again. */
export const cardMessage = (input: CardInput): Message => {
  const scene = sceneOf(input.situation);
  const { deployment } = input.situation;
  return {
    text: `${inline(titleOf(deployment), 200)}: ${stateWord(deployment.state)}`,
    blocks: fitCard(DETAILS, (detail) => draw(scene, input, detail)),
  };
};

/**
 * When the card changes although nothing happens: a settled row gives its place up, a line becomes due, sign-off opens.
 * Undefined: never by itself.
 */
export const cardChangesAt = (situation: Situation): Instant | undefined => {
  const scene = sceneOf(situation);
  const rows = linesOf(scene, reachedSections(situation.deployment.state)).flatMap((entry) => {
    const progress = progressIn(scene, entry);
    const isClicked = situation.readiness(entry).kind === 'by_click';
    const ends = [decidedAt(progress), isClicked ? progress.measured?.at : undefined];
    return [
      ...ends.map((at) => (at === undefined ? undefined : at + ROW_STAYS_MS)),
      itemDueAt(situation, entry),
    ];
  });
  const { opens } = situation.checklist.signOff;
  const signOff = typeof opens === 'string' ? undefined : momentOf(opens, situation.deployment.anchors);
  const times = [...rows, signOff].filter((at) => at !== undefined).filter((at) => at > situation.now);
  return times.length === 0 ? undefined : Math.min(...times);
};

const draw = (scene: Scene, input: CardInput, detail: Detail): KnownBlock[] => [
  ...headingBlocks(scene, input),
  progressBlock(scene),
  ...(isEnded(scene.situation.deployment.state)
    ? endBlocks(scene, detail)
    : workBlocks(scene, input, detail)),
];

const endBlocks = (scene: Scene, detail: Detail): KnownBlock[] => [
  ...rollbackBlocks(scene),
  ...countBlocks(scene),
  ...ladderBlocks(scene, detail),
  ...endedBlocks(scene),
  ...afterBlocks(scene, detail),
];

const workBlocks = (scene: Scene, input: CardInput, detail: Detail): KnownBlock[] => [
  ...phaseBlocks(scene, detail),
  ...rollbackBlocks(scene),
  ...alertBlocks(scene, input, detail),
  ...redBlocks(scene, detail),
  ...peopleBlocks(scene, detail, { isQuiet: isQuiet(scene) }),
  ...countBlocks(scene),
  ...decisionBlocks(scene, detail),
  menuBlock(scene, detail),
  ...ladderBlocks(scene, detail),
];

/** A watch without anything red stays small: it stands in the channel for a week. */
const isQuiet = (scene: Scene): boolean =>
  scene.situation.deployment.state.kind === 'watching' && !hasRed(scene);

/** The one thing that moves the deployment on. */
const decisionBlocks = (scene: Scene, detail: Detail): KnownBlock[] => {
  switch (scene.situation.deployment.state.kind) {
    case 'awaiting_go':
      return gateBlocks(scene, detail);
    case 'held':
      return heldBlocks(scene);
    case 'deploying':
      return deployedBlocks(scene);
    case 'watching':
      return signOffBlocks(scene);
    default:
      return [];
  }
};
