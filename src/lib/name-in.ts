/** The name that somebody typed, as it is written in a file: case does not count, unless two differ in nothing else. Undefined: no such name. */
export const nameIn = (typed: string, names: Iterable<string>): string | undefined => {
  const all = [...names];
  const lower = typed.toLowerCase();
  return all.includes(typed) ? typed : all.find((name) => name.toLowerCase() === lower);
};
