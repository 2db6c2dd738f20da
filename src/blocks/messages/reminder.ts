import type { KnownBlock } from '@slack/types';
import type { PlanItem } from '../../domain/plan.ts';
import { openRequired } from '../../domain/decide/open-items.ts';
import { deploymentButton } from '../card/buttons.ts';
import { titleOf } from '../card/heading.ts';
import { peopleLines } from '../card/people-lines.ts';
import { deciders } from '../card/waiting.ts';
import { itemActions } from '../item/actions.ts';
import type { ItemAction } from '../item/actions.ts';
import { itemButtons } from '../item/buttons.ts';
import { ownerText, whyByHand } from '../item/words.ts';
import { ACTION } from '../ids.ts';
import { actions, section } from '../kit.ts';
import type { Message } from '../kit.ts';
import { blockId } from '../ref.ts';
import type { Scene } from '../scene.ts';
import { focusOf } from '../scene.ts';
import { bold, dateTime, dotted, fitted, inline, link, plural } from '../text.ts';
import { backups, called, responders } from './people.ts';

/**
 * Says a reminder once more, by its key in the deployment: `go:asked`, `go:backup`, `deployed:<n>`, `rollback:open`,
 * `sign-off:asked`, `item:<id>`, `items:<state>`. Undefined: what it reminds of is done meanwhile.
 */
export const reminderMessage = (scene: Scene, key: string, cardUrl?: string): Message | undefined => {
  const found = reminded(scene, key);
  if (found === undefined) return undefined;
  const title = inline(titleOf(scene.situation.deployment), 150);
  const card = link(cardUrl, 'Open the card');
  return {
    text: `${title}: ${found.words.replace(/\n/g, ' ')}`,
    blocks: [
      section('reminder', `${bold(title)}\n${found.words}${card === undefined ? '' : ` ${card}`}`),
      ...(found.blocks ?? []),
    ],
  };
};

type Reminder = { readonly words: string; readonly blocks?: readonly KnownBlock[] };

const reminded = (scene: Scene, key: string): Reminder | undefined => {
  const [topic = '', ...rest] = key.split(':');
  switch (topic) {
    case 'go':
      return goReminder(scene, rest[0] === 'backup');
    case 'deployed':
      return deployedReminder(scene);
    case 'rollback':
      return rollbackReminder(scene);
    case 'item':
      return itemReminder(scene, rest.join(':'));
    case 'items':
      return itemsReminder(scene);
    default:
      return undefined;
  }
};

const goReminder = (scene: Scene, toBackup: boolean): Reminder | undefined => {
  const { state } = scene.situation.deployment;
  if (state.kind !== 'awaiting_go') return undefined;
  const who = toBackup ? `${called(backups(scene.situation))}, ${deciders(scene)}` : deciders(scene);
  return { words: `Go has been waited for since ${dateTime(state.since)}. ${who}: Go or No-go?` };
};

const deployedReminder = (scene: Scene): Reminder | undefined => {
  const { state, goBy, startedBy } = scene.situation.deployment;
  if (state.kind !== 'deploying') return undefined;
  const button = deploymentButton(scene, 'Deployed…', { action: ACTION.deploymentDeployed });
  return {
    words: `Go was given ${dateTime(state.since)}. ${called([startedBy, ...(goBy === undefined ? [] : [goBy])])}: is the new version out?`,
    blocks: [actions('reminder-act', [button])],
  };
};

const rollbackReminder = (scene: Scene): Reminder | undefined => {
  const { state, rollback } = scene.situation.deployment;
  if (state.kind !== 'rolling_back') return undefined;
  const open = openRequired(scene.board, ['rollback']).filter(
    ({ phaseId }) => rollback?.plans.includes(phaseId) === true,
  );
  return {
    words: `The rollback is not done. Open: ${titles(open)}. ${called(responders(scene.situation))}: please go on.`,
  };
};

const titles = (entries: readonly PlanItem[]): string =>
  fitted(
    entries.map(({ item }) => inline(item.title, 80)),
    { max: 1000, most: 8, separator: ', ' },
  );

/** What a reminder offers: enough to be done with it on a phone. */
const OFFERED: ReadonlySet<ItemAction> = new Set(['confirm', 'confirm_line', 'run', 'skip', 'details']);

const itemReminder = (scene: Scene, itemId: string): Reminder | undefined => {
  const entry = scene.board.plan.byId.get(itemId);
  if (entry === undefined || !['open', 'red', 'unclear'].includes(scene.board.standing(itemId)))
    return undefined;
  const offered = itemActions(scene, entry).filter((act) => OFFERED.has(act));
  return {
    words: `It is time for: ${dotted(bold(inline(entry.item.title, 200)), ownerText(scene, entry), whyByHand(scene, entry, 300))}`,
    blocks: [actions(blockId('row-act', itemId), itemButtons(scene, entry, offered))],
  };
};

/** One reminder for everything that is due with its stage. */
const itemsReminder = (scene: Scene): Reminder | undefined => {
  const lines = peopleLines(scene).filter(({ isSettled, entry }) => !isSettled && entry.item.required);
  if (lines.length === 0) return undefined;
  const owners = [...new Set(lines.map(({ entry }) => ownerText(scene, entry) ?? 'anyone'))];
  const names = titles(lines.map(({ entry }) => entry));
  const stage = focusOf(scene)[0] ?? 'prepare';
  return {
    words: `${plural(lines.length, 'line')} of ${stage} ${lines.length === 1 ? 'waits' : 'wait'} for people (${fitted(owners, { max: 500, most: 6, separator: ', ' })}): ${names}.`,
  };
};
