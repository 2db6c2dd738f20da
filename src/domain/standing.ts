import { judge } from '../lib/matching/judge.ts';
import type { ItemProgress } from './deployment.ts';
import { progressOf } from './deployment.ts';
import type { Plan, PlanItem } from './plan.ts';
import { planOf } from './plan.ts';
import type { Situation } from './situation.ts';

/**
 * How an item stands, derived and never stored.
 * `open` waits for a person or a result; `red` failed; `unclear` could not be measured; `hidden` does not apply here.
 */
export type Standing =
  | 'hidden'
  | 'open'
  | 'passed'
  | 'warned'
  | 'red'
  | 'unclear'
  | 'accepted'
  | 'confirmed'
  | 'skipped'
  | 'not_applicable';

const SETTLED_WELL: ReadonlySet<Standing> = new Set([
  'hidden',
  'passed',
  'warned',
  'accepted',
  'confirmed',
  'skipped',
  'not_applicable',
]);

/** True when a gate may open on it. */
export const isWell = (standing: Standing): boolean => SETTLED_WELL.has(standing);

/** The plan of a deployment together with how each of its items stands. */
export type Board = {
  readonly plan: Plan;
  readonly standing: (itemId: string) => Standing;
  /** Counts over a set of items, as `state` checks observe them. */
  readonly tally: (of: readonly string[]) => Tally;
};

export type Tally = {
  readonly total: number;
  readonly settled: number;
  readonly open: number;
  readonly red: number;
  readonly skipped: number;
};

/** True for items that stand for themselves: neither a sum of others nor a judgement about others. */
export const isLeaf = ({ item: { body } }: PlanItem): boolean =>
  body.kind !== 'parent' && body.kind !== 'twin' && !isStateCheck(body);

/** True for a check that looks at other items and runs nothing. */
export const isJudgement = ({ item: { body } }: PlanItem): boolean => isStateCheck(body);

const isStateCheck = (body: PlanItem['item']['body']): boolean =>
  body.kind === 'check' && body.check.kind === 'state';

export const boardOf = (situation: Situation): Board => {
  const plan = planOf(situation.checklist, situation.deployment.choices, situation.holds);
  const known = new Map<string, Standing>();

  const standing = (itemId: string): Standing => {
    const found = known.get(itemId);
    if (found !== undefined) return found;
    // A judgement that leads back to itself counts as open while it is being made.
    known.set(itemId, 'open');
    const entry = plan.byId.get(itemId);
    const result = entry === undefined ? 'open' : derive(entry);
    known.set(itemId, result);
    return result;
  };

  const derive = (entry: PlanItem): Standing => {
    if (!entry.applies) return 'hidden';
    const { body } = entry.item;
    if (body.kind === 'twin') return standing(body.of);
    const progress = progressOf(situation.deployment, entry.item.id);
    const own = ownStanding(progress);
    if (own !== 'open') return own;
    if (body.kind === 'parent') return sumOf(entry.childIds.map(standing));
    if (isStateCheck(body)) return judged(entry);
    return 'open';
  };

  /** A name that means nothing here never passes; where nothing of what is named applies there is nothing to judge. */
  const judged = ({ item }: PlanItem): Standing => {
    if (item.body.kind !== 'check') return 'open';
    const { expect } = item.body.check;
    const of = namedBy(item);
    if (of.length === 0 || of.some((id) => leavesOf(plan, [id]).length === 0)) return 'open';
    const counts = tally(of);
    if (counts.total === 0) return 'hidden';
    const findings = judge(expect ?? { open: 0, red: 0 }, counts, { level: 'fail' });
    if (findings.every((finding) => finding.verdict === 'holds')) return 'passed';
    return counts.red > 0 ? 'red' : 'open';
  };

  const tally = (of: readonly string[]): Tally => {
    const standings = leavesOf(plan, of)
      .map((entry) => standing(entry.item.id))
      .filter((kind) => kind !== 'hidden');
    const count = (...kinds: Standing[]) => standings.filter((kind) => kinds.includes(kind)).length;
    const red = count('red');
    const settled = standings.filter(isWell).length;
    return {
      total: standings.length,
      settled,
      red,
      open: standings.length - settled - red,
      skipped: count('skipped'),
    };
  };

  return { plan, standing, tally };
};

/**
 * What stands for items, phases or stages named by id: the leaves below them, for a twin those of its original. A
 * rollback plan may be called like a phase or item and is never meant.
 */
export const leavesOf = (plan: Plan, of: readonly string[]): readonly PlanItem[] => {
  const named = new Set(of);
  const inside = plan.items.filter((entry) => isInside(plan, entry, named));
  const originals = new Set(
    inside.flatMap(({ item: { body }, applies }) => (body.kind === 'twin' && applies ? [body.of] : [])),
  );
  const found = new Set([
    ...inside,
    ...plan.items.filter((entry) => originals.has(entry.item.id) || isBelow(plan, entry, originals)),
  ]);
  // A judgement counts where it is meant itself, not as one of many beside the items it looks at.
  return plan.items.filter(
    (entry) =>
      found.has(entry) && (isLeaf(entry) || (named.has(entry.item.id) && isStateCheck(entry.item.body))),
  );
};

const namedBy = ({ body }: PlanItem['item']): readonly string[] =>
  body.kind === 'check' ? [body.check.params['of']].flat().filter((id) => typeof id === 'string') : [];

/** Of the lines that a parent sums up, or a judgement looks at, those that keep it open or red. */
export const notYetWell = (board: Board, entry: PlanItem): readonly PlanItem[] =>
  leavesOf(board.plan, isJudgement(entry) ? namedBy(entry.item) : [entry.item.id]).filter(
    (other) => other !== entry && !isWell(board.standing(other.item.id)),
  );

const isInside = (plan: Plan, entry: PlanItem, named: ReadonlySet<string>): boolean =>
  named.has(entry.item.id) ||
  (entry.section !== 'rollback' && named.has(entry.phaseId)) ||
  named.has(entry.section) ||
  isBelow(plan, entry, named);

const isBelow = (plan: Plan, entry: PlanItem, named: ReadonlySet<string>): boolean => {
  for (let id = entry.parentId; id !== null; id = plan.byId.get(id)?.parentId ?? null) {
    if (named.has(id)) return true;
  }
  return false;
};

const ownStanding = ({ settled, measured, accepted }: ItemProgress): Standing => {
  switch (settled?.kind) {
    case 'confirmed':
    case 'elapsed':
      return 'confirmed';
    case 'skipped':
    case 'not_applicable':
      return settled.kind;
    case 'failed':
      return accepted === undefined ? 'red' : 'accepted';
    case undefined:
      break;
  }
  switch (measured?.outcome) {
    case 'pass':
      return 'passed';
    case 'warn':
      return 'warned';
    case 'fail':
    case 'error':
    case 'timed_out':
      return accepted === undefined ? 'red' : 'accepted';
    case 'inconclusive':
      return accepted === undefined ? 'unclear' : 'accepted';
    case 'skipped':
    case undefined:
      return 'open';
  }
};

/** A parent is as its children: one red makes it red, one open leaves it open. */
const sumOf = (children: readonly Standing[]): Standing => {
  const shown = children.filter((kind) => kind !== 'hidden');
  if (shown.length === 0) return 'hidden';
  if (shown.includes('red')) return 'red';
  if (shown.includes('unclear')) return 'unclear';
  if (!shown.every(isWell)) return 'open';
  const same = shown[0] ?? 'passed';
  if (shown.every((kind) => kind === same)) return same;
  return shown.includes('warned') ? 'warned' : 'passed';
};
