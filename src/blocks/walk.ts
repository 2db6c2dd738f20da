import type {
  ActionsBlockElement,
  InputBlock,
  KnownBlock,
  MrkdwnElement,
  PlainTextElement,
  PlainTextOption,
  SectionBlockAccessory,
} from '@slack/types';

export type BlockElement =
  ActionsBlockElement | Exclude<SectionBlockAccessory, { type: 'image' }> | InputBlock['element'];

/** The elements of a block that a person can operate, in the order they are drawn. */
export const elementsOf = (block: KnownBlock): readonly BlockElement[] => {
  switch (block.type) {
    case 'section':
      return block.accessory === undefined || block.accessory.type === 'image' ? [] : [block.accessory];
    case 'actions':
      return block.elements;
    case 'input':
      return [block.element];
    default:
      return [];
  }
};

type Option = { readonly text: PlainTextElement | MrkdwnElement } & Pick<
  PlainTextOption,
  'value' | 'description'
>;

/** The options an element offers; none for elements that offer none. */
export const optionsOf = (element: BlockElement): readonly Option[] => {
  switch (element.type) {
    case 'overflow':
    case 'checkboxes':
    case 'radio_buttons':
      return element.options;
    case 'static_select':
      return element.options ?? [];
    default:
      return [];
  }
};

/** The readable texts of a block apart from its elements, each with the most characters Slack takes there. */
export const textsOf = (block: KnownBlock): readonly { readonly text: string; readonly most: number }[] => {
  switch (block.type) {
    case 'header':
      return [{ text: block.text.text, most: 150 }];
    case 'section':
      return [
        ...(block.text === undefined ? [] : [{ text: block.text.text, most: 3000 }]),
        ...(block.fields ?? []).map(({ text }) => ({ text, most: 2000 })),
      ];
    case 'context':
      return block.elements.map((part) => ({ text: 'text' in part ? part.text : part.alt_text, most: 3000 }));
    case 'input':
      return [block.label, ...(block.hint === undefined ? [] : [block.hint])].map(({ text }) => ({
        text,
        most: 2000,
      }));
    default:
      return [];
  }
};

/** Every character a person could read in these blocks, labels of buttons and options included. */
export const charactersOf = (blocks: readonly KnownBlock[]): number =>
  blocks.reduce((sum, block) => sum + blockCharacters(block), 0);

const blockCharacters = (block: KnownBlock): number => {
  const read = textsOf(block).map(({ text }) => text.length);
  const labels = elementsOf(block).flatMap((element) => [
    element.type === 'button' ? element.text.text.length : 0,
    ...optionsOf(element).map(({ text }) => text.text.length),
  ]);
  return [...read, ...labels].reduce((sum, length) => sum + length, 0);
};
