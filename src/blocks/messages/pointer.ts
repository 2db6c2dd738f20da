import { titleOf } from '../card/heading.ts';
import { section } from '../kit.ts';
import type { Message } from '../kit.ts';
import type { Scene } from '../scene.ts';
import { inline, link } from '../text.ts';

/** What an old card becomes when the deployment got a new one: no buttons that nobody redraws. */
export const pointerMessage = ({ situation }: Scene, newCard: string): Message => {
  const title = inline(titleOf(situation.deployment), 150);
  const open = link(newCard, 'open it');
  const words = `The card has moved${open === undefined ? ' further down in this channel' : `: ${open}`}.`;
  return { text: `${title}: the card has moved`, blocks: [section('pointer', `${title}\n${words}`)] };
};
