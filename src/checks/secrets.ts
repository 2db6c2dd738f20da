import type { CheckDefinition, CheckRequest, Expectations } from '../domain/check.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { substitute } from '../lib/placeholders.ts';

const ENV_REFERENCE = /^env:([A-Za-z_][A-Za-z0-9_]*)$/;
// What tminus itself signs in to Slack with is nobody's connection.
const RESERVED = new Set(['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET', 'INBOUND_SECRET']);

/** Name of the environment variable a secret refers to: `env:NAME`. Undefined: not a reference that may be used. */
export const secretVariable = (reference: string): string | undefined => {
  const name = ENV_REFERENCE.exec(reference)?.[1];
  return name === undefined || RESERVED.has(name) ? undefined : name;
};

export type Resolved = {
  readonly definition: CheckDefinition;
  /** Values of the secrets that were filled in, for the guard and for redaction. */
  readonly secrets: readonly string[];
  /** Why the definition could not be completed, one line each. */
  readonly problems: readonly string[];
};

type Env = (name: string) => string | undefined;

type Names = { readonly secrets: Map<string, string>; readonly problems: Set<string> };

const lookUp =
  ({ connections }: CheckRequest, env: Env, names: Names) =>
  (name: string): Json | undefined => {
    if (Object.hasOwn(connections.values, name)) return connections.values[name];
    const reference = Object.hasOwn(connections.secrets, name) ? connections.secrets[name] : undefined;
    if (reference === undefined) {
      names.problems.add(`${name} has no value`);
      return undefined;
    }
    const variable = secretVariable(reference);
    const value = variable === undefined ? undefined : env(variable);
    if (value === undefined || value === '') {
      names.problems.add(
        variable === undefined ? `${name} is not given as env:NAME` : `${variable} is not set on this worker`,
      );
      return undefined;
    }
    names.secrets.set(name, value);
    return value;
  };

/**
 * Fills the placeholders that are left with the environment's values and, from the worker's own variables, its secrets.
 * Only secrets that the definition uses are looked at.
 */
export const resolveSecrets = (request: CheckRequest, env: Env): Resolved => {
  const names: Names = { secrets: new Map(), problems: new Set() };
  const fill = <T extends JsonObject>(value: T): T =>
    substitute(value, lookUp(request, env, names)).value as unknown as T;
  const { definition } = request;
  const filled: CheckDefinition = {
    ...definition,
    params: fill(definition.params),
    ...(definition.expect && { expect: fill<Expectations>(definition.expect) }),
    ...(definition.warn && { warn: fill<Expectations>(definition.warn) }),
  };
  return { definition: filled, secrets: [...names.secrets.values()], problems: [...names.problems] };
};
