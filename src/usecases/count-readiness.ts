import type { Readiness } from '../domain/check.ts';
import type { Checklist, Environment } from '../domain/checklist.ts';
import type { Plan, PlanItem } from '../domain/plan.ts';
import { planOf } from '../domain/plan.ts';
import { isLeaf } from '../domain/standing.ts';
import { choicesFor } from './choose-place.ts';
import { holdsIn, readinessOf } from './situate.ts';
import type { Loop } from './world.ts';

/** A check that is not connected. */
export type WaitingCheck = {
  readonly itemId: string;
  readonly kind: string;
  /** What it waits for, in the words of its readiness: `database-url not set`. Never empty. */
  readonly missing: readonly string[];
};

/** How much of a checklist runs by itself in an environment. */
export type Standing = {
  readonly connected: number;
  readonly byClick: number;
  /** Items only people can settle. */
  readonly byPeople: number;
  readonly waiting: readonly WaitingCheck[];
};

/** Counts what applies here; the ways back are judged when somebody goes one. */
export const countReadiness = (plan: Plan, readiness: (entry: PlanItem) => Readiness): Standing => {
  const standing = { connected: 0, byClick: 0, byPeople: 0 };
  const waiting: WaitingCheck[] = [];
  for (const entry of plan.items.filter(isCounted)) {
    const { id, body } = entry.item;
    if (body.kind !== 'check') {
      standing.byPeople += 1;
      continue;
    }
    const ready = readiness(entry);
    if (ready.kind === 'not_connected')
      waiting.push({ itemId: id, kind: body.check.kind, missing: ready.missing });
    else standing[ready.kind === 'connected' ? 'connected' : 'byClick'] += 1;
  }
  return { ...standing, waiting };
};

const isCounted = (entry: PlanItem): boolean =>
  entry.applies && isLeaf(entry) && entry.section !== 'rollback' && entry.section !== 'after';

/** What readiness is judged with; nothing is contacted. */
export type Judging = Pick<Loop, 'effective' | 'holds' | 'readiness' | 'hasEnv' | 'hasRunner'>;

/**
 * The same for a system in an environment before anybody starts anything, with what is chosen when nobody chooses.
 * Whoever starts names a version: no file has to give one, nor the one before.
 */
export const readinessOfFiles = (
  judging: Judging,
  checklist: Checklist,
  environment: Environment,
): Standing => {
  const chosen = choicesFor(checklist, environment, {});
  const choices = chosen.ok ? chosen.value : { variants: {}, parameters: {} };
  const pinned = judging.effective(checklist, environment, checklist.system).checklist;
  const deployment = { version: 'any', previousVersion: 'any', captured: {}, choices };
  const plan = planOf(pinned, choices, holdsIn(judging, environment.environment));
  return countReadiness(plan, (entry) => readinessOf(judging, { deployment, checklist: pinned, entry }));
};
