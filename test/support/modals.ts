import type { KnownBlock, ModalView } from '@slack/types';
import { assertWithinLimits } from '../../src/blocks/limits.ts';
import { elementsOf } from '../../src/blocks/walk.ts';
import { outline } from './outline.ts';

/** The blocks of a modal that Slack would take. */
export const blocksOf = (view: ModalView): readonly KnownBlock[] => {
  assertWithinLimits(view);
  return view.blocks as readonly KnownBlock[];
};

/** What a person reads, one line per block. */
export const shown = (view: ModalView): readonly string[] => outline(blocksOf(view));

/** Ids of the blocks that ask for something. */
export const inputs = (view: ModalView): readonly string[] =>
  blocksOf(view).flatMap((block) => (block.type === 'input' ? [block.block_id ?? ''] : []));

/** Values that are ticked from the start in the boxes of a block. */
export const ticked = (view: ModalView, block: string): readonly (string | undefined)[] => {
  const found = blocksOf(view).find(({ block_id }) => block_id === block);
  const [element] = found === undefined ? [] : elementsOf(found);
  return element?.type === 'checkboxes' ? (element.initial_options ?? []).map(({ value }) => value) : [];
};
