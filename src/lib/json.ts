/** What JSON can carry: the shape of every observation, payload and stored document. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The same value always gives the same text: keys sorted, no spaces. Hashes are taken over this. */
export const canonicalJson = (value: Json): string => {
  if (Array.isArray(value)) return `[${value.map((entry: Json) => canonicalJson(entry)).join(',')}]`;
  if (isJsonObject(value)) {
    const pairs = Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`);
    return `{${pairs.join(',')}}`;
  }
  return JSON.stringify(value);
};
