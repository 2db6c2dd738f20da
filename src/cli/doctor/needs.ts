/** What a check waits for, read from the words its readiness uses. */
export type Need =
  /** A parameter without a value. */
  | { readonly kind: 'value'; readonly name: string }
  /** A secret the environment file refers to and the worker does not hold, or a variable that is named directly. */
  | { readonly kind: 'variable'; readonly variable: string }
  /** A variable that `auth` names and the environment file does not. */
  | { readonly kind: 'named_variable'; readonly variable: string }
  | { readonly kind: 'host'; readonly host: string }
  | { readonly kind: 'command'; readonly name: string }
  /** `env` checks have nowhere to read from. */
  | { readonly kind: 'env_source' }
  /** `file` checks have no folder to read below. */
  | { readonly kind: 'files' }
  /** Checks of the machine are not told that workers run there. */
  | { readonly kind: 'machine' }
  /** The environment file leaves the checks to a zone. */
  | { readonly kind: 'zone'; readonly name: string }
  /** This version cannot run checks of that kind. */
  | { readonly kind: 'check_kind'; readonly name: string }
  | { readonly kind: 'other' };

type Reading = readonly [RegExp, (found: string) => Need];

/** In the order they are tried: a name in capitals is a variable, any other is a parameter. */
const READINGS: readonly Reading[] = [
  [/^[^ ]+ not set \(([A-Za-z_][A-Za-z0-9_]*)\)$/, (variable) => ({ kind: 'variable', variable })],
  [/^([A-Z_][A-Z0-9_]*) not set$/, (variable) => ({ kind: 'variable', variable })],
  [/^variable ([^ ]+) not named$/, (variable) => ({ kind: 'named_variable', variable })],
  [/^([^ ]+) not set(?: \(.*\))?$/, (name) => ({ kind: 'value', name })],
  [/^host ([^ ]+) not allowed$/, (host) => ({ kind: 'host', host })],
  [/^command ([^ ]+) not named$/, (name) => ({ kind: 'command', name })],
  [/^kind ([^ ]+)$/, (name) => ({ kind: 'check_kind', name })],
  [/^(no source (?:[a-z]+ )?for env|source of .+)$/, () => ({ kind: 'env_source' })],
  [/^(runner on the host)$/, () => ({ kind: 'files' })],
  [/^(worker on the host)$/, () => ({ kind: 'machine' })],
  [/^runner (.+)$/, (name) => ({ kind: 'zone', name })],
];

/** Reads one entry of `missing`. */
export const readNeed = (missing: string): Need => {
  for (const [pattern, need] of READINGS) {
    const found = pattern.exec(missing)?.[1];
    if (found !== undefined) return need(found);
  }
  return { kind: 'other' };
};
