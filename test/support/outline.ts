import type { KnownBlock } from '@slack/types';
import { elementsOf, optionsOf, textsOf } from '../../src/blocks/walk.ts';
import type { BlockElement } from '../../src/blocks/walk.ts';

/** What a person sees of blocks, one string each: the words, then `[labels]` of buttons; dates as `{10:00}`. */
export const outline = (blocks: readonly unknown[]): readonly string[] =>
  (blocks as readonly KnownBlock[]).map((block) => {
    const words = textsOf(block).map(({ text }) => readable(text));
    return [...words, ...elementsOf(block).map(label)].join(' ').trim();
  });

/** The labels of every button, in order. */
export const buttonsIn = (blocks: readonly unknown[]): readonly string[] =>
  (blocks as readonly KnownBlock[])
    .flatMap(elementsOf)
    .flatMap((element) => (element.type === 'button' ? [element.text.text] : []));

const readable = (text: string): string =>
  text.replace(/<!date\^\d+\^[^|]*\|[^ >]+ (\d\d:\d\d) UTC>/g, '{$1}').replace(/\n/g, ' / ');

const label = (element: BlockElement): string => {
  if (element.type === 'button') return `[${element.text.text}]`;
  const options = optionsOf(element).map(({ text }) => readable(text.text));
  const name = element.type === 'static_select' ? (element.placeholder?.text ?? 'select') : element.type;
  return options.length === 0 ? `[${name}]` : `[${name}: ${options.join(', ')}]`;
};
