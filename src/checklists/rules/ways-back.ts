import type { RawChecklist, RawItem } from '../schema/checklist.ts';
import type { Report } from '../walk.ts';

/** A way back is over when its required items are settled: one without any would be over before it began. */
export const checkWaysBack = (raw: RawChecklist, report: Report): void => {
  for (const [name, { items }] of Object.entries(raw.rollback?.plans ?? {})) {
    if (!items.some((item) => isRequired(item, true)))
      report(
        ['rollback', 'plans', name],
        `${name}: a rollback plan needs at least one required item that a check or a person settles`,
        'key',
      );
  }
};

/** Children take over what their item says. A twin and a wait show nothing by themselves. */
const isRequired = (item: RawItem, inherited: boolean): boolean => {
  const required = item.required ?? inherited;
  if (item.items !== undefined) return item.items.some((child) => isRequired(child, required));
  return required && item.same_as === undefined && item.timer === undefined;
};
