import { missingPeople } from '../domain/decide/missing-people.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Checklist, Environment } from '../domain/checklist.ts';
import { unstarted } from './unstarted.ts';
import { choicesFor } from './choose-place.ts';
import { situate } from './situate.ts';
import type { Loop } from './world.ts';
import type { Situation } from '../domain/situation.ts';
import { boardOf, isLeaf } from '../domain/standing.ts';

/** What will happen when this deployment starts, and what stands in its way. */
export type Preflight = {
  /** Checks that run by themselves. */
  readonly automatic: number;
  /** Checks that are not connected yet: by hand for now. */
  readonly notConnected: number;
  /** What is missing -> how many checks wait for it, the most wanted first. */
  readonly missing: readonly { readonly what: string; readonly checks: number }[];
  readonly byClick: number;
  /** Items that only people can settle. */
  readonly byPeople: number;
  readonly blockers: readonly Refusal[];
};

/** The same counts for a system in an environment before anybody starts anything. */
export const readinessOfFiles = (loop: Loop, checklist: Checklist, environment: Environment): Preflight => {
  const choices = choicesFor(checklist, environment, {});
  const pinned = loop.effective(checklist, environment, checklist.system);
  const place = unstarted(loop, {
    system: checklist.system,
    environment: environment.environment,
    checklistHash: pinned.hash,
    choices: choices.ok ? choices.value : { variants: {}, parameters: {} },
  });
  // Whoever starts names a version: no file has to give one.
  const deployment = { ...place, version: 'any' };
  const now = loop.now().getTime();
  return preflight(situate(loop, { deployment, checklist: pinned.checklist, now }), []);
};

/** Counts what applies here, rollback plans apart, and collects every blocker at once. */
export const preflight = (situation: Situation, locks: readonly Refusal[]): Preflight => {
  const leaves = boardOf(situation).plan.items.filter(
    (entry) => entry.applies && isLeaf(entry) && entry.section !== 'rollback' && entry.section !== 'after',
  );
  const checks = leaves
    .filter(({ item }) => item.body.kind === 'check')
    .map((entry) => situation.readiness(entry));
  const missing = new Map<string, number>();
  for (const readiness of checks) {
    if (readiness.kind !== 'not_connected') continue;
    for (const what of readiness.missing) missing.set(what, (missing.get(what) ?? 0) + 1);
  }
  const count = (kind: string) => checks.filter((readiness) => readiness.kind === kind).length;
  return {
    automatic: count('connected'),
    notConnected: count('not_connected'),
    byClick: count('by_click'),
    missing: [...missing]
      .map(([what, number]) => ({ what, checks: number }))
      .sort((a, b) => b.checks - a.checks),
    byPeople: leaves.length - checks.length,
    blockers: [...locks, ...missingPeople(situation)],
  };
};
