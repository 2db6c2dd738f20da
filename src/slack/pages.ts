const MOST_PAGES = 20;

type Page<T> = { readonly list: readonly T[]; readonly cursor: string | undefined };

/** Follows a cursor to its end; `ask` is given what goes into the next question. */
export const pages = async <T>(
  ask: (cursor: { readonly cursor?: string }) => Promise<Page<T>>,
): Promise<readonly T[]> => {
  const all: T[] = [];
  let next = {};
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { list, cursor } = await ask(next);
    all.push(...list);
    if (cursor === undefined || cursor === '') break;
    next = { cursor };
  }
  return all;
};
