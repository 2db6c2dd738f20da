import { elementsOf } from './walk.ts';
import type { Block } from './blocks.ts';
import type { Problem } from './problems.ts';

const repeated = (ids: readonly (string | undefined)[]): { id: string; index: number }[] =>
  ids.flatMap((id, index) => (id !== undefined && ids.indexOf(id) < index ? [{ id, index }] : []));

/** block_id once per message or view, action_id once per block; the same action_id in two blocks is fine. */
export const uniquenessProblems = (root: string, blocks: readonly Block[]): Problem[] => {
  const blockIds = repeated(blocks.map((block) => block.block_id)).map(({ id, index }) => ({
    message: `\`block_id\` "${id}" already exists`,
    pointer: `${root}/${index}/block_id`,
  }));
  const actionIds = blocks.flatMap((block, index) =>
    repeated(elementsOf(block).map((element) => element.action_id)).map((hit) => ({
      message: `\`action_id\` "${hit.id}" already exists for this block`,
      pointer: `${root}/${index}/elements/${hit.index}/action_id`,
    })),
  );
  return [...blockIds, ...actionIds];
};
