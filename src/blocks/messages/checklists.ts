import type { Message } from '../kit.ts';
import { SHAPE } from '../shapes.ts';
import { bold, codeBlock, fitted, inline, plural } from '../text.ts';
import { linesMessage } from './answer.ts';

/** One system in one environment: how much of it runs by itself. */
export type ChecklistLine = {
  readonly system: string;
  readonly title: string;
  readonly environment: string;
  readonly connected: number;
  readonly notConnected: number;
  readonly byClick: number;
  readonly byPeople: number;
  /** What to provide next, with the number of checks it would connect; the most wanted first. */
  readonly missing: readonly { readonly what: string; readonly checks: number }[];
};

export type BrokenFile = { readonly file: string; readonly problems: readonly string[] };

/** `/deploy checklists`: what is loaded, what is broken, and what to connect next by what it brings. */
export const checklistsMessage = (
  loaded: readonly ChecklistLine[],
  broken: readonly BrokenFile[] = [],
): Message => {
  if (loaded.length + broken.length === 0) {
    return linesMessage('No checklist is loaded', [
      'No checklist is loaded. Put one into the checklists folder, then restart the bot.',
    ]);
  }
  return linesMessage(plural(loaded.length, 'checklist'), [
    ...loaded.flatMap(checklistLines),
    ...broken
      .slice(0, 10)
      .flatMap(({ file, problems }) => [
        `${SHAPE.red} ${bold(inline(file, 100))} could not be read`,
        codeBlock(problems.slice(0, 5).join('\n'), 600),
      ]),
  ]);
};

const checklistLines = ({
  system,
  title,
  environment,
  missing,
  ...counts
}: ChecklistLine): readonly string[] => {
  const { connected, notConnected, byClick, byPeople } = counts;
  const next = missing.map(({ what, checks }) => `${inline(what, 80)}: +${plural(checks, 'check')}`);
  return [
    `${bold(inline(system, 60))} · ${inline(title, 100)} → ${inline(environment, 60)}`,
    `   ${connected} run by themselves, ${notConnected} not connected, ${byClick} by click, ${byPeople} for people`,
    ...(next.length === 0 ? [] : [`   Connect next: ${fitted(next, { max: 500, most: 5 })}`]),
  ];
};
