/** Longer words are compared by their beginning: what a person typed wrong is no longer. */
const LONGEST = 60;

/** How many single-letter edits (insert, drop, replace, swap neighbours) turn one word into the other. */
const distance = (from: string, to: string): number => {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= from.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const cell = (up: number, left: number) => rows[row - up]?.[column - left] ?? Infinity;
      const same = from[row - 1] === to[column - 1];
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      line.push(
        Math.min(
          cell(1, 0) + 1,
          (line[column - 1] ?? Infinity) + 1,
          cell(1, 1) + (same ? 0 : 1),
          swapped ? cell(2, 2) + 1 : Infinity,
        ),
      );
    }
    rows.push(line);
  }
  return rows[from.length]?.[to.length] ?? Infinity;
};

/**
 * The known words a mistyped one most likely meant, best first, at most three. Case does not count; a word is near
 * when at most a third of its letters and never more than three differ, or when one begins with the other. Words clearly
 * farther than the best are left out. Empty: nothing is near.
 */
export const nearest = (word: string, known: readonly string[]): readonly string[] => {
  const typed = word.toLowerCase().slice(0, LONGEST);
  const near = known
    .map((name) => ({ name, edits: editsTo(typed, name.toLowerCase()) }))
    .filter(
      ({ name, edits }) =>
        edits <= Math.min(3, Math.max(1, Math.floor(Math.max(typed.length, name.length) / 3))),
    )
    .sort((a, b) => a.edits - b.edits || a.name.localeCompare(b.name));
  const best = near[0]?.edits ?? 0;
  return near
    .filter(({ edits }) => edits <= best + 1)
    .slice(0, 3)
    .map(({ name }) => name);
};

/** A word that is begun but not ended counts as one edit, so that `prod` finds `production`. */
const editsTo = (typed: string, name: string): number => {
  const edits = distance(typed, name.slice(0, LONGEST));
  const begun = typed.length >= 3 && name.length >= 3 && (name.startsWith(typed) || typed.startsWith(name));
  return begun ? Math.min(edits, 1) : edits;
};

/** `; did you mean a or b?`, or nothing when no known word is near. */
export const didYouMean = (word: string, known: readonly string[]): string => {
  const names = nearest(word, known);
  return names.length === 0 ? '' : `; did you mean ${names.join(' or ')}?`;
};
