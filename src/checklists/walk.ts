import type { Stage } from '../domain/checklist.ts';
import { STAGES } from '../domain/checklist.ts';
import { CHECK_ENTRY_SETTINGS, CHECK_SETTINGS } from './schema/check.ts';
import type { RawCheck, RawCheckEntry } from './schema/check.ts';
import type { RawChecklist, RawItem, RawPhase } from './schema/checklist.ts';
import type { Path } from './source.ts';

export type Section = Stage | 'criteria' | 'rollback' | 'after';

/** An item as written, with its place in the file. */
export type PlacedItem = {
  readonly item: RawItem;
  readonly path: Path;
  readonly section: Section;
  /** Ids around it, from the phase inwards; outside the stages there is no phase. */
  readonly within: readonly string[];
  /** 1 for an item directly in its phase. */
  readonly level: number;
};

export type PlacedPhase = { readonly phase: RawPhase; readonly path: Path; readonly stage: Stage };

/** One check as written, with the item that carries it. */
export type PlacedCheck = {
  readonly raw: RawCheck | RawCheckEntry;
  readonly path: Path;
  /** Absent for the check that reads the version. */
  readonly owner?: PlacedItem;
};

export const phasesOf = (raw: RawChecklist): readonly PlacedPhase[] =>
  STAGES.flatMap((stage) =>
    (raw.stages[stage] ?? []).map((phase, index) => ({ phase, path: ['stages', stage, index], stage })),
  );

/** All items in the order they can happen: stages, criteria, rollback plans, work after a rollback; parents first. */
export const itemsOf = (raw: RawChecklist): readonly PlacedItem[] => [
  ...phasesOf(raw).flatMap(({ phase, path, stage }) =>
    placed(phase.items, [...path, 'items'], { section: stage, within: [phase.id] }),
  ),
  ...placed(raw.criteria?.items ?? [], ['criteria', 'items'], { section: 'criteria', within: [] }),
  ...Object.entries(raw.rollback?.plans ?? {}).flatMap(([name, plan]) =>
    placed(plan.items, ['rollback', 'plans', name, 'items'], { section: 'rollback', within: [] }),
  ),
  ...placed(raw.rollback?.after ?? [], ['rollback', 'after'], { section: 'after', within: [] }),
];

const placed = (
  items: readonly RawItem[],
  path: Path,
  around: { readonly section: Section; readonly within: readonly string[]; readonly level?: number },
): readonly PlacedItem[] =>
  items.flatMap((item, index) => {
    const here = {
      item,
      path: [...path, index],
      section: around.section,
      within: around.within,
      level: around.level ?? 1,
    };
    const inner = { section: around.section, within: [...around.within, item.id], level: here.level + 1 };
    return [here, ...placed(item.items ?? [], [...here.path, 'items'], inner)];
  });

/** The checks of an item: `check`, or each of `checks`. */
export const checksOfItem = (owner: PlacedItem): readonly PlacedCheck[] => [
  ...(owner.item.check === undefined
    ? []
    : [{ raw: owner.item.check, path: [...owner.path, 'check'], owner }]),
  ...(owner.item.checks ?? []).map((raw, index) => ({ raw, path: [...owner.path, 'checks', index], owner })),
];

export const checksOf = (raw: RawChecklist): readonly PlacedCheck[] => [
  ...(raw.version === undefined ? [] : [{ raw: raw.version.check, path: ['version', 'check'] }]),
  ...itemsOf(raw).flatMap(checksOfItem),
];

/** The keys of a check that are no settings: the kinds it names, of which there has to be exactly one. */
export const kindsNamed = (raw: RawCheck | RawCheckEntry, isEntry: boolean): readonly string[] => {
  const settings = isEntry ? CHECK_ENTRY_SETTINGS : CHECK_SETTINGS;
  return Object.keys(raw).filter((key) => !settings.includes(key));
};

/** Ids of the children that `checks` becomes: `<id>-1`, `<id>-2`. */
export const entryId = (itemId: string, index: number): string => `${itemId}-${index + 1}`;

export type Report = (path: Path, message: string, part?: 'key' | 'value') => void;
