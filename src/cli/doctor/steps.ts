import type { Need } from './needs.ts';
import { readNeed } from './needs.ts';
import type { WaitingCheck } from '../../usecases/count-readiness.ts';

/** The steps of adoption, in the order that costs least: each makes more checks run by themselves. Step 0 is by hand. */
export const STEPS = [1, 2, 3, 4] as const;
export type StepNumber = (typeof STEPS)[number];

export const STEP_TITLES: Readonly<Record<StepNumber, string>> = {
  1: 'public addresses',
  2: 'read-only database',
  3: 'a worker on the host of the application',
  4: 'monitoring and CI',
};

/** One thing to provide, and the checks that wait for it. */
export type Remedy = {
  readonly missing: string;
  readonly need: Need;
  readonly checks: number;
};

export type Step = {
  readonly number: StepNumber;
  /** The most wanted first. */
  readonly remedies: readonly Remedy[];
  /** Checks that wait for nothing else once this step and those before it are done. */
  readonly connects: number;
};

export type Ladder = {
  readonly steps: readonly Step[];
  /** Checks of kinds this version does not know, by kind: no step helps them. */
  readonly later: readonly { readonly kind: string; readonly checks: number }[];
};

const DATABASE_KINDS = new Set(['sql', 'redis']);
const HOST_KINDS = new Set([
  'env',
  'file',
  'command',
  'log',
  'git',
  'system',
  'process',
  'service',
  'docker',
]);
const IS_MONITORING =
  /prometheus|grafana|alertmanager|loki|sentry|datadog|monitor|status-page|error-log|(?:^|-)(?:ci|github|gitlab|jenkins|pipeline)(?:-|$)/i;
const IS_ON_HOST = /(?:^|-)local(?:host)?(?:-|$)|-(?:root|dir|path|folder)$/i;
const IS_LOOPBACK = /^(?:localhost|127\.|\[?::1)/i;

/** Word -> how often it stands there, the most frequent first. */
const countWords = (words: readonly string[]): readonly (readonly [string, number])[] => {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([a, times], [b, other]) => other - times || a.localeCompare(b));
};

/** The step of what people name: its name says more than the checks that use it. */
const stepOfName = (name: string, kinds: readonly string[]): StepNumber => {
  if (IS_MONITORING.test(name)) return 4;
  if (IS_ON_HOST.test(name)) return 3;
  const kind = countWords(kinds)[0]?.[0] ?? '';
  if (DATABASE_KINDS.has(kind)) return 2;
  return HOST_KINDS.has(kind) ? 3 : 1;
};

const stepOf = (need: Need, kinds: readonly string[]): StepNumber => {
  switch (need.kind) {
    case 'value':
      return stepOfName(need.name, kinds);
    case 'variable':
    case 'named_variable':
      return stepOfName(need.variable.toLowerCase().replaceAll('_', '-'), kinds);
    case 'host':
      return IS_LOOPBACK.test(need.host) ? 3 : stepOfName(need.host, kinds);
    case 'command':
    case 'env_source':
    case 'files':
    case 'machine':
    case 'zone':
      return 3;
    case 'check_kind':
    case 'other':
      return 4;
  }
};

const isLater = ({ missing }: WaitingCheck): boolean =>
  missing.some((text) => readNeed(text).kind === 'check_kind');

/** Groups what checks wait for by remedy, and the remedies by step. */
export const ladderOf = (waiting: readonly WaitingCheck[]): Ladder => {
  const possible = waiting.filter((check) => !isLater(check));
  const kindsByMissing = new Map<string, string[]>();
  for (const { kind, missing } of possible)
    for (const text of missing) kindsByMissing.set(text, [...(kindsByMissing.get(text) ?? []), kind]);
  const numbered = new Map(
    [...kindsByMissing].map(([missing, kinds]) => [missing, stepOf(readNeed(missing), kinds)] as const),
  );
  const stepOfCheck = ({ missing }: WaitingCheck) =>
    Math.max(...missing.map((text) => numbered.get(text) ?? 4));
  const steps = STEPS.map((number) => ({
    number,
    connects: possible.filter((check) => stepOfCheck(check) === number).length,
    remedies: [...kindsByMissing]
      .filter(([missing]) => numbered.get(missing) === number)
      .map(([missing, kinds]) => ({ missing, need: readNeed(missing), checks: kinds.length }))
      .sort((a, b) => b.checks - a.checks || a.missing.localeCompare(b.missing)),
  }));
  return {
    steps,
    later: countWords(waiting.filter(isLater).map(({ kind }) => kind)).map(([kind, checks]) => ({
      kind,
      checks,
    })),
  };
};
