import type { KnownBlock } from '@slack/types';
import { VERSION_LIVE } from '../../domain/checklist.ts';
import type { PlanItem } from '../../domain/plan.ts';
import { isJudgement, isWell } from '../../domain/standing.ts';
import { itemActions } from '../item/actions.ts';
import type { ItemAction } from '../item/actions.ts';
import { commandBlock } from '../item/fill.ts';
import { itemButtons } from '../item/buttons.ts';
import { struckTitle, titleText } from '../item/number.ts';
import { decisionText, measuredText, ownerText, whyByHand } from '../item/words.ts';
import { ACTION } from '../ids.ts';
import { hasGroup } from '../modals/confirm-group.ts';
import { actions, button, context, dialog, section } from '../kit.ts';
import { blockId, encodeRef } from '../ref.ts';
import type { Scene } from '../scene.ts';
import { decidedAt, progressIn } from '../scene.ts';
import { SHAPE, settledShape } from '../shapes.ts';
import { bold, dateTime, dotted, inline, listed, mention, plain, plural, struck } from '../text.ts';
import type { Detail } from './detail.ts';
import { judgementText } from './judgements.ts';
import type { PeopleLine, PeopleRow } from './people-lines.ts';
import { isInOrder, peopleLines, peopleRows, placed } from './people-lines.ts';

/** What needs a person, each with its buttons; a row settled a moment ago keeps its place, struck out, with Undo. */
export const peopleBlocks = (
  scene: Scene,
  detail: Detail,
  { isQuiet }: { isQuiet: boolean },
): KnownBlock[] => {
  const rows = peopleRows(scene, peopleLines(scene), isQuiet ? QUIET_OPEN : detail.rows);
  const chosen = isQuiet ? quietRows(scene, rows) : rows.slice(0, detail.rows);
  const shown = placed(scene, chosen);
  const hidden = rows.filter((row) => !chosen.includes(row)).reduce((sum, row) => sum + openIn(row), 0);
  const next = shown.find((row) => openIn(row) > 0);
  const blocks = shown.flatMap((row) =>
    rowBlocks(scene, row, { ...detail, isNext: isInOrder(scene) && row === next }),
  );
  return hidden === 0 ? blocks : [...blocks, context('people-more', `and ${hidden} more for people`)];
};

/** A quiet watch shows one row to work on, and for their minute the rows settled last. */
const QUIET_OPEN = 1;
const QUIET_SETTLED = 3;

const quietRows = (scene: Scene, rows: readonly PeopleRow[]): readonly PeopleRow[] => {
  const settledAt = (row: PeopleRow) =>
    Math.max(...linesIn(row).map(({ entry }) => decidedAt(progressIn(scene, entry)) ?? 0));
  const open = rows.filter((row) => openIn(row) > 0).slice(0, QUIET_OPEN);
  const settled = rows
    .filter((row) => openIn(row) === 0)
    .toSorted((a, b) => settledAt(b) - settledAt(a))
    .slice(0, QUIET_SETTLED);
  return rows.filter((row) => open.includes(row) || settled.includes(row));
};

const linesIn = (row: PeopleRow): readonly PeopleLine[] => (row.kind === 'line' ? [row.line] : row.lines);
const openIn = (row: PeopleRow): number => linesIn(row).filter(({ isSettled }) => !isSettled).length;

type RowDetail = Detail & { readonly isNext: boolean };

const rowBlocks = (scene: Scene, row: PeopleRow, detail: RowDetail): KnownBlock[] => {
  switch (row.kind) {
    case 'line':
      return row.line.isSettled
        ? [settledRow(scene, row.line.entry, detail)]
        : openRow(scene, row.line.entry, detail);
    case 'phase':
      return phaseRow(scene, row.lines, detail);
    case 'run':
      return runRow(scene, row, detail);
  }
};

const settledRow = (scene: Scene, entry: PlanItem, { title, line }: Detail): KnownBlock => {
  const how = decisionText(scene, entry, line) ?? measuredText(scene, entry, line);
  const [undo] = itemButtons(
    scene,
    entry,
    itemActions(scene, entry).filter((act) => act === 'undo'),
  );
  const shape = settledShape(scene.board.standing(entry.item.id));
  const text = `${shape} ${dotted(struckTitle(scene, entry, title), how)}`;
  return section(blockId('row', entry.item.id), text, undo);
};

/** A row offers the three most likely things; Details, on the row or in the phase, offers the rest. */
const ROW_ACTIONS: ReadonlySet<ItemAction> = new Set([
  'confirm',
  'confirm_line',
  'run',
  'rerun',
  'skip',
  'fail',
]);

const openRow = (scene: Scene, entry: PlanItem, detail: RowDetail): KnownBlock[] => {
  const isCut = entry.item.command !== undefined && commandBlock(scene, entry, detail.command) === undefined;
  const acts = itemActions(scene, entry).filter(
    (act) => ROW_ACTIONS.has(act) || (isCut && act === 'details'),
  );
  const id = entry.item.id;
  const row = section(blockId('row', id), openText(scene, entry, detail));
  const shown: readonly ItemAction[] = acts.length === 0 ? ['details'] : acts;
  return [row, actions(blockId('row-act', id), itemButtons(scene, entry, shown))];
};

const openText = (scene: Scene, entry: PlanItem, { title, line, command, isNext }: RowDetail): string => {
  const { running, measured } = progressIn(scene, entry);
  const isUnclear = scene.board.standing(entry.item.id) === 'unclear';
  const shape = isUnclear ? SHAPE.unclear : isNext ? SHAPE.next : SHAPE.open;
  const text = `${shape} ${dotted(
    titleText(scene, entry, title),
    ownerText(scene, entry),
    isJudgement(entry)
      ? judgementText(scene, entry)
      : measured === undefined
        ? whyByHand(scene, entry, line)
        : unclearText(scene, entry, line),
    running === undefined ? undefined : `being measured since ${dateTime(running.since)}`,
  )}`;
  if (entry.item.command === undefined) return text;
  const block = commandBlock(scene, entry, command);
  return block === undefined
    ? `${text}\nThe command is long: Details shows it whole.`
    : `${text}\n${block}\nTo copy: never run by the bot.`;
};

/** Nothing is broken while the old version still answers; anything else unclear could not be measured. */
const unclearText = (scene: Scene, entry: PlanItem, line: number): string => {
  const why = entry.item.id === VERSION_LIVE ? 'the old version still answers' : 'could not be measured';
  return `${why}: ${measuredText(scene, entry, line) ?? ''}`;
};

const phaseRow = (scene: Scene, lines: readonly PeopleLine[], { title }: Detail): KnownBlock[] => {
  const [first] = lines;
  if (first === undefined) return [];
  const { phaseId, phaseTitle } = first.entry;
  const open = lines.filter(({ isSettled }) => !isSettled);
  const name = `${inline(phaseTitle, title)}: ${plural(open.length === 0 ? lines.length : open.length, 'line')}`;
  if (open.length === 0) {
    return [
      section(blockId('group', phaseId), `${SHAPE.done} ${dotted(struck(name), settledBy(scene, lines))}`),
    ];
  }
  const owners = new Set(open.map(({ entry }) => ownerText(scene, entry)));
  const value = encodeRef({ deploymentId: scene.situation.deployment.id, phaseId });
  const about = phaseTitle;
  return [
    section(
      blockId('group', phaseId),
      `${SHAPE.open} ${dotted(bold(name), owners.size === 1 ? [...owners][0] : undefined)}`,
    ),
    actions(blockId('group-act', phaseId), [
      ...(hasGroup(scene, phaseId)
        ? [button('Confirm group…', { action: ACTION.groupConfirm, value }, { about })]
        : []),
      button('Open phase', { action: ACTION.phaseOpen, value }, { about }),
    ]),
  ];
};

const settledBy = (scene: Scene, lines: readonly PeopleLine[]): string => {
  const people = lines.flatMap(({ entry }) => {
    const { settled } = progressIn(scene, entry);
    return settled === undefined || settled.kind === 'elapsed' ? [] : [settled.by];
  });
  return `settled by ${listed([...new Set(people)].slice(0, 3).map(mention))}`;
};

type RunRow = Extract<PeopleRow, { kind: 'run' }>;

/** By-click checks of one phase: one button runs all that have not been measured yet. */
const runRow = (scene: Scene, { effect, lines }: RunRow, { title }: Detail): KnownBlock[] => {
  const [first] = lines;
  if (first === undefined) return [];
  const { phaseId, phaseTitle } = first.entry;
  const ready = lines.filter(({ entry }) => isReady(scene, entry));
  const running = lines.filter(({ entry }) => progressIn(scene, entry).running !== undefined);
  const well = lines.filter(({ entry }) => isWell(scene.board.standing(entry.item.id)));
  const name = `${inline(phaseTitle, title)}: ${plural(lines.length, `${effect} check`)}`;
  const text = dotted(
    bold(name),
    ready.length === 0 ? undefined : `${ready.length} by click`,
    running.length === 0 ? undefined : `${running.length} being measured`,
    well.length === 0 ? undefined : `${well.length} done`,
  );
  const row = section(
    blockId('run', `${phaseId}.${effect}`),
    `${ready.length === 0 ? SHAPE.running : SHAPE.open} ${text}`,
  );
  if (ready.length === 0) return [row];
  const label = `Run ${plural(ready.length, `${effect} check`)}`;
  const ref = { deploymentId: scene.situation.deployment.id, phaseId, effect };
  return [
    row,
    actions(blockId('run-act', `${phaseId}.${effect}`), [
      button(
        label,
        { action: ACTION.groupRun, value: encodeRef(ref) },
        { confirm: runDialog(scene, label, ready), about: phaseTitle },
      ),
      button(
        'Open phase',
        { action: ACTION.phaseOpen, value: encodeRef({ deploymentId: ref.deploymentId, phaseId }) },
        { about: phaseTitle },
      ),
    ]),
  ];
};

const isReady = (scene: Scene, entry: PlanItem): boolean => {
  const { running, measured, settled } = progressIn(scene, entry);
  return running === undefined && measured === undefined && settled === undefined;
};

const runDialog = ({ situation }: Scene, label: string, lines: readonly PeopleLine[]) => {
  const names = lines.slice(0, 3).map(({ entry }) => plain(entry.item.title, 50));
  const more = lines.length > 3 ? [`${lines.length - 3} more`] : [];
  return dialog({
    title: label,
    text: `Runs against ${situation.deployment.environment} and changes something there: ${listed([...names, ...more])}.`,
    confirm: 'Run',
    deny: 'Cancel',
  });
};
