import type { CheckDefinition, CheckResult, Connections } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { silentLog } from '../../src/lib/log.ts';
import { runCheck, type CheckDeps } from '../../src/checks/run-check.ts';

export const NOW = new Date('2026-11-20T10:00:00.000Z');

/** What an environment gives, nothing unless it is named. */
export const connections = (given: Partial<Connections> = {}): Connections => ({
  values: {},
  secrets: {},
  allow: [],
  commands: {},
  fileRoots: [],
  ...given,
});

export const checkDeps = (given: Partial<CheckDeps> = {}): CheckDeps => ({
  env: () => undefined,
  now: () => NOW,
  signal: new AbortController().signal,
  log: silentLog,
  ...given,
});

type Run = {
  readonly kind: string;
  readonly params: Readonly<Record<string, Json>>;
  readonly with?: Omit<CheckDefinition, 'kind' | 'params'>;
  readonly connections?: Partial<Connections>;
  readonly deps?: Partial<CheckDeps>;
};

/** Runs one check once: tests that are about retries say how often. */
export const run = (input: Run): Promise<CheckResult> =>
  runCheck(
    {
      definition: { retry: { max: 0 }, ...input.with, kind: input.kind, params: input.params },
      connections: connections(input.connections),
    },
    checkDeps(input.deps),
  );
