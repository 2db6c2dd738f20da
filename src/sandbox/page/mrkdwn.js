/**
 * Slack's mrkdwn as a tree, without the DOM so that it can be tested alone.
 * @typedef {{ kind: 'text', text: string }
 *   | { kind: 'bold' | 'italic' | 'strike' | 'quote', children: MrkdwnNode[] }
 *   | { kind: 'code' | 'pre', text: string }
 *   | { kind: 'link', url: string, text: string }
 *   | { kind: 'user' | 'channel' | 'group', id: string, label: string | undefined }
 *   | { kind: 'broadcast', range: string }
 *   | { kind: 'date', seconds: number, format: string, url: string | undefined, fallback: string }
 *   | { kind: 'emoji', name: string }
 *   | { kind: 'break' }} MrkdwnNode
 */

/** @param {string} text */
export const unescapeEntities = (text) =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

const MARKS = /** @type {const} */ ({ '*': 'bold', _: 'italic', '~': 'strike' });

/** @param {string | undefined} character */
const isWord = (character) => character !== undefined && /[\p{L}\p{N}_]/u.test(character);

/** @param {string} body between `<` and `>` @returns {MrkdwnNode} */
const special = (body) => {
  const bar = body.indexOf('|');
  const target = bar < 0 ? body : body.slice(0, bar);
  const label = bar < 0 ? undefined : unescapeEntities(body.slice(bar + 1));
  if (target.startsWith('@')) return { kind: 'user', id: target.slice(1), label };
  if (target.startsWith('#')) return { kind: 'channel', id: target.slice(1), label };
  if (target.startsWith('!subteam^')) return { kind: 'group', id: target.slice('!subteam^'.length), label };
  if (target.startsWith('!date^')) {
    const [, seconds = '', format = '', url] = target.split('^');
    return { kind: 'date', seconds: Number(seconds), format, url, fallback: label ?? '' };
  }
  if (target.startsWith('!')) return { kind: 'broadcast', range: target.slice(1) };
  const url = unescapeEntities(target);
  return { kind: 'link', url, text: label ?? url.replace(/^mailto:/, '') };
};

/**
 * The end of a `*bold*`-like run that starts at `from`, or -1: it opens before a non-space after no word character,
 * closes after a non-space before no word character, and stays on its line.
 * @param {string} text
 * @param {number} from
 */
const closing = (text, from) => {
  const mark = text[from];
  if (isWord(text[from - 1]) || /\s/.test(text[from + 1] ?? ' ') || text[from + 1] === mark) return -1;
  for (let at = from + 2; at < text.length && text[at] !== '\n'; at += 1) {
    if (text[at] === mark && !/\s/.test(text[at - 1] ?? ' ') && !isWord(text[at + 1])) return at;
  }
  return -1;
};

/**
 * One special thing at `at`, or undefined when the character stands for itself.
 * @param {string} text
 * @param {number} at
 * @returns {{ node: MrkdwnNode, next: number } | undefined}
 */
const token = (text, at) => {
  const character = text[at] ?? '';
  if (character === '\n') return { node: { kind: 'break' }, next: at + 1 };
  if (character === '<') {
    const end = text.indexOf('>', at);
    return end < 0 ? undefined : { node: special(text.slice(at + 1, end)), next: end + 1 };
  }
  if (character === '`') {
    const end = text.indexOf('`', at + 1);
    if (end <= at + 1) return undefined;
    return { node: { kind: 'code', text: unescapeEntities(text.slice(at + 1, end)) }, next: end + 1 };
  }
  if (character === ':') {
    const name = /^:([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):/.exec(text.slice(at))?.[1];
    return name === undefined ? undefined : { node: { kind: 'emoji', name }, next: at + name.length + 2 };
  }
  if (character === '*' || character === '_' || character === '~') {
    const end = closing(text, at);
    if (end < 0) return undefined;
    return { node: { kind: MARKS[character], children: inline(text.slice(at + 1, end)) }, next: end + 1 };
  }
  return undefined;
};

/** @param {string} text @returns {MrkdwnNode[]} */
const inline = (text) => {
  /** @type {MrkdwnNode[]} */
  const nodes = [];
  let plain = '';
  const flush = () => {
    if (plain !== '') nodes.push({ kind: 'text', text: unescapeEntities(plain) });
    plain = '';
  };
  for (let at = 0; at < text.length;) {
    const found = token(text, at);
    if (found === undefined) {
      plain += text[at];
      at += 1;
      continue;
    }
    flush();
    nodes.push(found.node);
    at = found.next;
  }
  flush();
  return nodes;
};

/** @param {string} text @returns {MrkdwnNode[]} */
const withQuotes = (text) => {
  /** @type {MrkdwnNode[]} */
  const nodes = [];
  /** @type {{ isQuote: boolean, lines: string[] }[]} */
  const runs = [];
  for (const line of text.split('\n')) {
    const isQuote = /^(&gt;|>)/.test(line);
    const last = runs.at(-1);
    const content = isQuote ? line.replace(/^(&gt;|>) ?/, '') : line;
    if (last?.isQuote === isQuote) last.lines.push(content);
    else runs.push({ isQuote, lines: [content] });
  }
  for (const [index, run] of runs.entries()) {
    const children = inline(run.lines.join('\n'));
    if (run.isQuote) nodes.push({ kind: 'quote', children });
    // A quote is a block of its own; only neighbours without one need the line break back.
    else nodes.push(...children);
    if (index < runs.length - 1 && !run.isQuote && runs[index + 1]?.isQuote === false)
      nodes.push({ kind: 'break' });
  }
  return nodes;
};

/**
 * @param {string} text
 * @returns {MrkdwnNode[]}
 */
export const parseMrkdwn = (text) =>
  text.split(/```\n?([\s\S]+?)\n?```\n?/).flatMap((part, index) => {
    if (index % 2 === 1) return [{ kind: /** @type {const} */ ('pre'), text: unescapeEntities(part) }];
    return part === '' ? [] : withQuotes(part);
  });

/**
 * plain_text knows emoji and line breaks only.
 * @param {string} text
 * @returns {MrkdwnNode[]}
 */
export const parsePlain = (text) =>
  text
    .split(/(\n|:[a-z0-9_+'-]+:)/)
    .filter((part) => part !== '')
    .map((part) => {
      if (part === '\n') return { kind: 'break' };
      return /^:[a-z0-9_+'-]+:$/.test(part)
        ? { kind: 'emoji', name: part.slice(1, -1) }
        : { kind: 'text', text: part };
    });

/**
 * The standard Markdown of a markdown block, turned into the nearest mrkdwn.
 * @param {string} text
 */
export const markdownToMrkdwn = (text) =>
  text
    .split(/(```[\s\S]+?```)/)
    .map((part, index) =>
      index % 2 === 1
        ? part.replace(/^```\w*\n?/, '```')
        : part
            .replace(/!?\[([^\]]+)\]\((\S+?)\)/g, '<$2|$1>')
            .replace(/(?<![*\w])\*(?!\*|\s)([^*\n]+)\*(?!\*)/g, '_$1_')
            .replace(/\*\*(.+?)\*\*/g, '*$1*')
            .replace(/~~(.+?)~~/g, '~$1~')
            .replace(
              /^#{1,6} (.*)$/gm,
              (_whole, /** @type {string} */ title) => `*${title.replaceAll('*', '')}*`,
            )
            .replace(/^(\s*)- \[x\] /gim, '$1☑ ')
            .replace(/^(\s*)- \[ \] /gm, '$1☐ ')
            .replace(/^(\s*)[-*+] /gm, '$1• '),
    )
    .join('');
