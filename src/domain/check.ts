import type { Json, JsonObject } from '../lib/json.ts';
import type { Sampling } from './sampling.ts';

/**
 * How one execution of a check ended. `fail` = measured and an expectation is false; `warn` = a stricter one is false;
 * `error` = our side is broken (bad configuration, refused access); `inconclusive` = measured too little to judge;
 * `timed_out` = the deadline was hit; `skipped` = not run on purpose. "Could not measure" is never `pass`.
 */
export type Outcome = 'pass' | 'warn' | 'fail' | 'error' | 'inconclusive' | 'timed_out' | 'skipped';

const BAD: ReadonlySet<Outcome> = new Set(['fail', 'error', 'timed_out']);
/** Red. */
export const isBad = (outcome: Outcome): boolean => BAD.has(outcome);
/** The expectations hold. What is neither good nor bad was not measured. */
export const isGood = (outcome: Outcome): boolean => outcome === 'pass' || outcome === 'warn';

/** What makes reds of an item the same: its cause, or the item itself. Undefined: it is not red. */
export const causeOfRed = (
  itemId: string,
  measured: { readonly outcome: Outcome; readonly cause?: string } | undefined,
): string | undefined =>
  measured !== undefined && isBad(measured.outcome) ? (measured.cause ?? itemId) : undefined;

/** What a check does to its target. Only `read` runs by itself; everything else waits for a click. */
export type Effect = 'read' | 'write' | 'load' | 'cost';

// What a kind does whatever it is pointed at.
const KIND_EFFECTS: Readonly<Record<string, Effect>> = { http_sequence: 'write', load: 'load' };

/**
 * What a check of a kind does when its checklist says `declared`, or nothing. A load never counts as less; a sequence
 * that only reads may be declared so.
 */
export const effectOf = (kind: string, declared?: Effect): Effect => {
  const own = Object.hasOwn(KIND_EFFECTS, kind) ? KIND_EFFECTS[kind] : undefined;
  const isLess = own === 'load' && declared !== 'cost';
  return isLess ? own : (declared ?? own ?? 'read');
};

/** Path into the observation -> matcher: a bare value means equal, `{lt: "200ms"}` and the like compare. All must hold. */
export type Expectations = Readonly<Record<string, Json>>;

/** An item's automatic definition, as the checklist file gives it. */
export type CheckDefinition = {
  /** Name in the registry, e.g. `http`. A kind that is not there is "not connected". */
  readonly kind: string;
  /** Parameters of the kind; may hold `${name}` placeholders until the run is made. */
  readonly params: JsonObject;
  /** Absent: the check passes when it could be carried out as the kind defines success. */
  readonly expect?: Expectations;
  /** Stricter expectations; a false one warns. */
  readonly warn?: Expectations;
  /** Name -> path: values kept for later items as `${captured.<name>}`. */
  readonly capture?: Readonly<Record<string, string>>;
  /** Deadline of one try in milliseconds; absent: the kind's own default. At most 60,000. */
  readonly timeoutMs?: number;
  /** How often to try again; absent: the kind's default (http: 2). Only transport errors are retried unless `on: any`. */
  readonly retry?: { readonly max: number; readonly delayMs?: number; readonly on?: 'transport' | 'any' };
  /** Measured several times before it is judged; absent: once. */
  readonly sampling?: Sampling;
};

/** One expectation, judged. */
export type Finding = {
  readonly path: string;
  readonly verdict: 'holds' | 'fails' | 'warns' | 'unknown';
  /** One line a person understands at 2 a.m.: `p95: expected < 200 ms, got 240 ms`. */
  readonly line: string;
};

/** What one execution found. Redacted before it leaves the check engine. */
export type CheckResult = {
  readonly outcome: Outcome;
  /** The one line shown on the card and in the terminal. Never empty. */
  readonly line: string;
  readonly findings: readonly Finding[];
  /** What was measured; an empty object when nothing could be. */
  readonly observation: JsonObject;
  readonly captured: JsonObject;
  readonly durationMs: number;
  /** Executions including retries; at least 1, 0 when it never ran. */
  readonly tries: number;
  /** Same target and same error give the same cause, so that one outage is one alert. Absent when the outcome is good. */
  readonly cause?: string;
};

/** Where a check may run and with what, per environment. */
export type Readiness =
  | { readonly kind: 'connected' }
  /** `missing` names what a person has to provide, each as it is called in the environment file: `database-url not set`. */
  | { readonly kind: 'not_connected'; readonly missing: readonly string[] }
  | { readonly kind: 'by_click'; readonly effect: Effect };

/** A command an environment names: absolute program, fixed arguments; `${1}`, `${2}` take validated arguments. */
export type NamedCommand = {
  readonly argv: readonly string[];
  readonly cwd?: string;
  readonly env?: readonly string[];
};

/** What an environment file gives one system's checks. Secrets are references (`env:NAME`), never values. */
export type Connections = {
  /** Parameter -> value; absent parameters are not set here. */
  readonly values: Readonly<Record<string, Json>>;
  /** Parameter -> `env:NAME` of the worker's environment. */
  readonly secrets: Readonly<Record<string, string>>;
  /** `host:port`, `host` or `CIDR:port`. */
  readonly allow: readonly string[];
  readonly commands: Readonly<Record<string, NamedCommand>>;
  /** Where `env` checks read: a dotenv file. Without any source `env` checks are not connected. */
  readonly envSource?: { readonly kind: 'dotenv'; readonly path: string };
  /** Folder with one file per variable, as Docker and Kubernetes mount secrets: another source of `env` checks. */
  readonly secretsFolder?: string;
  /** Variables of the worker itself that `env` checks may look at: another source. */
  readonly envNames?: readonly string[];
  /** Variables of the worker that the `auth` of a check may name as `env:NAME`, besides those of `secrets`. */
  readonly env?: readonly string[];
  /** Folders `file` checks may read below; empty: `file` checks are not connected. */
  readonly fileRoots: readonly string[];
  /** Whether workers run on the machine of the system, so that checks may look at its load, processes and disks. */
  readonly host?: boolean;
  /** Zone whose runner must do the work; absent: any core worker. */
  readonly runner?: string;
};

/** Letters of the name of a zone; it becomes part of a queue's name. */
export const ZONE_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

// Look at what tminus itself holds, not at a target: wherever the target is, a core worker can tell.
const AT_HOME: ReadonlySet<string> = new Set(['state', 'webhook']);

/** Zone whose runner has to do this; undefined: any core worker. */
export const zoneOf = ({ definition, connections }: CheckRequest): string | undefined =>
  AT_HOME.has(definition.kind) ? undefined : connections.runner;

/** One execution to be done: everything but secret values, which the worker resolves from its own environment. */
export type CheckRequest = {
  readonly definition: CheckDefinition;
  readonly connections: Connections;
};
