import type { KnownBlock, ModalView } from '@slack/types';
import type { Alert } from '../../domain/deployment.ts';
import type { PlanItem } from '../../domain/plan.ts';
import { itemActions } from '../item/actions.ts';
import { itemButtons } from '../item/buttons.ts';
import { measuredText } from '../item/words.ts';
import { VIEW } from '../ids.ts';
import { actions, context, modal, section } from '../kit.ts';
import { blockId, encodeRef } from '../ref.ts';
import type { Scene } from '../scene.ts';
import { bold, dateTime, dotted, fitted, inline, mention, plural } from '../text.ts';
import { standingWord } from './details.ts';

const MOST_ITEMS = 40;

/** Every check of an alert with what can be done about it. */
export const alertDetailsModal = (scene: Scene, alert: Alert): ModalView => {
  const entries = alert.itemIds.flatMap((id) => scene.board.plan.byId.get(id) ?? []);
  const hidden = entries.length - MOST_ITEMS;
  return modal({
    id: VIEW.alertDetails,
    title: 'Details',
    ref: encodeRef({ deploymentId: scene.situation.deployment.id, alertId: alert.id }),
    blocks: [
      section('about', aboutText(alert)),
      ...entries.slice(0, MOST_ITEMS).flatMap((entry) => itemBlocks(scene, entry)),
      ...contactBlocks(scene),
      ...(hidden > 0 ? [section('more', `and ${plural(hidden, 'more check')}`)] : []),
    ],
  });
};

/** Whom else to ask, as the checklist names them. */
const contactBlocks = ({ situation }: Scene): KnownBlock[] => {
  const contacts = situation.checklist.contacts.map(
    ({ title, how }) => `${inline(title, 80)}: ${inline(how, 120)}`,
  );
  return contacts.length === 0 ? [] : [context('contacts', fitted(contacts, { max: 1500 }))];
};

const aboutText = ({ line, since, firedAt, state, takenBy, cause }: Alert): string =>
  [
    bold(inline(line, 800)),
    dotted(
      `fails since ${dateTime(since)}`,
      `alert ${dateTime(firedAt)}`,
      state.kind === 'resolved' ? `${state.decided?.kind ?? 'works again'} ${dateTime(state.at)}` : undefined,
      state.kind === 'acknowledged' ? `acknowledged by ${mention(state.by)}` : undefined,
      takenBy === undefined ? undefined : `${mention(takenBy)} works on it`,
    ),
    `cause: ${inline(cause, 300)}`,
  ].join('\n');

const itemBlocks = (scene: Scene, entry: PlanItem): KnownBlock[] => [
  section(
    blockId('row', entry.item.id),
    dotted(bold(inline(entry.item.title, 200)), standingWord(scene, entry), measuredText(scene, entry, 300)),
  ),
  actions(blockId('act', entry.item.id), itemButtons(scene, entry, itemActions(scene, entry))),
];
