import type { Effect } from '../../domain/check.ts';
import { OLD_VERSION, VERSION_LIVE } from '../../domain/checklist.ts';
import type { PlanItem } from '../../domain/plan.ts';
import type { Instant } from '../../lib/time.ts';
import { momentOf } from '../../domain/watch/ladder.ts';
import { itemDueAt } from '../../domain/watch/due-items.ts';
import { isJudgement } from '../../domain/standing.ts';
import type { Scene } from '../scene.ts';
import { decidedAt, focusOf, isRecent, linesOf, progressIn } from '../scene.ts';
import { blockersOf, openBefore, stuckJudgements } from './judgements.ts';

/** Why a line stands among those for people. */
export type PeopleKind = 'unclear' | 'by_click' | 'person' | 'judgement';

/** A line that needs a person, or needed one within the last minute. */
export type PeopleLine = {
  readonly entry: PlanItem;
  readonly kind: PeopleKind;
  readonly isSettled: boolean;
};

/** A row of the people zone: one line, the lines of a phase together, or by-click checks that one button runs. */
export type PeopleRow =
  | { readonly kind: 'line'; readonly line: PeopleLine }
  | { readonly kind: 'phase'; readonly lines: readonly PeopleLine[] }
  | { readonly kind: 'run'; readonly effect: Effect; readonly lines: readonly PeopleLine[] };

/**
 * Everything that needs a person now: unclear first, then what a gate waits for, then the rest; else as in the file.
 * Steps stay in the order of the file.
 */
export const peopleLines = (scene: Scene): readonly PeopleLine[] => {
  const focus = linesOf(scene, focusOf(scene)).filter((entry) => isDue(scene, entry));
  const lines = withOthers(scene, focus).flatMap((entry) => lineOf(scene, entry) ?? []);
  if (isInOrder(scene)) return lines;
  const unclear = lines.filter(({ kind }) => kind === 'unclear');
  const rest = lines.filter(({ kind }) => kind !== 'unclear').toSorted((a, b) => rankOf(a) - rankOf(b));
  return [...unclear.slice(0, UNCLEAR_FIRST), ...rest, ...unclear.slice(UNCLEAR_FIRST)];
};

/** A judgement that waits for what no stage under way shows comes with what it looks at; in the watch, what the sign-off asks for. */
const withOthers = (scene: Scene, focus: readonly PlanItem[]): readonly PlanItem[] => {
  const stuck = stuckJudgements(scene);
  const before = linesOf(scene, ['prepare', 'deploy']);
  const shown = new Set([
    ...focus,
    ...stuck,
    ...stuck.flatMap((entry) => blockersOf(scene, entry)),
    ...openBefore(scene),
    ...before.filter((entry) => isAfterT0(scene, decidedAt(progressIn(scene, entry)))),
    ...scene.board.plan.items.filter(
      (entry) => isJudgement(entry) && isRecent(scene, decidedAt(progressIn(scene, entry))),
    ),
  ]);
  return shown.size === focus.length ? focus : scene.board.plan.items.filter((entry) => shown.has(entry));
};

/** Settled late, although its stage is over: it stands here as long as other rows do. */
const isAfterT0 = (scene: Scene, at: Instant | undefined): boolean => {
  const { deployed } = scene.situation.deployment.anchors;
  return at !== undefined && deployed !== undefined && at > deployed && isRecent(scene, at);
};

/** A broken runner makes everything unclear; it must not hide what only people can do. */
const UNCLEAR_FIRST = 3;

/** People deploy and roll back step by step. */
export const isInOrder = ({ situation }: Scene): boolean =>
  ['deploying', 'rolling_back', 'rolled_back'].includes(situation.deployment.state.kind);

/** Work with its own time comes when it is due; success criteria when they are first judged. */
export const isDue = (scene: Scene, entry: PlanItem): boolean => {
  const { situation } = scene;
  if (entry.section === 'criteria') {
    const times = (situation.checklist.criteria?.at ?? []).map((offset) =>
      momentOf(offset, situation.deployment.anchors),
    );
    return times.some((time) => time !== undefined && time <= situation.now);
  }
  const at = itemDueAt(situation, entry);
  return at === undefined || at <= situation.now || entry.section === 'after';
};

/** What a gate waits for comes first. */
const rankOf = ({ entry }: PeopleLine): number => (entry.item.required ? 0 : 1);

const lineOf = (scene: Scene, entry: PlanItem): PeopleLine | undefined => {
  const progress = progressIn(scene, entry);
  const kind = kindOf(scene, entry);
  if (kind === undefined) return undefined;
  switch (scene.board.standing(entry.item.id)) {
    case 'open':
    case 'unclear':
      return { entry, kind, isSettled: false };
    case 'red':
      return kind === 'judgement' ? { entry, kind, isSettled: false } : undefined;
    case 'hidden':
      return undefined;
    case 'passed':
    case 'warned':
      // Somebody clicked Run check a moment ago and looks for the answer where the button was.
      return kind === 'by_click' && isRecent(scene, progress.measured?.at)
        ? { entry, kind, isSettled: true }
        : undefined;
    default:
      return wasRed(scene, entry) || !isRecent(scene, decidedAt(progress))
        ? undefined
        : { entry, kind, isSettled: true };
  }
};

/** A row that stood among the red ones stays there until its minute is over. */
export const wasRed = (scene: Scene, entry: PlanItem): boolean => {
  const outcome = progressIn(scene, entry).measured?.outcome;
  return outcome === 'fail' || outcome === 'error' || outcome === 'timed_out';
};

const kindOf = (scene: Scene, entry: PlanItem): PeopleKind | undefined => {
  const { body } = entry.item;
  if (body.kind === 'timer') return undefined;
  if (body.kind !== 'check') return 'person';
  return isJudgement(entry) ? 'judgement' : kindOfCheck(scene, entry);
};

const kindOfCheck = (scene: Scene, entry: PlanItem): PeopleKind | undefined => {
  const { measured, running } = progressIn(scene, entry);
  const readiness = scene.situation.readiness(entry);
  if (measured?.outcome === 'inconclusive') return waitsForVersion(scene, entry) ? undefined : 'unclear';
  if (readiness.kind === 'not_connected') return 'person';
  if (readiness.kind === 'by_click') return 'by_click';
  // A step with a command is measured when a person has done it.
  const isStep = entry.section === 'deploy' && entry.item.command !== undefined;
  return isStep && (running === undefined || running.reason.kind === 'click') ? 'by_click' : undefined;
};

/** While the old version answers, nobody can do anything about it but wait; version-live itself says so. */
export const waitsForVersion = (scene: Scene, entry: PlanItem): boolean =>
  progressIn(scene, entry).measured?.line === OLD_VERSION && entry.item.id !== VERSION_LIVE;

/** Fewer lines than these never stand as one row. */
const LEAST = { run: 2, phase: 3 } as const;

/** Rows in the order of the lines: one by one when they fit into `most` rows, else phases with many lines together. */
export const peopleRows = (
  scene: Scene,
  lines: readonly PeopleLine[],
  most: number,
): readonly PeopleRow[] => {
  const loose = grouped(lines, [runKey]);
  return loose.length <= most || isInOrder(scene) ? loose : grouped(lines, [runKey, phaseKey]);
};

type Group = { readonly kind: 'run' | 'phase'; readonly key: string };
type GroupKey = (line: PeopleLine) => Group | undefined;

const effectOf = ({ entry }: PeopleLine): Effect =>
  entry.item.body.kind === 'check' ? entry.item.body.effect : 'read';

const placeIn = ({ board }: Scene, line: PeopleLine | undefined): number =>
  line === undefined ? 0 : board.plan.items.indexOf(line.entry);

/** Lines that were chosen by need, so that their numbers rise down the list. */
export const inFileOrder = (scene: Scene, lines: readonly PeopleLine[]): readonly PeopleLine[] =>
  lines.toSorted((a, b) => placeIn(scene, a) - placeIn(scene, b));

/** The same for the rows to draw; what is unclear stays first. */
export const placed = (scene: Scene, rows: readonly PeopleRow[]): readonly PeopleRow[] => {
  const firstOf = (row: PeopleRow) => (row.kind === 'line' ? row.line : row.lines[0]);
  const rankOfRow = (row: PeopleRow) => (firstOf(row)?.kind === 'unclear' ? 0 : 1);
  return rows.toSorted(
    (a, b) => rankOfRow(a) - rankOfRow(b) || placeIn(scene, firstOf(a)) - placeIn(scene, firstOf(b)),
  );
};

/** By-click checks of one phase and effect; steps with a command stay alone, each has its own moment. */
const runKey: GroupKey = (line) =>
  line.kind === 'by_click' && line.entry.item.command === undefined
    ? { kind: 'run', key: `run ${line.entry.phaseId} ${effectOf(line)}` }
    : undefined;

const phaseKey: GroupKey = (line) =>
  line.kind === 'person' ? { kind: 'phase', key: `phase ${line.entry.phaseId}` } : undefined;

const grouped = (lines: readonly PeopleLine[], keys: readonly GroupKey[]): readonly PeopleRow[] => {
  const groupOf = (line: PeopleLine) => keys.map((key) => key(line)).find((group) => group !== undefined);
  const members = new Map<string, PeopleLine[]>();
  for (const line of lines) {
    const group = groupOf(line);
    if (group !== undefined) members.set(group.key, [...(members.get(group.key) ?? []), line]);
  }
  return lines.flatMap((line): PeopleRow[] => {
    const group = groupOf(line);
    const all = group === undefined ? [] : (members.get(group.key) ?? []);
    if (group === undefined || all.length < LEAST[group.kind]) return [{ kind: 'line', line }];
    if (all[0] !== line) return [];
    return group.kind === 'run'
      ? [{ kind: 'run', effect: effectOf(line), lines: all }]
      : [{ kind: 'phase', lines: all }];
  });
};
