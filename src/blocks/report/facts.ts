import type { AuditEvent } from '../../domain/audit.ts';
import type { Alert, Debt } from '../../domain/deployment.ts';
import { progressOf } from '../../domain/deployment.ts';
import type { DomainEvent } from '../../domain/events.ts';
import type { StoredChain } from '../../domain/judge-chain.ts';
import { judgeChain } from '../../domain/judge-chain.ts';
import type { PlanItem, Section } from '../../domain/plan.ts';
import type { Situation } from '../../domain/situation.ts';
import { isLeaf } from '../../domain/standing.ts';
import type { Json } from '../../lib/json.ts';
import { stated } from '../../lib/stated.ts';
import type { Instant } from '../../lib/time.ts';
import type { Scene } from '../scene.ts';
import { sceneOf } from '../scene.ts';
import { plural } from '../text.ts';

/** What a report is made of. */
export type ReportInput = {
  readonly situation: Situation;
  /** The deployment's whole chain. */
  readonly chain: StoredChain;
  /** How to call a person in a file, where Slack draws no mention; absent: the id. */
  readonly nameOf?: (id: string) => string;
};

/** Something that was skipped, taken on purpose or said to have no meaning here, and who took responsibility at sign-off. */
export type Left = {
  readonly title: string;
  readonly kind: Debt['kind'] | 'skip_optional' | 'not_applicable';
  readonly by: string;
  readonly reason: string;
  readonly acceptedBy?: string;
};

/** What somebody said holds, and on what. */
export type Said = {
  readonly title: string;
  readonly what: 'confirmed' | 'approved';
  readonly by: string;
  readonly at: Instant;
  /** What was seen, or the evidence that was asked for; absent: a click. */
  readonly seen?: string;
};

export type ReportFacts = {
  readonly scene: Scene;
  readonly counts: ReportCounts;
  readonly said: readonly Said[];
  readonly left: readonly Left[];
  readonly alerts: readonly Alert[];
  /** The item that went bad most often after T-0 although it had been well; absent: nothing got worse. */
  readonly worst?: WorstChange;
  readonly past: readonly PastEvent[];
  readonly audit: { readonly events: number; readonly head: string; readonly problems: readonly string[] };
};

/** Every item counts once: `items` is the sum of the others but `info`, which is outside progress. */
export type ReportCounts = {
  readonly items: number;
  readonly measured: number;
  readonly byPeople: number;
  readonly notApplicable: number;
  readonly skipped: number;
  readonly open: number;
  readonly info: number;
};

/** `23 items: 14 measured, 6 by people, 2 not applicable, 1 skipped, 0 open; besides them 2 for reference`. */
export const countsText = ({ items, info, ...parts }: ReportCounts): string => {
  const { measured, byPeople, notApplicable, skipped, open } = parts;
  const besides = info === 0 ? '' : `; besides them ${info} for reference`;
  return `${plural(items, 'item')}: ${measured} measured, ${byPeople} by people, ${notApplicable} not applicable, ${skipped} skipped, ${open} open${besides}`;
};

export type WorstChange = {
  readonly title: string;
  readonly line: string;
  readonly bad: number;
  readonly looks: number;
  readonly first: Instant;
};

export type PastEvent = { readonly at: Instant; readonly event: DomainEvent };

export const factsOf = ({ situation, chain }: ReportInput): ReportFacts => {
  const scene = sceneOf(situation);
  const past = chain.events.map(pastEvent);
  const worst = worstChange(scene, past);
  return {
    scene,
    counts: countsOf(scene),
    said: saidOf(scene),
    left: leftOf(scene),
    alerts: situation.deployment.alerts,
    past,
    audit: {
      events: chain.events.length,
      head: chain.head?.hash ?? 'missing',
      problems: judgeChain(chain).map(({ seq, what }) => `event ${seq} ${what}`),
    },
    ...(worst === undefined ? {} : { worst }),
  };
};

/** The chain holds the exact text that was hashed; the fact stands in it under `event`. */
const pastEvent = ({ at, text }: AuditEvent): PastEvent => ({
  at,
  // Written by linksFor from a domain event; a chain that was tampered with says so by its hash.
  event: (JSON.parse(text) as { readonly event: DomainEvent }).event,
});

const COUNTED: readonly Section[] = ['prepare', 'deploy', 'verify', 'watch', 'criteria'];

export const countedLines = ({ board }: Scene): readonly PlanItem[] =>
  board.plan.items.filter((entry) => isLeaf(entry) && COUNTED.includes(entry.section));

const countsOf = (scene: Scene): ReportCounts => {
  const lines = countedLines(scene);
  const standings = lines.map(({ item }) => scene.board.standing(item.id));
  const count = (...kinds: (typeof standings)[number][]) =>
    standings.filter((kind) => kinds.includes(kind)).length;
  return {
    items: lines.length,
    measured: count('passed', 'warned', 'accepted'),
    byPeople: count('confirmed'),
    notApplicable: count('hidden', 'not_applicable'),
    skipped: count('skipped'),
    open: count('open', 'red', 'unclear'),
    info: scene.situation.checklist.info.length,
  };
};

const saidOf = ({ situation: { deployment }, board }: Scene): readonly Said[] =>
  board.plan.items.flatMap(({ item: { id, title, body } }): Said[] => {
    const { settled } = progressOf(deployment, id);
    if (settled?.kind !== 'confirmed' || body.kind === 'twin') return [];
    const { by, at, seen, evidence } = settled;
    const unit = body.kind === 'manual' ? body.evidence?.unit : undefined;
    const words = evidence === undefined ? seen : inWords(evidence, unit);
    return [
      {
        title,
        what: body.kind === 'approval' ? 'approved' : 'confirmed',
        by,
        at,
        ...stated({ seen: words }),
      },
    ];
  });

const inWords = (evidence: Json, unit: string | undefined): string => {
  const value = typeof evidence === 'string' ? evidence : JSON.stringify(evidence);
  return unit === undefined ? value : `${value} ${unit}`;
};

const leftOf = ({ situation: { deployment }, board }: Scene): readonly Left[] => {
  const titleOf = (itemId: string) => board.plan.byId.get(itemId)?.item.title ?? itemId;
  const owed = deployment.debts.map(({ itemId, kind, by, reason, acceptedBy }): Left => ({
    title: itemId === null ? 'Deployed over open steps' : titleOf(itemId),
    kind,
    by,
    reason,
    ...(acceptedBy === undefined ? {} : { acceptedBy }),
  }));
  const withDebt = new Set(deployment.debts.map(({ itemId }) => itemId));
  const settledAs = (wanted: 'skipped' | 'not_applicable', kind: Left['kind']) =>
    board.plan.items.flatMap(({ item }): (Left & { itemId: string })[] => {
      const { settled } = progressOf(deployment, item.id);
      if (settled?.kind !== wanted) return [];
      return [{ itemId: item.id, title: item.title, kind, by: settled.by, reason: settled.reason }];
    });
  const optional = settledAs('skipped', 'skip_optional').filter(({ itemId }) => !withDebt.has(itemId));
  return [...owed, ...optional, ...settledAs('not_applicable', 'not_applicable')];
};

const GOOD: ReadonlySet<string> = new Set(['pass', 'warn']);
const BAD: ReadonlySet<string> = new Set(['fail', 'error', 'timed_out']);

/** Looks at T-0 and after it, per item; what was never well got no worse. */
const worstChange = ({ situation, board }: Scene, past: readonly PastEvent[]): WorstChange | undefined => {
  const t0 = situation.deployment.anchors.deployed;
  if (t0 === undefined) return undefined;
  const looks = new Map<string, Look[]>();
  for (const { at, event } of past) {
    if (event.type !== 'check_settled') continue;
    const { outcome, line } = event.measured;
    looks.set(event.itemId, [...(looks.get(event.itemId) ?? []), { at, outcome, line }]);
  }
  const changes = [...looks].flatMap(([itemId, all]) => {
    const title = board.plan.byId.get(itemId)?.item.title ?? itemId;
    return changeOf(title, all, t0) ?? [];
  });
  return changes.toSorted((a, b) => b.bad - a.bad)[0];
};

/** An alert about something that was never well is no change, and nothing good either; undefined: there was none. */
export const neverWell = ({ situation: { deployment }, board }: Scene): string | undefined => {
  const alert = deployment.alerts.at(-1);
  if (alert === undefined) return undefined;
  const [id = ''] = alert.itemIds;
  return `${board.plan.byId.get(id)?.item.title ?? id}: ${alert.line}`;
};

type Look = { readonly at: Instant; readonly outcome: string; readonly line: string };

const changeOf = (title: string, looks: readonly Look[], t0: Instant): WorstChange | undefined => {
  const wellFrom = looks.findIndex(({ outcome }) => GOOD.has(outcome));
  if (wellFrom === -1) return undefined;
  const after = looks.slice(wellFrom).filter(({ at }) => at >= t0);
  const bad = after.filter(({ outcome }) => BAD.has(outcome));
  const [first] = bad;
  const last = bad.at(-1);
  return first === undefined || last === undefined
    ? undefined
    : { title, line: last.line, bad: bad.length, looks: after.length, first: first.at };
};
