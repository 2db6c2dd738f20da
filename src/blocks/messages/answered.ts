import { titleOf } from '../card/heading.ts';
import { struckTitle } from '../item/number.ts';
import { decisionText, measuredText } from '../item/words.ts';
import { section } from '../kit.ts';
import type { Message } from '../kit.ts';
import type { Scene } from '../scene.ts';
import { settledShape } from '../shapes.ts';
import { bold, dateTime, dotted, inline, mention } from '../text.ts';

/** What became of the question whether to go, once it is not asked any more. */
export const goAnswer = ({ situation: { deployment } }: Scene): string => {
  const { state, goBy, anchors } = deployment;
  if (anchors.go !== undefined)
    return `Go was asked, and given${goBy === undefined ? '' : ` by ${mention(goBy)}`} ${dateTime(anchors.go)}.`;
  if (state.kind === 'held') {
    const by = state.by === null ? '' : ` by ${mention(state.by)}`;
    return `Go was asked; it is on hold${by} since ${dateTime(state.since)}.`;
  }
  return state.kind === 'aborted'
    ? `Go was asked; it was aborted by ${mention(state.by)} ${dateTime(state.at)}.`
    : 'Go was asked; something is open again, and it will be asked once more on the card.';
};

/** A reminder after it was answered, without buttons. Undefined: it asked nothing that ends. */
export const answeredMessage = (scene: Scene, key: string): Message | undefined => {
  const [topic = '', ...rest] = key.split(':');
  const words = topic === 'item' ? itemAnswer(scene, rest.join(':')) : deploymentAnswer(scene, topic);
  if (words === undefined) return undefined;
  const title = inline(titleOf(scene.situation.deployment), 150);
  return { text: `${title}: ${words}`, blocks: [section('reminder', `${bold(title)}\n${words}`)] };
};

const deploymentAnswer = (scene: Scene, topic: string): string | undefined => {
  const { deployed } = scene.situation.deployment.anchors;
  if (topic === 'go') return goAnswer(scene);
  return topic === 'deployed' && deployed !== undefined
    ? `The new version is out since ${dateTime(deployed)}.`
    : undefined;
};

const itemAnswer = (scene: Scene, itemId: string): string | undefined => {
  const entry = scene.board.plan.byId.get(itemId);
  if (entry === undefined) return undefined;
  const how = decisionText(scene, entry, 300) ?? measuredText(scene, entry, 300);
  const shape = settledShape(scene.board.standing(itemId));
  return `${shape} ${dotted(struckTitle(scene, entry, 200), how)}`;
};
