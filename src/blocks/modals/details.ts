import type { KnownBlock, ModalView } from '@slack/types';
import type { PlanItem } from '../../domain/plan.ts';
import type { Standing } from '../../domain/standing.ts';
import { itemActions } from '../item/actions.ts';
import { itemButtons } from '../item/buttons.ts';
import { commandBlock, filled } from '../item/fill.ts';
import { numberOf } from '../item/number.ts';
import { decisionText, measuredText, ownerText, whyByHand } from '../item/words.ts';
import { VIEW } from '../ids.ts';
import { actions, context, modal, section } from '../kit.ts';
import { blockId, encodeRef } from '../ref.ts';
import type { Scene } from '../scene.ts';
import { isRedYet, progressIn } from '../scene.ts';
import { bold, dateTime, dotted, fitted, inline, link, mention } from '../text.ts';

const STANDING_WORDS = {
  hidden: 'Does not apply here',
  open: 'Open',
  passed: 'Passed',
  warned: 'Passed with a warning',
  red: 'Red',
  unclear: 'Could not be measured',
  accepted: 'Red, accepted',
  confirmed: 'Confirmed',
  skipped: 'Skipped',
  not_applicable: 'Not applicable',
} as const satisfies Record<Standing, string>;

/** How an item stands, in words; while preparing red is only "Not yet". */
export const standingWord = (scene: Scene, { item }: PlanItem): string => {
  const standing = scene.board.standing(item.id);
  return standing === 'red' && !isRedYet(scene) ? 'Not yet' : STANDING_WORDS[standing];
};

/** What happened to the item before, in plain words; the list is oldest first. */
export type HistoryLine = { readonly at: number; readonly text: string };

/** What the deployment itself does not hold; absent: not shown. */
export type DetailsExtras = {
  /** The judged expectations of the last run: `p95: expected < 200 ms, got 240 ms`. */
  readonly findings?: readonly string[];
  readonly history?: readonly HistoryLine[];
};

/** Everything about one item, and everything a person can do to it. */
export const itemDetailsModal = (
  scene: Scene,
  entry: PlanItem,
  { findings = [], history = [] }: DetailsExtras = {},
): ModalView =>
  modal({
    id: VIEW.itemDetails,
    title: 'Details',
    ref: encodeRef({ deploymentId: scene.situation.deployment.id, itemId: entry.item.id }),
    blocks: [
      section('about', aboutText(scene, entry)),
      ...optional('why', whyText(scene, entry)),
      ...optional('findings', listText('Expected and got', findings)),
      ...optional('command', commandText(scene, entry)),
      ...optional('notes', notesText(scene, entry)),
      ...optional('history', historyText(history)),
      ...linkBlocks(scene, entry),
      ...actionBlocks(scene, entry),
    ],
  });

const optional = (id: string, text: string | undefined): KnownBlock[] =>
  text === undefined ? [] : [section(id, text)];

const aboutText = (scene: Scene, entry: PlanItem): string => {
  const { item, phaseTitle } = entry;
  const { running } = progressIn(scene, entry);
  const number = numberOf(scene.board, item.id);
  const kind = dotted(item.required ? 'required' : 'optional', item.critical ? 'critical' : undefined);
  const lines = [
    bold(inline(item.title, 300)),
    dotted(bold(standingWord(scene, entry)), inline(phaseTitle, 80), ownerText(scene, entry), kind),
    decisionText(scene, entry, 1000),
    measuredText(scene, entry, 1000),
    running === undefined ? undefined : `being measured since ${dateTime(running.since)}`,
    `item ${inline(item.id, 100)}${number === undefined ? '' : `, number ${number}`}`,
  ];
  return lines.filter((line) => line !== undefined).join('\n');
};

const whyText = (scene: Scene, entry: PlanItem): string | undefined => {
  const why = whyByHand(scene, entry, 800);
  const note = entry.item.note === undefined ? undefined : inline(filled(scene, entry.item.note), 1500);
  const lines = [...new Set([why, note])].filter((line) => line !== undefined);
  return lines.length === 0 ? undefined : lines.join('\n');
};

const listText = (title: string, lines: readonly string[]): string | undefined =>
  lines.length === 0
    ? undefined
    : `${bold(title)}\n${fitted(
        lines.map((line) => `• ${inline(line, 300)}`),
        { max: 2800, separator: '\n' },
      )}`;

const commandText = (scene: Scene, entry: PlanItem): string | undefined => {
  if (entry.item.command === undefined) return undefined;
  const block = commandBlock(scene, entry, 2900);
  return block === undefined
    ? 'The command is too long to show: it stands in the checklist file.'
    : `${block}\nTo copy: never run by the bot.`;
};

const notesText = (scene: Scene, entry: PlanItem): string | undefined => {
  const notes = progressIn(scene, entry).notes ?? [];
  if (notes.length === 0) return undefined;
  const lines = notes
    .toReversed()
    .map(({ by, at, text }) => `• ${mention(by)} ${dateTime(at)}: ${inline(text, 500)}`);
  return `${bold('Notes')}\n${fitted(lines, { max: 2800, separator: '\n' })}`;
};

/** The newest first: at 2 a.m. nobody scrolls. */
const historyText = (history: readonly HistoryLine[]): string | undefined => {
  if (history.length === 0) return undefined;
  const lines = history.toReversed().map(({ at, text }) => `• ${dateTime(at)} ${inline(text, 300)}`);
  return `${bold('History')}\n${fitted(lines, { max: 2800, most: 25, separator: '\n' })}`;
};

const linkBlocks = (scene: Scene, { item }: PlanItem): KnownBlock[] => {
  if (item.link === undefined) return [];
  const url = filled(scene, item.link);
  const help = link(url, inline(url, 200));
  return help === undefined ? [] : [context('link', `Help: ${help}`)];
};

const actionBlocks = (scene: Scene, entry: PlanItem): KnownBlock[] => {
  const acts = itemActions(scene, entry).filter((act) => act !== 'details');
  return acts.length === 0 ? [] : [actions(blockId('act', entry.item.id), itemButtons(scene, entry, acts))];
};
