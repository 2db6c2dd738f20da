import { isUrl, titleOf } from '../card/heading.ts';
import { section } from '../kit.ts';
import type { Message } from '../kit.ts';
import type { Scene } from '../scene.ts';
import { inline } from '../text.ts';

/** What an old card becomes when the deployment got a new one: no buttons that nobody redraws. */
export const pointerMessage = ({ situation }: Scene, newCard: string): Message => {
  const title = inline(titleOf(situation.deployment), 150);
  const words = isUrl(newCard)
    ? `The card has moved: <${newCard}|open it>.`
    : 'The card has moved further down in this channel.';
  return { text: `${title}: the card has moved`, blocks: [section('pointer', `${title}\n${words}`)] };
};
