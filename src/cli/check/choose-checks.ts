import type { CheckDefinition, Readiness } from '../../domain/check.ts';
import type { PlanItem, Section } from '../../domain/plan.ts';
import { isLeaf } from '../../domain/standing.ts';

/** One check of the checklist, and whether it can be run here and now. */
export type ChosenCheck = {
  readonly entry: PlanItem;
  readonly definition: CheckDefinition;
  readonly readiness: Readiness;
};

/** Ways back are no part of a look at how things are; their checks are asked for by name. */
const USUAL: ReadonlySet<Section> = new Set(['prepare', 'deploy', 'verify', 'watch', 'criteria']);

/**
 * The checks that apply, in the order of the checklist. `phase`: id of a phase or name of a stage; absent: all but the
 * ways back. Judgements about other items are left out: they measure nothing.
 */
export const chooseChecks = (
  items: readonly PlanItem[],
  readiness: (entry: PlanItem) => Readiness,
  phase: string | undefined,
): readonly ChosenCheck[] =>
  items.flatMap((entry) => {
    const { body } = entry.item;
    if (body.kind !== 'check' || body.check.kind === 'state') return [];
    if (!entry.applies || !isLeaf(entry) || !isAsked(entry, phase)) return [];
    return [{ entry, definition: body.check, readiness: readiness(entry) }];
  });

const isAsked = ({ section, phaseId }: PlanItem, phase: string | undefined): boolean =>
  phase === undefined ? USUAL.has(section) : phase === section || phase === phaseId;

/** What `--phase` may name. */
export const phaseNames = (items: readonly PlanItem[]): readonly string[] => [
  ...new Set(items.flatMap(({ section, phaseId }) => [section, phaseId])),
];
