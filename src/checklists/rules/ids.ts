import { PREVIOUS_RUNS, VERSION_LIVE } from '../../domain/checklist.ts';
import { didYouMean } from '../../lib/nearest.ts';
import type { RawChecklist } from '../schema/checklist.ts';
import type { Path } from '../source.ts';
import type { PlacedItem, Report } from '../walk.ts';
import { entryId, itemsOf, phasesOf } from '../walk.ts';

type NamedPlace = { readonly id: string; readonly path: Path };

const BUILT_IN: Readonly<Record<string, string>> = {
  [VERSION_LIVE]: 'the verify stage',
  [PREVIOUS_RUNS]: 'a way back without a plan',
};

/** Ids are unique over phases, items, info and contacts; the built-in item's id is taken. */
export const checkUniqueIds = (raw: RawChecklist, report: Report): void => {
  const first = new Map<string, Path>();
  for (const { id, path } of namedPlaces(raw)) {
    const builtIn = BUILT_IN[id];
    if (builtIn !== undefined) report(path, `id: ${id} is the built-in item of ${builtIn}`);
    else if (first.has(id)) report(path, `id: ${id} is used twice in this file`);
    else first.set(id, path);
  }
};

const namedPlaces = (raw: RawChecklist): readonly NamedPlace[] => [
  ...phasesOf(raw).map(({ phase, path }) => ({ id: phase.id, path: [...path, 'id'] })),
  ...itemsOf(raw).flatMap(({ item, path }) => [
    { id: item.id, path: [...path, 'id'] },
    ...(item.checks ?? []).map((_, index) => ({
      id: entryId(item.id, index),
      path: [...path, 'checks', index],
    })),
  ]),
  ...(raw.info ?? []).map(({ id }, index) => ({ id, path: ['info', index, 'id'] })),
  ...(raw.contacts ?? []).map(({ id }, index) => ({ id, path: ['contacts', index, 'id'] })),
];

/** `same_as` names another item, and following twins and parents never comes back to where it began. */
export const checkTwins = (raw: RawChecklist, report: Report): void => {
  const items = itemsOf(raw);
  const settledBy = new Map<string, readonly string[]>();
  for (const { item } of items) settledBy.set(item.id, settles(item));
  for (const { item } of items)
    for (const [index] of (item.checks ?? []).entries()) settledBy.set(entryId(item.id, index), []);
  const known = [...settledBy.keys()];
  for (const { item, path } of items) {
    if (item.same_as === undefined) continue;
    const place = [...path, 'same_as'];
    if (!settledBy.has(item.same_as))
      report(place, `same_as: no item ${item.same_as} in this file${didYouMean(item.same_as, known)}`);
    else if (reaches(item.same_as, item.id, settledBy))
      report(place, `same_as: ${item.id} and ${item.same_as} would wait for each other`);
  }
};

const settles = (item: PlacedItem['item']): readonly string[] => [
  ...(item.same_as === undefined ? [] : [item.same_as]),
  ...(item.items ?? []).map(({ id }) => id),
];

const reaches = (from: string, to: string, edges: ReadonlyMap<string, readonly string[]>): boolean => {
  const seen = new Set<string>();
  const open = [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === to) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    open.push(...(edges.get(id) ?? []));
  }
  return false;
};
