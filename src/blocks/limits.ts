import type { KnownBlock, ModalView } from '@slack/types';
import { charactersOf, elementsOf, optionsOf, textsOf } from './walk.ts';

/**
 * Slack's documented limits of what we draw. Blocks per message and per modal; block ids and action ids; texts are
 * checked where they stand. https://docs.slack.dev/reference/block-kit
 */
const LIMITS = {
  message: 50,
  modal: 100,
  id: 255,
  value: 2000,
  option: 75,
  metadata: 3000,
  viewBytes: 250 * 1024,
};

/** The card's own limits: it has to stay readable, and far from Slack's undocumented size of a whole message. */
export const CARD_BLOCKS = 35;
export const CARD_CHARACTERS = 5500;

/** What of these blocks Slack would refuse; empty when it takes them. */
export const problemsOf = (blocks: readonly KnownBlock[], most: number): readonly string[] => [
  ...(blocks.length > most ? [`${blocks.length} blocks, at most ${most}`] : []),
  ...repeated(blocks.map(({ block_id }) => block_id)).map((id) => `block_id ${id} twice`),
  ...blocks.flatMap((block) =>
    blockProblems(block).map((problem) => `${block.block_id ?? block.type}: ${problem}`),
  ),
];

/** Throws when Slack would refuse the blocks of a message, or the view. For tests and for the edge in development. */
export const assertWithinLimits = (what: readonly KnownBlock[] | ModalView): void => {
  const problems = 'type' in what ? viewProblems(what) : problemsOf(what, LIMITS.message);
  if (problems.length > 0) throw new Error(`Slack would refuse this: ${problems.join('; ')}`);
};

const viewProblems = (view: ModalView): readonly string[] => {
  // Our views hold known blocks only; the type of a view allows unknown ones.
  const blocks = view.blocks as readonly KnownBlock[];
  const hasInput = blocks.some(({ type }) => type === 'input');
  return [
    ...problemsOf(blocks, LIMITS.modal),
    ...tooLong('title', view.title.text, 24),
    ...tooLong('submit', view.submit?.text ?? '-', 24),
    ...tooLong('close', view.close?.text ?? '-', 24),
    ...((view.private_metadata?.length ?? 0) > LIMITS.metadata ? ['private_metadata is too long'] : []),
    ...(hasInput && view.submit === undefined ? ['inputs without a submit button'] : []),
    ...(Buffer.byteLength(JSON.stringify(view)) > LIMITS.viewBytes ? ['the view is too large'] : []),
  ];
};

const repeated = (ids: readonly (string | undefined)[]): readonly string[] =>
  ids.filter((id, index): id is string => id !== undefined && ids.indexOf(id) < index);

/** Slack refuses an empty text as much as one that is too long. */
const tooLong = (what: string, text: string, most: number): readonly string[] =>
  text.length > 0 && text.length <= most ? [] : [`${what} has ${text.length} characters, 1 to ${most}`];

const MOST_ELEMENTS: Partial<Record<KnownBlock['type'], number>> = { context: 10, actions: 25 };

const blockProblems = (block: KnownBlock): readonly string[] => {
  const elements = elementsOf(block);
  const count = 'elements' in block ? block.elements.length : 1;
  const most = MOST_ELEMENTS[block.type] ?? Infinity;
  return [
    ...textsOf(block).flatMap(({ text, most: longest }) => tooLong('text', text, longest)),
    ...(count < 1 || count > most ? [`${count} elements, 1 to ${most}`] : []),
    ...((block.block_id?.length ?? 1) > LIMITS.id ? ['block_id is too long'] : []),
    ...repeated(elements.map(({ action_id }) => action_id)).map((id) => `action_id ${id} twice`),
    ...elements.flatMap(elementProblems),
  ];
};

type Element = ReturnType<typeof elementsOf>[number];

const MOST_OPTIONS: Partial<Record<Element['type'], number>> = {
  overflow: 5,
  checkboxes: 10,
  radio_buttons: 10,
  static_select: 100,
};

const elementProblems = (element: Element): readonly string[] => {
  const options = optionsOf(element);
  const most = MOST_OPTIONS[element.type];
  return [
    ...tooLong('action_id', element.action_id ?? '-', LIMITS.id),
    ...(most !== undefined && (options.length < 1 || options.length > most)
      ? [`${element.type} with ${options.length} options, 1 to ${most}`]
      : []),
    ...options.flatMap(({ text, value, description }) => [
      ...tooLong('option', text.text, LIMITS.option),
      ...tooLong('option value', value ?? '', LIMITS.option),
      ...tooLong('option description', description?.text ?? '-', LIMITS.option),
    ]),
    ...repeated(options.map(({ value }) => value)).map((value) => `option ${value} twice`),
    ...(element.type === 'button' ? buttonProblems(element) : []),
    ...(element.type === 'plain_text_input'
      ? tooLong('initial value', element.initial_value ?? '-', 3000)
      : []),
  ];
};

const buttonProblems = (element: Extract<Element, { type: 'button' }>): readonly string[] => [
  ...tooLong('label', element.text.text, 75),
  ...tooLong('value', element.value ?? '-', LIMITS.value),
  ...tooLong('accessibility_label', element.accessibility_label ?? '-', 75),
  ...tooLong('url', element.url ?? '-', 3000),
  ...(element.confirm === undefined
    ? []
    : [
        ...tooLong('confirm title', element.confirm.title?.text ?? '-', 100),
        ...tooLong('confirm text', element.confirm.text.text, 300),
        ...tooLong('confirm button', element.confirm.confirm?.text ?? '-', 30),
        ...tooLong('deny button', element.confirm.deny?.text ?? '-', 30),
      ]),
];

const fitsCard = (blocks: readonly KnownBlock[]): boolean =>
  blocks.length <= CARD_BLOCKS && charactersOf(blocks) <= CARD_CHARACTERS;

/**
 * Draws with the most detail that fits the card. Each zone keeps to its share at every level, so the least detail
 * always fits; if a mistake made it too large, the end is cut off, because a card that Slack refuses shows nothing.
 */
export const fitCard = <Detail>(
  details: readonly Detail[],
  draw: (detail: Detail) => KnownBlock[],
): KnownBlock[] => {
  let blocks: KnownBlock[] = [];
  for (const detail of details) {
    blocks = draw(detail);
    if (fitsCard(blocks)) return blocks;
  }
  return blocks.slice(0, LIMITS.message);
};
