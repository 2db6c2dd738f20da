/**
 * Says the same trouble once, however often it is met: again only after it was not met for `quietMs`. Connections that are
 * gone try again every second or two, and all of them together.
 */
export const onceAnOutage = (quietMs: number): ((trouble: string, say: () => void) => void) => {
  const lasting = new Map<string, NodeJS.Timeout>();
  return (trouble, say) => {
    const known = lasting.get(trouble);
    if (known === undefined) say();
    clearTimeout(known);
    const over = setTimeout(() => lasting.delete(trouble), quietMs);
    lasting.set(trouble, over.unref());
  };
};
