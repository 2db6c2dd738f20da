import type { Instant } from '../../lib/time.ts';
import { DAY } from '../../lib/time.ts';
import type { LadderRung, Offset } from '../checklist.ts';
import type { Anchors, FollowUp } from '../deployment.ts';
import type { Situation } from '../situation.ts';

/** Runs closer than this share of their offset are merged. */
const MERGE_SHARE = 0.1;

/** The schedule after T-0: bounded series in full, open ones one run ahead, close runs merged. */
export const materialiseLadder = (situation: Situation, deployedAt: Instant): readonly FollowUp[] => {
  const { ladder, timeZone } = situation.checklist;
  const runs = ladder.map((rung, index) => runsOf(situation, { rung, index, deployedAt, timeZone }));
  const bounded = runs
    .flat()
    .filter(({ rung }) => !isOpenSeries(ladder[rung]))
    .sort((a, b) => a.dueAt - b.dueAt)
    .reduce<readonly FollowUp[]>((kept, run) => merged(kept, run, { ladder, deployedAt }), []);
  const open = runs
    .flat()
    .filter(({ rung }) => isOpenSeries(ladder[rung]))
    .flatMap((run) => freeInSeries(situation, run, { bounded, deployedAt }) ?? []);
  return [...bounded, ...open].sort((a, b) => a.dueAt - b.dueAt);
};

const isClose = (earlier: Instant, later: Instant, deployedAt: Instant): boolean =>
  later - earlier < MERGE_SHARE * (later - deployedAt);

/** Of two close runs the one with the exact offset stays, else the first. */
const merged = (
  kept: readonly FollowUp[],
  run: FollowUp,
  { ladder, deployedAt }: { ladder: readonly LadderRung[]; deployedAt: Instant },
): readonly FollowUp[] => {
  const last = kept.at(-1);
  if (last === undefined || !isClose(last.dueAt, run.dueAt, deployedAt)) return [...kept, run];
  const isExact = ({ rung }: FollowUp) => ladder[rung]?.kind === 'at';
  return isExact(run) && !isExact(last) ? [...kept.slice(0, -1), run] : kept;
};

/** An open series yields to bounded runs: its first run that is close to none of them, `run` itself or a later one. */
const freeInSeries = (
  situation: Situation,
  run: FollowUp,
  { bounded, deployedAt }: { bounded: readonly FollowUp[]; deployedAt: Instant },
): FollowUp | undefined => {
  const { timeZone, ladder } = situation.checklist;
  const rung = ladder[run.rung];
  if (rung?.kind !== 'cron') return undefined;
  let dueAt: Instant | undefined = run.dueAt;
  for (let tried = 0; tried < MOST_RUNS && dueAt !== undefined; tried += 1) {
    const at = dueAt;
    const isTaken = bounded.some((other) =>
      isClose(Math.min(at, other.dueAt), Math.max(at, other.dueAt), deployedAt),
    );
    if (!isTaken) return { ...run, dueAt };
    dueAt = situation.calendar.nextCron(rung.cron, timeZone, dueAt);
  }
  return undefined;
};

/** A series that only the end of the deployment ends. */
export const isOpenSeries = (rung: LadderRung | undefined): boolean =>
  rung?.kind === 'cron' && rung.forMs === undefined;

/** The run after `followUp` in its open series; undefined for bounded rungs. */
export const nextInSeries = (situation: Situation, followUp: FollowUp): FollowUp | undefined => {
  const { deployment, checklist, calendar } = situation;
  const rung = checklist.ladder[followUp.rung];
  if (rung?.kind !== 'cron' || rung.forMs !== undefined) return undefined;
  const after = Math.max(followUp.dueAt, situation.now);
  const dueAt = calendar.nextCron(rung.cron, checklist.timeZone, after);
  if (dueAt === undefined) return undefined;
  const bounded = deployment.followUps.filter((other) => !isOpenSeries(checklist.ladder[other.rung]));
  const next = planned(situation, { rung: followUp.rung, dueAt, title: followUp.title });
  return freeInSeries(situation, next, { bounded, deployedAt: deployment.anchors.deployed ?? dueAt });
};

/** When an offset falls, or undefined while its anchor is unknown. Negative offsets count from planned Go. */
export const momentOf = (offset: Offset, anchors: Anchors): Instant | undefined => {
  const { start, plannedGo, go, deployed } = anchors;
  const base = offset.ms < 0 ? plannedGo : { start, go, deployed }[offset.anchor];
  return base === undefined ? undefined : base + offset.ms;
};

type RungPlace = { rung: LadderRung; index: number; deployedAt: Instant; timeZone: string };

/** A bounded series longer than this is a mistake in the file; the rest is left out. */
const MOST_RUNS = 100;

const runsOf = (situation: Situation, { rung, index, deployedAt, timeZone }: RungPlace): FollowUp[] => {
  if (rung.kind === 'at') {
    const dueAt = momentOf(rung.offset, { ...situation.deployment.anchors, deployed: deployedAt });
    return dueAt === undefined
      ? []
      : [planned(situation, { rung: index, dueAt, title: rung.title ?? offsetText(rung.offset.ms) })];
  }
  const runs: FollowUp[] = [];
  const end = rung.forMs === undefined ? undefined : deployedAt + rung.forMs;
  let after = deployedAt;
  while (runs.length < MOST_RUNS) {
    const dueAt = situation.calendar.nextCron(rung.cron, timeZone, after);
    if (dueAt === undefined || (end !== undefined && dueAt > end)) break;
    const title = rung.title ?? (end === undefined ? seriesTitle(rung.cron) : dayTitle(dueAt - deployedAt));
    runs.push(planned(situation, { rung: index, dueAt, title }));
    if (end === undefined) break;
    after = dueAt;
  }
  return runs;
};

const planned = (
  situation: Situation,
  { rung, dueAt, title }: Pick<FollowUp, 'rung' | 'dueAt' | 'title'>,
): FollowUp => ({ id: situation.newId(), rung, dueAt, title, state: { kind: 'planned' } });

const seriesTitle = (cron: string): string =>
  /^\S+\s+\S+\s+\*\s+\*\s+[^*]+$/.test(cron) ? 'weekly' : 'next';

const dayTitle = (ms: number): string => `d${Math.max(1, Math.ceil(ms / DAY))}`;

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** `+15m`, `+24h`, `+6s`: the largest unit that divides evenly; a single day stays 24h as people say it. */
export const offsetText = (ms: number): string => {
  const size = Math.abs(ms);
  const unit = UNITS.find(([name, length]) => size % length === 0 && !(name === 'd' && size === length));
  const [name, length] = unit ?? (['ms', 1] as const);
  return `${ms < 0 ? '-' : '+'}${size / length}${name}`;
};
