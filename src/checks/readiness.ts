import {
  effectOf,
  zoneOf,
  type CheckDefinition,
  type Connections,
  type Effect,
  type Readiness,
} from '../domain/check.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { substitute } from '../lib/placeholders.ts';
import type { CheckKind, NeedsContext } from './check.ts';
import { findPermit, permitsOf } from './guard/hosts.ts';
import { findKind, listKinds } from './registry.ts';
import { secretVariable } from './secrets.ts';
import { expectationProblems } from './verdict.ts';

/** What is known about where the check would run. */
export type ReadinessWorld = {
  /** Whether the worker's environment has a variable, and not an empty one. */
  readonly hasEnv: (name: string) => boolean;
  /** Whether a runner of the zone is alive; absent: none of any. */
  readonly hasRunner?: (zone: string) => boolean;
  /** Kinds the worker knows; absent: those of this version. */
  readonly kinds?: ReadonlySet<string>;
};

/** What a definition asks of its environment. */
export type ReadinessInput = {
  readonly definition: CheckDefinition;
  readonly effect: Effect;
  readonly connections: Connections;
};

// Known only while a deployment runs: `${captured.users-before}`, `${deployment.version}`, `${baseline.p95}`.
const isRuntimeName = (name: string): boolean => name.includes('.');

const unsetSecret = (
  name: string,
  reference: string,
  hasEnv: ReadinessWorld['hasEnv'],
): string | undefined => {
  const variable = secretVariable(reference);
  if (variable === undefined) return `${name} not set (${reference} cannot be used)`;
  return hasEnv(variable) ? undefined : `${name} not set (${variable})`;
};

const filled = (
  definition: CheckDefinition,
  { values }: Connections,
): { params: JsonObject; left: readonly string[] } => {
  const lookup = (name: string): Json | undefined => (Object.hasOwn(values, name) ? values[name] : undefined);
  const { params, expect = {}, warn = {} } = definition;
  const { value, missing } = substitute({ params, expect, warn }, lookup);
  return { params: (value as { params: JsonObject }).params, left: missing };
};

const unsetNames = (
  left: readonly string[],
  { secrets }: Connections,
  hasEnv: ReadinessWorld['hasEnv'],
): string[] =>
  left.flatMap((name) => {
    if (isRuntimeName(name)) return [];
    if (!Object.hasOwn(secrets, name)) return [`${name} not set`];
    return unsetSecret(name, secrets[name] ?? '', hasEnv) ?? [];
  });

/** An earlier observation is not handed to a check in this version, and without one `changed_by` can tell nothing. */
const baselines = ({ expect = {}, warn = {} }: CheckDefinition): readonly string[] =>
  holdsKey([expect, warn], 'changed_by') ? ['baseline for changed_by'] : [];

const holdsKey = (value: Json, key: string): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (Object.hasOwn(value, key) || Object.values(value).some((one: Json) => holdsKey(one, key)));

const needsOf = (kind: CheckKind, params: JsonObject, context: NeedsContext): readonly string[] => {
  const prepared = kind.prepare(params);
  // Wrong parameters are not a matter of connecting: the run says what is wrong with them.
  return prepared.ok ? prepared.value.needs(context) : [];
};

const missingFor = (
  { definition, connections }: ReadinessInput,
  world: ReadinessWorld,
): readonly string[] => {
  // Any other worker would measure the wrong place, and what it lacks is nothing to connect.
  const zone = zoneOf({ definition, connections });
  if (zone !== undefined && world.hasRunner?.(zone) !== true) return [`runner ${zone}`];
  const kind = findKind(definition.kind);
  const isKnown = world.kinds ? world.kinds.has(definition.kind) : kind !== undefined;
  const { params, left } = filled(definition, connections);
  const unset = unsetNames(left, connections, world.hasEnv);
  if (!isKnown) return [`kind ${definition.kind}`, ...unset];
  // With a parameter missing the rest of the target is not known either.
  if (unset.length > 0 || !kind) return unset;
  const permits = permitsOf(connections, []);
  const needs = needsOf(kind, params, {
    connections,
    hasEnv: world.hasEnv,
    isPermitted: (target) => findPermit(permits, target) !== undefined,
  });
  return [...needs, ...baselines(definition)];
};

/**
 * Whether a check can run by itself in an environment. Nothing is contacted and no secret is read: what is missing is
 * named as a person would provide it. Missing things come before `by_click`: a click would not help yet.
 */
export const readiness = (input: ReadinessInput, world: ReadinessWorld): Readiness => {
  const missing = [...new Set(missingFor(input, world))];
  if (missing.length > 0) return { kind: 'not_connected', missing };
  const effect = effectOf(input.definition.kind, input.effect);
  return effect === 'read' ? { kind: 'connected' } : { kind: 'by_click', effect };
};

/**
 * Problems of a definition that no environment can cure, one line each: parameters and expectations, as far as they do
 * not hang on placeholders. A kind that is not known is none: such checks wait for a later version.
 */
export const definitionProblems = (definition: CheckDefinition): string[] => {
  const kind = findKind(definition.kind);
  const problems = kind
    ? kind.problems(definition.params).map((problem) => `${definition.kind}: ${problem}`)
    : [];
  return [...problems, ...expectationProblems(definition)];
};

/** JSON schema of every kind's parameters, with the descriptions an editor shows. */
export const checkSchemas = (): Record<string, JsonObject> =>
  Object.fromEntries(listKinds().map((kind) => [kind.kind, kind.schema()]));
