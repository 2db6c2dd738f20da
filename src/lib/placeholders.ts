import { isJsonObject, type Json } from './json.ts';

const PLACEHOLDER = /\$\{([A-Za-z0-9][A-Za-z0-9_.-]*)\}/g;
const WHOLE = /^\$\{([A-Za-z0-9][A-Za-z0-9_.-]*)\}$/;

const asText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

type Lookup = (name: string) => Json | undefined;

const inText = (text: string, lookup: Lookup, missing: Set<string>): Json => {
  const whole = WHOLE.exec(text)?.[1];
  const found = (name: string): Json | undefined => {
    const value = lookup(name);
    if (value === undefined) missing.add(name);
    return value;
  };
  if (whole !== undefined) {
    const value = found(whole);
    return value === undefined ? text : value;
  }
  return text.replace(PLACEHOLDER, (kept, name: string) => {
    const value = found(name);
    return value === undefined ? kept : asText(value);
  });
};

const inValue = (value: Json, lookup: Lookup, missing: Set<string>): Json => {
  if (typeof value === 'string') return inText(value, lookup, missing);
  if (Array.isArray(value)) return value.map((entry: Json) => inValue(entry, lookup, missing));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, inValue(entry, lookup, missing)]),
  );
};

/**
 * Fills in every `${name}` of a value, at any depth; keys are left alone. A text that is exactly `"${name}"` becomes the
 * looked-up value with its type; inside a longer text it becomes text. One pass: what is filled in is not searched again.
 * `missing` lists the names without a value, each once, in order; those placeholders stay as they stand.
 */
export const substitute = (value: Json, lookup: Lookup): { value: Json; missing: string[] } => {
  const missing = new Set<string>();
  const filled = inValue(value, lookup, missing);
  return { value: filled, missing: [...missing] };
};

/** Names of the placeholders in a value, each once, in order. */
export const placeholdersIn = (value: Json): string[] => substitute(value, () => undefined).missing;
