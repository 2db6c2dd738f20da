import { z } from 'zod';
import { effectOf, type Connections, type Effect, type Expectations } from '../domain/check.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import type { Log } from '../lib/log.ts';
import { didYouMean } from '../lib/nearest.ts';
import { placeholdersIn } from '../lib/placeholders.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { nameTarget, type Target } from './guard/hosts.ts';
import type { Network } from './guard/network.ts';

/** A part of an observation that is not all there: what is judged on it must not pass for the whole. */
export type Incomplete = {
  /** First key of the part, e.g. `body`. What stands there begins the whole: the first characters or entries, or a number the whole reaches. */
  readonly key: string;
  /** `is larger than 256 KiB`: stands after the key. */
  readonly reason: string;
  /** The whole would be read as something else than its part, as JSON and not text: nothing of the part holds for it. */
  readonly isOtherwise?: boolean;
};

/** What has to hold whatever a checklist expects, and does not. */
export type Fault = {
  /** What of the check it is about: `preset`, `steps[1]`. */
  readonly path: string;
  /** What is wrong, in words. */
  readonly line: string;
  /** It could not be told whether it holds: inconclusive instead of a fail. */
  readonly isUnknown?: boolean;
};

/** Worth knowing beside the findings; judges nothing. */
export type Remark = { readonly path: string; readonly line: string };

/** What one try found, before it is judged and redacted. */
export type Measured = {
  readonly observation: JsonObject;
  readonly incomplete?: readonly Incomplete[];
  /** Absent or empty: nothing is wrong beyond what is expected of the observation. */
  readonly faults?: readonly Fault[];
  /** Shown in Details. Absent or empty: nothing. */
  readonly remarks?: readonly Remark[];
  /** The finding is a matter of the network and may be gone in seconds: worth the retries of a transport error. */
  readonly isTransport?: boolean;
};

/** Questions to a name server; `node:dns` promises fit. */
export type DnsResolver = {
  readonly resolve: (name: string, type: string) => Promise<unknown>;
  /** Addresses to ask from now on, with their ports. */
  readonly setServers: (servers: readonly string[]) => void;
  /** Gives up every question that is under way. */
  readonly cancel: () => void;
};

/** What another system said of itself. */
export type Statement = {
  readonly at: Date;
  readonly state: 'pass' | 'fail';
  /** Empty: nothing. */
  readonly line: string;
  readonly metrics: Readonly<Record<string, number | string | boolean>>;
};

/** What others have sent in so far, for the item that is measured. */
export type Inbound = {
  /** `send`: where a result, or a newer one, may be sent, once; absent after a pass. `last`: absent until one has come in. */
  readonly result: (validForMs: number) => Promise<{
    readonly last?: Statement;
    readonly send?: { readonly url: string; readonly until: Date };
  }>;
  /** `last`: absent until the job has reported. */
  readonly heartbeat: (name: string) => Promise<{ readonly url: string; readonly last?: Statement }>;
};

/** What a kind may use while it runs. */
export type CheckContext = {
  readonly network: Network;
  readonly connections: Connections;
  /** Value of a variable of the worker's environment, redacted from then on. Throws a problem when it is not set. */
  readonly secret: (name: string) => string;
  readonly env: (name: string) => string | undefined;
  /** Redacts a value from everything the run leaves behind, as `secret` does with what it gives. */
  readonly conceal: (value: string) => void;
  readonly now: () => Date;
  /** Aborts at the deadline of this try: close what is open. */
  readonly signal: AbortSignal;
  /** Length of this try in milliseconds. */
  readonly timeoutMs: number;
  readonly dns: DnsResolver;
  /** Absent: the check does not run within a deployment, or this installation takes nothing in. */
  readonly inbound?: Inbound;
  readonly log: Log;
};

/** What a kind may look at to say what it still needs. */
export type NeedsContext = {
  readonly connections: Connections;
  /** Whether the worker's environment has a variable. */
  readonly hasEnv: (name: string) => boolean;
  readonly isPermitted: (target: Target) => boolean;
};

/** One kind of check, as its author writes it. */
export type CheckSpec<S extends z.ZodObject> = {
  /** Name in checklists. */
  readonly kind: string;
  /** One sentence for the documentation. */
  readonly title: string;
  /** Strict; every field described: these descriptions are what an editor shows. */
  readonly params: S;
  readonly defaultTimeoutMs: number;
  /** Further tries after a transport error, unless the definition says how many. */
  readonly defaultRetries: number | ((params: z.output<S>) => number);
  /** At one target and at the same time, in one worker; absent: as many as the worker takes. */
  readonly width?: number;
  /** Path -> what stands there, with its unit. */
  readonly observation: Readonly<Record<string, string>>;
  /** Keys of the observation that are stored only when the definition names them: they hold more than was asked. */
  readonly keptIfNamed?: readonly string[];
  /** What has to hold when the definition expects nothing. */
  readonly passes: Expectations;
  /** The same where parameters change it; undefined: `passes` holds. */
  readonly passesFor?: (params: z.output<S>) => Expectations | undefined;
  /** What the parameters themselves ask for: holds beside what the definition expects, which wins at the same path. */
  readonly demands?: (params: z.output<S>) => Expectations;
  /** What is looked at, without anything secret: part of the result's cause. */
  readonly target: (params: z.output<S>) => string;
  /** What the environment still has to give, each as a person would say it. Parameters may hold secret placeholders. */
  readonly needs?: (params: z.output<S>, context: NeedsContext) => readonly string[];
  /** Rejects with a problem when nothing could be measured; returns what was measured, good or bad. */
  readonly run: (params: z.output<S>, context: CheckContext) => Promise<Measured>;
  /** A passing observation in a few words: `200 in 12 ms`. */
  readonly say: (observation: JsonObject, params: z.output<S>) => string;
};

/** A kind with its parameters read: ready to run. */
export type PreparedCheck = {
  readonly target: string;
  readonly retries: number;
  readonly passes: Expectations;
  /** As in `CheckSpec`; empty: the parameters ask for nothing. */
  readonly demands: Expectations;
  readonly needs: (context: NeedsContext) => readonly string[];
  readonly run: (context: CheckContext) => Promise<Measured>;
  readonly say: (observation: JsonObject) => string;
};

/** One kind of check, as the engine uses it. */
export type CheckKind = {
  readonly kind: string;
  readonly title: string;
  readonly effect: Effect;
  readonly timeoutMs: number;
  /** As in `CheckSpec`; infinite: no limit. */
  readonly width: number;
  /** As in `CheckSpec`, as far as it does not hang on the parameters. */
  readonly passes: Expectations;
  readonly observation: Readonly<Record<string, string>>;
  /** As in `CheckSpec`; empty: everything is stored. */
  readonly keptIfNamed: readonly string[];
  /** Reads the parameters; the error lists every problem, one line each. */
  readonly prepare: (params: JsonObject) => Result<PreparedCheck, readonly string[]>;
  /** Problems of parameters that may still hold placeholders: a field that is one is not judged. */
  readonly problems: (params: JsonObject) => readonly string[];
  readonly schema: () => JsonObject;
};

type Issue = z.core.$ZodIssue;

const unknownParameters = (keys: readonly string[], known: readonly string[]): readonly string[] =>
  keys.map((key) => `unknown parameter ${key}${didYouMean(key, known)}`);

const describeIssue = (issue: Issue, known: readonly string[]): readonly string[] => {
  if (issue.code === 'unrecognized_keys' && issue.path.length === 0)
    return unknownParameters(issue.keys, known);
  if (issue.code === 'unrecognized_keys')
    return [`${issue.path.join('.')}: unknown ${issue.keys.join(', ')}`];
  return [describeValue(issue)];
};

const describeValue = ({ path, message }: Issue): string =>
  path.length > 0 ? `${path.join('.')}: ${message}` : message;

const inWords = (issues: readonly Issue[], { shape }: z.ZodObject): string[] =>
  issues.flatMap((issue) => describeIssue(issue, Object.keys(shape)));

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (current, key) =>
      typeof current === 'object' && current !== null
        ? (current as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  );

const isOpen = (params: JsonObject, { path }: Issue): boolean => {
  const value = valueAt(params, path);
  return typeof value === 'string' && placeholdersIn(value).length > 0;
};

/** Turns a kind's description into what the engine uses. */
export const defineCheck = <S extends z.ZodObject>(spec: CheckSpec<S>): CheckKind => ({
  kind: spec.kind,
  title: spec.title,
  effect: effectOf(spec.kind),
  timeoutMs: spec.defaultTimeoutMs,
  width: spec.width ?? Infinity,
  passes: spec.passes,
  observation: spec.observation,
  keptIfNamed: spec.keptIfNamed ?? [],
  prepare: (raw) => {
    const parsed = spec.params.safeParse(raw);
    if (!parsed.success) return err(inWords(parsed.error.issues, spec.params));
    const params = parsed.data;
    const { defaultRetries } = spec;
    return ok({
      target: spec.target(params),
      retries: typeof defaultRetries === 'number' ? defaultRetries : defaultRetries(params),
      passes: spec.passesFor?.(params) ?? spec.passes,
      demands: spec.demands?.(params) ?? {},
      needs: (context) => spec.needs?.(params, context) ?? [],
      run: (context) => spec.run(params, context),
      say: (observation) => spec.say(observation, params),
    });
  },
  problems: (raw) => {
    const parsed = spec.params.safeParse(raw);
    if (parsed.success) return [];
    return inWords(
      parsed.error.issues.filter((issue) => !isOpen(raw, issue)),
      spec.params,
    );
  },
  schema: () => {
    const { $schema: _, ...schema } = z.toJSONSchema(spec.params, { io: 'input' });
    // The way through text drops what is not JSON: zod hangs its own validator on the schema.
    return { title: spec.title, ...(JSON.parse(JSON.stringify(schema)) as JsonObject) };
  },
});

/** A TCP port, also as text: parameters typed into a form are text. */
export const portParam = z
  .union([z.int().min(1).max(65_535), z.string().regex(/^\d{1,5}$/)])
  .transform(Number);

/** What a kind needs to reach a target: nothing when it is permitted or its name is only known at run time. */
export const missingHost = (target: Target, { isPermitted }: NeedsContext): readonly string[] =>
  placeholdersIn(target.host).length > 0 || isPermitted(target)
    ? []
    : [`host ${nameTarget(target)} not allowed`];

/** A number of an observation for a sentence; 0 is only said when it was measured. */
export const numberOf = (value: Json | undefined): number => (typeof value === 'number' ? value : NaN);
