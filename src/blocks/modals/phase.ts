import type { ActionsBlockElement, Button, KnownBlock, ModalView } from '@slack/types';
import type { PlanItem } from '../../domain/plan.ts';
import type { PersonId } from '../../domain/deployment.ts';
import { isLeaf, isWell } from '../../domain/standing.ts';
import type { ItemAction } from '../item/actions.ts';
import { itemActions } from '../item/actions.ts';
import { itemButtons } from '../item/buttons.ts';
import { commandBlock, filled } from '../item/fill.ts';
import { struckTitle, titleText } from '../item/number.ts';
import { isOwnedBy } from '../item/owner.ts';
import { decisionText, measuredText, ownerText, whyByHand } from '../item/words.ts';
import { ACTION, VIEW } from '../ids.ts';
import type { ActionId } from '../ids.ts';
import { actions, button, context, modal, section } from '../kit.ts';
import { blockId, encodeRef, menuBlockId } from '../ref.ts';
import type { PhaseFilter, Ref } from '../ref.ts';
import type { Scene } from '../scene.ts';
import { isRedYet, progressIn } from '../scene.ts';
import { SHAPE, settledShape } from '../shapes.ts';
import { code, dotted, inline, plural } from '../text.ts';
import { phaseSelect } from '../card/menu.ts';
import { phasesToOpen } from '../card/phases.ts';
import { hasGroup } from './confirm-group.ts';
import { standingWord } from './details.ts';

/** Rows on a page: two blocks each at most, and the modal holds a hundred. */
export const ROWS_PER_PAGE = 40;

export type PhaseModalInput = {
  readonly phaseId: string;
  readonly viewer: PersonId;
  /** Default `open`, or `all` where nothing is open. */
  readonly filter?: PhaseFilter;
  /** From 1; a page that is not there any more is the last one. */
  readonly page?: number;
};

/** Every line of a phase with everything that can be done to it. */
export const phaseModal = (scene: Scene, input: PhaseModalInput): ModalView => {
  const { phaseId } = input;
  const all = linesOfPhase(scene, phaseId);
  const isDone = all.every(({ item }) => isWell(scene.board.standing(item.id)));
  const filter = input.filter ?? (isDone ? 'all' : 'open');
  const matching = all.filter((entry) => matches(scene, entry, { ...input, filter }));
  const pages = Math.max(1, Math.ceil(matching.length / ROWS_PER_PAGE));
  const page = Math.min(Math.max(1, input.page ?? 1), pages);
  const ref: Ref = { deploymentId: scene.situation.deployment.id, phaseId, filter, page };
  const shown = matching.slice((page - 1) * ROWS_PER_PAGE, page * ROWS_PER_PAGE);
  return modal({
    id: VIEW.phase,
    title: all[0]?.phaseTitle ?? phaseId,
    ref: encodeRef(ref),
    blocks: [
      actions(menuBlockId('filter', ref.deploymentId), [...filterButtons(scene, ref), ...otherPhases(scene)]),
      context(
        'shown',
        `Showing ${FILTER_WORDS[filter]}: ${counted(matching)} of ${plural(counted(all), 'line')}${pages === 1 ? '' : ` · page ${page} of ${pages}`}`,
      ),
      ...noteBlocks(scene, phaseId),
      ...(shown.length === 0
        ? [section('empty', EMPTY_WORDS[filter])]
        : shown.flatMap((entry) => rowBlocks(scene, entry))),
      ...pageBlocks(ref, pages),
    ],
  });
};

/** The lines of a phase as they are listed: leaves, and judgements about others; no sums and no twins. */
const linesOfPhase = ({ board }: Scene, phaseId: string): readonly PlanItem[] =>
  board.plan.items.filter(
    ({ phaseId: place, applies, item: { body } }) =>
      place === phaseId && applies && body.kind !== 'parent' && body.kind !== 'twin',
  );

/** As the card counts: judgements about other lines are shown, not counted. */
const counted = (lines: readonly PlanItem[]): number => lines.filter(isLeaf).length;

const noteBlocks = (scene: Scene, phaseId: string): KnownBlock[] => {
  const phases = Object.values(scene.situation.checklist.stages).flat();
  const note = phases.find(({ id }) => id === phaseId)?.note;
  return note === undefined ? [] : [context('note', inline(filled(scene, note), 1000))];
};

const FILTER_WORDS = { open: 'Open', mine: 'Mine', red: 'Red', all: 'All' } as const satisfies Record<
  PhaseFilter,
  string
>;

const EMPTY_WORDS = {
  open: 'Nothing is open here. All shows what was settled, and how.',
  mine: 'Nothing here waits for you.',
  red: 'Nothing is red here.',
  all: 'Nothing here.',
} as const satisfies Record<PhaseFilter, string>;

const matches = (
  scene: Scene,
  entry: PlanItem,
  { filter, viewer }: { readonly filter: PhaseFilter; readonly viewer: PersonId },
): boolean => {
  const standing = scene.board.standing(entry.item.id);
  switch (filter) {
    case 'all':
      return true;
    case 'red':
      return standing === 'red';
    case 'mine':
      return !isWell(standing) && isOwnedBy(scene, entry, viewer);
    case 'open':
      return !isWell(standing);
  }
};

const FILTER_ACTIONS = {
  open: ACTION.phaseFilterOpen,
  mine: ACTION.phaseFilterMine,
  red: ACTION.phaseFilterRed,
  all: ACTION.phaseFilterAll,
} as const satisfies Record<PhaseFilter, ActionId>;

const filterButtons = (scene: Scene, ref: Ref & { readonly phaseId?: string }): Button[] => {
  const filters = (Object.keys(FILTER_ACTIONS) as PhaseFilter[]).map((filter) =>
    button(
      FILTER_WORDS[filter],
      { action: FILTER_ACTIONS[filter], value: encodeRef({ ...ref, filter, page: 1 }) },
      filter === ref.filter ? { style: 'primary' } : {},
    ),
  );
  const { deploymentId, phaseId = '' } = ref;
  return !hasGroup(scene, phaseId)
    ? filters
    : [
        ...filters,
        button('Confirm group…', {
          action: ACTION.groupConfirm,
          value: encodeRef({ deploymentId, phaseId }),
        }),
      ];
};

/** Slack's longest menu. */
const MOST_PHASES = 100;

const otherPhases = (scene: Scene): ActionsBlockElement[] =>
  phasesToOpen(scene).length < 2 ? [] : phaseSelect(scene, { most: MOST_PHASES, label: 'Another phase' });

const pageBlocks = (ref: Ref, pages: number): KnownBlock[] => {
  const { page = 1 } = ref;
  const turn = (label: string, action: ActionId, to: number) =>
    button(label, { action, value: encodeRef({ ...ref, page: to }) });
  const buttons = [
    ...(page > 1 ? [turn('Previous page', ACTION.phasePrevious, page - 1)] : []),
    ...(page < pages ? [turn('Next page', ACTION.phaseNext, page + 1)] : []),
  ];
  return buttons.length === 0 ? [] : [actions('pages', buttons)];
};

const rowBlocks = (scene: Scene, entry: PlanItem): KnownBlock[] => {
  const acts: readonly ItemAction[] = itemActions(scene, entry);
  const row = section(blockId('row', entry.item.id), rowText(scene, entry));
  return [row, actions(blockId('act', entry.item.id), itemButtons(scene, entry, acts))];
};

const rowText = (scene: Scene, entry: PlanItem): string => {
  const { item } = entry;
  const isDone = isWell(scene.board.standing(item.id));
  const isRunning = progressIn(scene, entry).running !== undefined;
  const decided = decisionText(scene, entry, 200);
  const facts = dotted(
    // A decision says in its own words how the line stands, and by whom.
    ...(isDone && decided !== undefined ? [] : [standingWord(scene, entry), ownerText(scene, entry)]),
    decided ?? measuredText(scene, entry, 200),
    isDone ? undefined : whyByHand(scene, entry, 200),
    isRunning ? 'being measured' : undefined,
    code(item.id, 100),
  );
  const head = `${shapeOf(scene, entry)} ${isDone ? struckTitle(scene, entry, 200) : titleText(scene, entry, 200)}\n${facts}`;
  const block = isDone ? undefined : commandBlock(scene, entry, 800);
  if (block !== undefined) return `${head}\n${block}\nTo copy: never run by the bot.`;
  return isDone || item.command === undefined
    ? head
    : `${head}\nThe command is long: Details shows it whole.`;
};

const shapeOf = (scene: Scene, { item }: PlanItem): string => {
  const standing = scene.board.standing(item.id);
  if (isWell(standing)) return settledShape(standing);
  if (standing === 'red') return isRedYet(scene) ? SHAPE.red : SHAPE.notYet;
  return standing === 'unclear' ? SHAPE.unclear : SHAPE.open;
};
