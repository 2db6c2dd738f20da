import { effectOf } from '../../domain/check.ts';
import type { RawChecklist } from '../schema/checklist.ts';
import type { PlacedItem, Report } from '../walk.ts';
import { itemsOf, kindsNamed } from '../walk.ts';

/** Levels of items below a phase, as the domain's `Item` says. */
const MOST_LEVELS = 3;

const SETTLED_BY = ['check', 'checks', 'approval', 'timer', 'same_as', 'items'] as const;

/** One thing settles an item, and the keys beside it fit that thing. */
export const checkBodies = (raw: RawChecklist, report: Report): void => {
  for (const placed of itemsOf(raw)) {
    checkOneBody(placed, report);
    checkLevel(placed, report);
    checkWatch(placed, report);
  }
};

const checkOneBody = ({ item, path }: PlacedItem, report: Report): void => {
  const [settledBy, second] = SETTLED_BY.filter((key) => item[key] !== undefined);
  if (settledBy === undefined) {
    if (item.effect !== undefined) report([...path, 'effect'], 'effect: stands only beside a check', 'key');
    return;
  }
  if (second !== undefined)
    report([...path, second], `${second}: an item has one of ${settledBy} and ${second}, not both`, 'key');
  if (item.evidence !== undefined)
    report([...path, 'evidence'], `evidence: a person gives it, so it does not go with ${settledBy}`, 'key');
  if (item.effect !== undefined && item.check === undefined && item.checks === undefined)
    report([...path, 'effect'], 'effect: stands only beside a check', 'key');
};

const checkLevel = ({ item, path, level }: PlacedItem, report: Report): void => {
  if (level > MOST_LEVELS) report(path, `items: at most ${MOST_LEVELS} levels, this is level ${level}`);
  if (level === MOST_LEVELS && item.checks !== undefined)
    report(
      [...path, 'checks'],
      `checks: become items one level below, and this is level ${MOST_LEVELS} already`,
      'key',
    );
};

const checkWatch = ({ item, path }: PlacedItem, report: Report): void => {
  if (item.watch !== true) return;
  const effects = [
    ...(item.check === undefined ? [] : [effectOf(kindsNamed(item.check, false)[0] ?? '', item.effect)]),
    ...(item.checks ?? []).map((entry) =>
      effectOf(kindsNamed(entry, true)[0] ?? '', entry.effect ?? item.effect),
    ),
  ];
  const place = [...path, 'watch'];
  if (effects.length === 0)
    report(place, 'watch: expected a check beside it, only checks run again by themselves');
  else if (!effects.includes('read'))
    report(place, 'watch: expected a check that reads, others run only by a click');
};
