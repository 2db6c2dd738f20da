import type { Block } from './blocks.ts';
import type { Element } from './elements.ts';
import type { RichTextInline } from './rich-text.ts';
import type { Option } from './text.ts';

/** The elements of one block that a person can operate, in drawing order. */
export const elementsOf = (block: Block): Element[] => {
  switch (block.type) {
    case 'section':
      return block.accessory === undefined || block.accessory.type === 'image' ? [] : [block.accessory];
    case 'actions':
      return block.elements;
    case 'input':
      return [block.element];
    case 'header':
    case 'divider':
    case 'context':
    case 'image':
    case 'rich_text':
    case 'markdown':
      return [];
  }
};

const richTextInline = (element: RichTextInline): string => {
  switch (element.type) {
    case 'text':
      return element.text;
    case 'link':
      return element.text ?? element.url;
    case 'user':
      return `<@${element.user_id}>`;
    case 'channel':
      return `<#${element.channel_id}>`;
    case 'usergroup':
      return `<!subteam^${element.usergroup_id}>`;
    case 'team':
      return element.team_id;
    case 'broadcast':
      return `@${element.range}`;
    case 'color':
      return element.value;
    case 'emoji':
      return `:${element.name}:`;
    case 'date':
      return element.fallback ?? String(element.timestamp);
  }
};

const richTextLines = (block: Extract<Block, { type: 'rich_text' }>): string[] =>
  block.elements.flatMap((part) =>
    part.type === 'rich_text_list'
      ? part.elements.map((line) => line.elements.map(richTextInline).join(''))
      : [part.elements.map(richTextInline).join('')],
  );

/** What a person reads in one block apart from its buttons and fields, one string per line. */
export const linesOf = (block: Block): string[] => {
  switch (block.type) {
    case 'section':
      return [
        ...(block.text === undefined ? [] : [block.text.text]),
        ...(block.fields ?? []).map((f) => f.text),
      ];
    case 'header':
      return [block.text.text];
    case 'context':
      return block.elements.map((element) => (element.type === 'image' ? element.alt_text : element.text));
    case 'image':
      return [block.title?.text ?? block.alt_text];
    case 'input':
      return [block.label.text, ...(block.hint === undefined ? [] : [block.hint.text])];
    case 'markdown':
      return [block.text];
    case 'rich_text':
      return richTextLines(block);
    case 'divider':
    case 'actions':
      return [];
  }
};

/** Every option of a choice, groups flattened; none for elements that do not offer any. */
export const optionsOf = (element: Element): Option[] => {
  switch (element.type) {
    case 'static_select':
    case 'multi_static_select':
      return element.options ?? (element.option_groups ?? []).flatMap((group) => group.options);
    case 'overflow':
    case 'checkboxes':
    case 'radio_buttons':
      return element.options;
    default:
      return [];
  }
};

const elementCharacters = (element: Element): number =>
  (element.type === 'button' ? element.text.text.length : 0) +
  optionsOf(element).reduce((sum, option) => sum + option.text.text.length, 0);

/** Characters that count against the size of a message: everything readable, labels of buttons and options included. */
export const charactersOf = (blocks: readonly Block[]): number =>
  blocks.reduce((sum, block) => {
    const read = linesOf(block).reduce((length, line) => length + line.length, 0);
    return sum + read + elementsOf(block).reduce((length, element) => length + elementCharacters(element), 0);
  }, 0);
