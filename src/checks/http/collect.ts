// `script[src]`, `link[rel=stylesheet][href]`: a tag, what its attributes have to be, and the attribute that is wanted.
const SELECTOR = /^([a-z][a-z0-9]*)((?:\[[a-z-]+=[\w./-]+\])*)\[([a-z-]+)\]$/i;
const CONDITION = /\[([a-z-]+)=([\w./-]+)\]/gi;
const ATTRIBUTE = /([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi;

type Selector = {
  readonly tag: string;
  readonly conditions: readonly (readonly [name: string, value: string])[];
  readonly attribute: string;
};

/** Undefined: not a selector of the kind that is known here. */
export const parseSelector = (text: string): Selector | undefined => {
  const [, tag, conditions = '', attribute] = SELECTOR.exec(text) ?? [];
  if (tag === undefined || attribute === undefined) return undefined;
  return {
    tag: tag.toLowerCase(),
    conditions: Array.from(conditions.matchAll(CONDITION), ([, name = '', value = '']) => [
      name.toLowerCase(),
      value.toLowerCase(),
    ]),
    attribute: attribute.toLowerCase(),
  };
};

const attributesOf = (inside: string): ReadonlyMap<string, string> =>
  new Map(
    Array.from(inside.matchAll(ATTRIBUTE), ([, name = '', double, single, bare]) => [
      name.toLowerCase(),
      (double ?? single ?? bare ?? '').replaceAll('&amp;', '&'),
    ]),
  );

// Longer ones are left out: what is scanned here comes from a target, and attributes are looked for from every letter.
const MAX_TAG_LENGTH = 1024;

/** What stands between `<name` and `>` of every tag of a page, comments left out. */
const tagsOf = (html: string): readonly (readonly [tag: string, inside: string])[] => {
  const tags: (readonly [string, string])[] = [];
  for (let at = html.indexOf('<'); at >= 0; at = html.indexOf('<', at + 1)) {
    if (html.startsWith('<!--', at)) {
      const end = html.indexOf('-->', at);
      if (end < 0) break;
      at = end;
      continue;
    }
    const tag = /^[a-z][a-z0-9]{0,20}/i.exec(html.slice(at + 1, at + 22))?.[0];
    const head = html.slice(at + 1, at + MAX_TAG_LENGTH);
    const end = head.indexOf('>');
    if (tag === undefined || end < 0) continue;
    tags.push([tag.toLowerCase(), head.slice(tag.length, end)]);
    at += end;
  }
  return tags;
};

/** Absolute URLs that a page names at the places the selectors say, each once, in order. */
export const collectUrls = (html: string, base: URL, selectors: readonly string[]): readonly URL[] => {
  const wanted = selectors.flatMap((text) => parseSelector(text) ?? []);
  const found = new Map<string, URL>();
  for (const [tag, inside] of tagsOf(html)) {
    const attributes = attributesOf(inside);
    for (const selector of wanted) {
      const value = attributes.get(selector.attribute);
      const fits = selector.conditions.every(([name, one]) => attributes.get(name)?.toLowerCase() === one);
      if (selector.tag !== tag || !fits || value === undefined || !URL.canParse(value, base.href)) continue;
      const url = new URL(value, base.href);
      if (url.protocol === 'http:' || url.protocol === 'https:') found.set(url.href, url);
    }
  }
  return [...found.values()];
};
