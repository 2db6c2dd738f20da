import type { KnownBlock } from '@slack/types';
import type { Refusal } from '../../domain/refusal.ts';
import { section } from '../kit.ts';
import type { Message } from '../kit.ts';
import { answerText } from '../text.ts';

/** One section takes 3,000 characters, one message is kept well below Slack's own limit. */
const SECTION = 2900;
const MOST_SECTIONS = 4;

/** Formatted lines as a message; what does not fit any more is counted. `text` is the first line in plain words. */
export const linesMessage = (text: string, lines: readonly string[]): Message => {
  const pages: string[][] = [[]];
  let size = 0;
  let shown = 0;
  for (const line of lines) {
    if (size + line.length + 1 > SECTION) {
      if (pages.length === MOST_SECTIONS) break;
      pages.push([]);
      size = 0;
    }
    pages.at(-1)?.push(line);
    size += line.length + 1;
    shown += 1;
  }
  const blocks: KnownBlock[] = pages
    .filter((page) => page.length > 0)
    .map((page, index) => section(`lines.${index}`, page.join('\n')));
  const rest = lines.length - shown;
  return { text, blocks: rest === 0 ? blocks : [...blocks, section('more', `and ${rest} more`)] };
};

/** A refusal as it is shown to the one who was refused: only they see it. */
export const refusalText = ({ message }: Refusal): string => answerText(message, 3500);

export const refusalMessage = (refusal: Refusal): Message => {
  const text = refusalText(refusal);
  return {
    text,
    blocks: [section('refusal', text.length <= SECTION ? text : answerText(refusal.message, SECTION))],
  };
};

/** The same beside a field of a dialog, where Slack draws no mentions: people by name. */
export const refusalPlain = ({ message }: Refusal, nameOf: (id: string) => string): string =>
  message.replace(/<@([UW][A-Z0-9]{1,30})>/g, (_whole, id: string) => nameOf(id)).slice(0, 1000);
