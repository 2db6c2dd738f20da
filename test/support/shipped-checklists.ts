import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadChecklists } from '../../src/checklists/load-checklists.ts';
import type { LoadedChecklists } from '../../src/checklists/load-checklists.ts';
import { STAGES } from '../../src/domain/checklist.ts';
import type { CheckDefinition } from '../../src/domain/check.ts';
import type { Checklist, Item } from '../../src/domain/checklist.ts';

/** The checklists this project ships. */
export const SHIPPED = join(import.meta.dirname, '..', '..', 'checklists');

/** Loads a folder as the product does, or fails with what is wrong with the system's file. */
export const loadShipped = async (
  system: string,
  folder = SHIPPED,
): Promise<{ readonly loaded: LoadedChecklists; readonly checklist: Checklist }> => {
  const loaded = await loadChecklists(folder);
  const checklist = loaded.checklists.get(system);
  if (checklist === undefined) throw new Error(JSON.stringify(loaded.broken.get(system)));
  return { loaded, checklist };
};

/** Ids of `test/fixtures/<system>-ids.txt`, one a line. */
export const knownIds = async (system: string): Promise<readonly string[]> => {
  const text = await readFile(join(import.meta.dirname, '..', 'fixtures', `${system}-ids.txt`), 'utf8');
  return text.split('\n').filter((line) => line !== '');
};

/** An item with the section it stands in; `order` counts sections in the order they come. */
export type Placed = { readonly item: Item; readonly section: string; readonly order: number };

const withChildren = (items: readonly Item[]): readonly Item[] =>
  items.flatMap((item) => [item, ...(item.body.kind === 'parent' ? withChildren(item.body.items) : [])]);

/** Every item of a checklist by id, children included. */
export const itemsOf = (checklist: Checklist): ReadonlyMap<string, Placed> => {
  const { criteria, rollback } = checklist;
  const plans = Object.values(rollback.plans).flatMap(({ items }) => items);
  const sections: readonly (readonly [string, readonly Item[]])[] = [
    ...STAGES.map((stage) => [stage, checklist.stages[stage].flatMap(({ items }) => items)] as const),
    ['criteria', criteria?.items ?? []],
    ['rollback', [...plans, ...rollback.after]],
  ];
  return new Map(
    sections.flatMap(([section, items], order) =>
      withChildren(items).map((item) => [item.id, { item, section, order }] as const),
    ),
  );
};

/** The check of an item that has one. */
export const checkOf = (item: Item | undefined): CheckDefinition => {
  if (item?.body.kind !== 'check') throw new Error(`${item?.id ?? 'the item'} has no check`);
  return item.body.check;
};
