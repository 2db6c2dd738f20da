import type { DomainEvent } from '../../domain/events.ts';
import type { PlanItem } from '../../domain/plan.ts';
import { itemDueAt } from '../../domain/watch/due-items.ts';
import type { Instant } from '../../lib/time.ts';
import type { PastEvent, ReportFacts } from './facts.ts';
import { countedLines } from './facts.ts';

/** When a phase was meant to be done and when it was worked on; absent: not planned, or nothing happened. */
export type PhaseTimes = {
  readonly title: string;
  readonly section: string;
  readonly lines: number;
  readonly planned?: Instant;
  readonly began?: Instant;
  /** When its last line was settled for the first time; later looks do not count. */
  readonly ended?: Instant;
};

export const phaseTimes = (facts: ReportFacts): readonly PhaseTimes[] => {
  const phases = new Map<string, PlanItem[]>();
  for (const entry of countedLines(facts.scene).filter(({ applies }) => applies)) {
    const key = `${entry.section} ${entry.phaseId}`;
    phases.set(key, [...(phases.get(key) ?? []), entry]);
  }
  const seen = timesPerItem(facts.past);
  return [...phases.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [timesOf(facts, [first, ...others], seen)],
  );
};

type Seen = {
  readonly began: ReadonlyMap<string, Instant>;
  readonly settled: ReadonlyMap<string, Instant>;
};

const timesOf = (facts: ReportFacts, lines: readonly [PlanItem, ...PlanItem[]], seen: Seen): PhaseTimes => {
  const [first] = lines;
  const began = known(lines.map(({ item }) => seen.began.get(item.id)));
  const settled = known(lines.map(({ item }) => seen.settled.get(item.id)));
  const planned = plannedFor(facts, first, lines);
  return {
    title: first.phaseTitle,
    section: first.section,
    lines: lines.length,
    ...(planned === undefined ? {} : { planned }),
    ...(began.length === 0 ? {} : { began: Math.min(...began) }),
    ...(settled.length < lines.length ? {} : { ended: Math.max(...settled) }),
  };
};

const known = (times: readonly (Instant | undefined)[]): readonly Instant[] =>
  times.filter((time) => time !== undefined);

/** The latest time of its own that a line has; preparation has to be done at the planned Go. */
const plannedFor = (
  { scene }: ReportFacts,
  { section }: PlanItem,
  lines: readonly PlanItem[],
): Instant | undefined => {
  const dues = known(lines.map((entry) => itemDueAt(scene.situation, entry)));
  const { plannedGo } = scene.situation.deployment.anchors;
  const all = section === 'prepare' && plannedGo !== undefined ? [...dues, plannedGo] : dues;
  return all.length === 0 ? undefined : Math.max(...all);
};

const SETTLING: ReadonlySet<DomainEvent['type']> = new Set([
  'item_confirmed',
  'item_skipped',
  'item_marked_not_applicable',
  'red_accepted',
  'timer_elapsed',
]);

const timesPerItem = (past: readonly PastEvent[]): Seen => {
  const began = new Map<string, Instant>();
  const settled = new Map<string, Instant>();
  const first = (times: Map<string, Instant>, itemId: string, at: Instant) => {
    if (!times.has(itemId)) times.set(itemId, at);
  };
  for (const { at, event } of past) {
    if (event.type === 'checks_requested') for (const { itemId } of event.runs) first(began, itemId, at);
    if (!('itemId' in event)) continue;
    first(began, event.itemId, at);
    const isWell = event.type === 'check_settled' && ['pass', 'warn'].includes(event.measured.outcome);
    if (isWell || SETTLING.has(event.type)) first(settled, event.itemId, at);
  }
  return { began, settled };
};
