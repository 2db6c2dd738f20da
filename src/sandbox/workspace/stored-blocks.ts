import type { Block, StoredBlock } from '../limits/blocks.ts';
import type { Ids } from './ids.ts';

/** Makes up the block_id and action_id that the app left out, as Slack does: new ones each time. */
export const storeBlocks = (ids: Ids, blocks: readonly Block[]): StoredBlock[] =>
  blocks.map((block) => {
    const block_id = block.block_id ?? ids.next('blk');
    switch (block.type) {
      case 'section':
        return block.accessory === undefined || block.accessory.type === 'image'
          ? { ...block, block_id }
          : {
              ...block,
              block_id,
              accessory: { ...block.accessory, action_id: block.accessory.action_id ?? ids.next('act') },
            };
      case 'actions':
        return {
          ...block,
          block_id,
          elements: block.elements.map((element) => ({
            ...element,
            action_id: element.action_id ?? ids.next('act'),
          })),
        };
      case 'input':
        return {
          ...block,
          block_id,
          element: { ...block.element, action_id: block.element.action_id ?? ids.next('act') },
        };
      default:
        return { ...block, block_id };
    }
  });
