import { missingPeople } from '../domain/decide/missing-people.ts';
import { plannedGoProblem } from '../domain/decide/planned-go.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Situation } from '../domain/situation.ts';
import { boardOf } from '../domain/standing.ts';
import type { Standing } from './count-readiness.ts';
import { countReadiness } from './count-readiness.ts';

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

/** Counts what applies here, and collects every blocker at once. */
export const preflight = (situation: Situation, locks: readonly Refusal[]): Preflight => {
  const late = plannedGoProblem(situation);
  return {
    ...countsOf(countReadiness(boardOf(situation).plan, (entry) => situation.readiness(entry))),
    blockers: [...locks, ...missingPeople(situation), ...(late === undefined ? [] : [late])],
  };
};

/** The counts people are told. */
export const countsOf = ({
  connected,
  byClick,
  byPeople,
  waiting,
}: Standing): Omit<Preflight, 'blockers'> => {
  const missing = new Map<string, number>();
  for (const what of waiting.flatMap((check) => check.missing))
    missing.set(what, (missing.get(what) ?? 0) + 1);
  return {
    automatic: connected,
    notConnected: waiting.length,
    byClick,
    byPeople,
    missing: [...missing]
      .map(([what, number]) => ({ what, checks: number }))
      .sort((a, b) => b.checks - a.checks),
  };
};
