/** `<@U1|ben>`, `<#C1|general>`, `<!subteam^S1|@oncall>`, `<!here>`, `<https://example.org|example.org>`. */
const MARKUP = /<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>/g;
const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };
/** Markup that somebody typed as such: Slack hands it on escaped, and decoded it would call people. */
const TYPED_MARKUP = /<(?=[@#!])/g;

/** What somebody typed after a command, as they saw it: Slack escapes it and writes names and links as markup. */
export const commandText = (text: string): string =>
  text
    .replace(MARKUP, (_whole, ...parts: string[]) => wordOf(parts))
    .replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity] ?? entity)
    .replace(TYPED_MARKUP, '');

/** `parts`: sign, what it points to, and the words for it, where there are any. */
const wordOf = ([sign = '', id = '', label = '']: readonly string[]): string => {
  if (sign === '') return id.replace(/^(?:mailto|tel):/, '');
  const name = label === '' ? id.replace(/^subteam\^/, '') : label;
  if (sign === '!') return id.startsWith('date^') ? label : withSign('@', name);
  return withSign(sign, name);
};

const withSign = (sign: string, name: string): string => (name.startsWith(sign) ? name : `${sign}${name}`);
