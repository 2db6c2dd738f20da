import type { Instant } from '../lib/time.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../lib/time.ts';

export const ELLIPSIS = '…';

/** Characters that draw nothing, or that turn the reading direction of what stands beside them. */
const INVISIBLE = /[\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** Isolates, so that right-to-left words do not pull the numbers and names beside them along. */
const ISOLATE = ['\u2068', '\u2069'] as const;

const cleaned = (text: string): string => text.replace(/\p{Cs}/gu, '\ufffd').replace(INVISIBLE, '');

/** On one line, without control characters. */
const oneLine = (text: string): string =>
  cleaned(text)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Slack has no escape for its own marks, so those that could begin or end a format become a look-alike; one that stands alone cannot. */
const LOOKALIKES: Readonly<Record<string, string>> = { '*': '∗', '~': '∼', '`': 'ˋ', _: 'ˍ' };
const MARKS = /`|[*~](?=\S)|(?<=\S)[*~]|(?<![\p{L}\p{N}])_(?=\S)|(?<=\S)_(?![\p{L}\p{N}])/gu;
const BROADCAST = /@(?=(?:here|channel|everyone|group)\b)/gi;

const neutral = (text: string): string =>
  text.replace(MARKS, (mark) => LOOKALIKES[mark] ?? mark).replace(BROADCAST, '＠');

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Cuts between whole characters as people see them; `sizeOf` is what Slack counts, never less than the length. */
const cutTo = (text: string, max: number, sizeOf: (text: string) => number): string => {
  if (text.length <= max && sizeOf(text) <= max) return text;
  let kept = '';
  let size = 0;
  for (const { segment } of graphemes.segment(text.slice(0, max + 50))) {
    size += sizeOf(segment);
    if (size > max - 1) break;
    kept += segment;
  }
  return max < 1 ? '' : `${kept.trimEnd()}${ELLIPSIS}`;
};

const escapedSize = (text: string): number => escaped(text).length;

/** Text that is never empty, which Slack refuses. */
const orDash = (text: string): string => (text === '' ? '–' : text);

/** Somebody's words as a part of a formatted line: no mention, no link, no format, at most `max` characters as sent. */
export const inline = (text: string, max: number): string => {
  const line = neutral(oneLine(text));
  if (!RIGHT_TO_LEFT.test(line)) return orDash(escaped(cutTo(line, max, escapedSize)));
  const [open, close] = ISOLATE;
  return `${open}${escaped(cutTo(line, max - 2, escapedSize))}${close}`;
};

/**
 * An answer of ours that quotes somebody's words: lines stay, people stay mentioned, what stands in code stays as it is,
 * nothing else is special. Only for what one person sees; there a mention calls nobody.
 */
export const answerText = (text: string, max: number): string => {
  const lines = cleaned(text).split(/\r?\n/);
  const shown = lines.map((line) =>
    cutTo(oneLine(line), LONGEST_LINE, escapedSize)
      .split(/(<@[UW][A-Z0-9]{1,30}>|`[^`]+`)/)
      .map((part, index) => (index % 2 === 0 ? escaped(neutral(part)) : kept(part)))
      .join(''),
  );
  return fitted(shown.map(orDash), { max: Math.max(max, LONGEST_LINE), separator: '\n' });
};

/** A mention, or a word in code. */
const kept = (part: string): string => (part.startsWith('`') ? code(part.slice(1, -1), LONGEST_LINE) : part);

/** Of an answer; what a rule says in one line is shorter. */
const LONGEST_LINE = 900;

/** Somebody's words where Slack formats nothing: titles, labels, options, dialogs' inputs. */
export const plain = (text: string, max: number): string =>
  orDash(cutTo(oneLine(text), max, (part) => part.length));

/** A command to copy. Lines stay; nothing inside can close the fence. */
export const codeBlock = (text: string, max: number): string => {
  const lines = cleaned(text)
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, ' ')
    .replaceAll('```', 'ˋˋˋ')
    .trim();
  return `\`\`\`\n${escaped(cutTo(orDash(lines), max - 8, escapedSize))}\n\`\`\``;
};

/** Somebody's words to copy, such as an id or a version: in code Slack formats nothing, so every mark stays as it is. */
export const code = (text: string, max: number): string => {
  const line = oneLine(text).replaceAll('`', 'ˋ').replace(BROADCAST, '＠');
  return `\`${escaped(cutTo(orDash(line), max - 2, escapedSize))}\``;
};

/** Struck out. Takes what `inline` made. */
export const struck = (text: string): string => `~${text}~`;
export const bold = (text: string): string => `*${text}*`;

const PERSON = /^[UW][A-Z0-9]{1,30}$/;
const GROUP = /^S[A-Z0-9]{1,30}$/;

/** A person or user group by Slack's id; anything else as plain words. */
export const mention = (id: string): string => {
  if (PERSON.test(id)) return `<@${id}>`;
  return GROUP.test(id) ? `<!subteam^${id}>` : inline(id, 40);
};

/** A link we may put into a message; undefined when the address is none. `label` is formatted already. */
export const link = (url: string | undefined, label: string): string | undefined =>
  url !== undefined && url.length <= 1000 && /^https?:\/\/[^\s<>|]+$/.test(url)
    ? `<${url.replace(/&(?!amp;)/g, '&amp;')}|${label}>`
    : undefined;

/** `@a or @b`, with `or 3 more` when there are more than `most`. */
export const mentions = (ids: readonly string[], { word = 'or', most = 2 } = {}): string => {
  const shown = ids.slice(0, most).map(mention);
  return listed(ids.length > most ? [...shown, `${ids.length - most} more`] : shown, word);
};

/** `a, b and c`. */
export const listed = (parts: readonly string[], word = 'and'): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} ${word} ${parts.at(-1) ?? ''}`;

/** The parts that say something, with a middle dot between them. */
export const dotted = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join(' · ');

/** As many parts as fit into `max` characters and `most` parts, then `and 3 more`. */
export const fitted = (
  parts: readonly string[],
  { max, most = Infinity, separator = ' · ' }: { max: number; most?: number; separator?: string },
): string => {
  const rest = (count: number) => `and ${count} more`;
  const room = max - separator.length - rest(parts.length).length;
  let text = '';
  for (const [index, part] of parts.entries()) {
    const next = index === 0 ? part : `${text}${separator}${part}`;
    const isLast = index === parts.length - 1;
    if (index >= most || next.length > (isLast ? max : room)) {
      return index === 0 ? rest(parts.length) : `${text}${separator}${rest(parts.length - index)}`;
    }
    text = next;
  }
  return text;
};

/** `1 line`, `4 lines`. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** `40 s`, `4 min`, `3 h`, `2 d`: rounded down to the unit people would say. */
export const durationText = (ms: number): string => {
  const size = Math.max(0, ms);
  if (size < MINUTE) return `${Math.floor(size / SECOND)} s`;
  if (size < 2 * HOUR) return `${Math.floor(size / MINUTE)} min`;
  return size < 2 * DAY ? `${Math.floor(size / HOUR)} h` : `${Math.floor(size / DAY)} d`;
};

/** `██████░░`; full only when everything is done, empty only when nothing is. */
export const bar = (done: number, total: number, width = 8): string => {
  const exact = total === 0 ? width : (done / total) * width;
  const full = done >= total ? width : Math.min(width - 1, Math.max(done > 0 ? 1 : 0, Math.floor(exact)));
  return `${'█'.repeat(full)}${'░'.repeat(width - full)}`;
};

/** `2026-11-20 13:40 UTC`, for places without Slack's dates. */
export const utc = (at: Instant): string =>
  `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const token = (at: Instant, format: string): string =>
  `<!date^${Math.floor(at / SECOND)}^${format}|${utc(at)}>`;

/** The time of day in the reader's own zone. */
export const timeOf = (at: Instant): string => token(at, '{time}');
/** Day and time in the reader's own zone; the day is a word when it is near. */
export const dateTime = (at: Instant): string => token(at, '{date_short_pretty} {time}');
/** The same to the second: somebody who looks twice in a minute sees that it was looked again. */
export const dateTimeSeconds = (at: Instant): string => token(at, '{date_short_pretty} {time_secs}');
/** `12 minutes ago`, kept current by the reader's Slack, not by drawing again. */
export const ago = (at: Instant): string => token(at, '{ago}');
