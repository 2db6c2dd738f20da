/** The keys that have a value; `undefined` becomes absence, which is what optional keys of our types mean. */
export const stated = <T extends object>(
  keys: T,
): { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
} => {
  const kept = Object.entries(keys).filter(([, value]) => value !== undefined);
  // The filter above does what the type says; entries have lost the link between key and value.
  return Object.fromEntries(kept) as never;
};
