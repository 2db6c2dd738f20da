import type { Button, KnownBlock } from '@slack/types';
import { hasWayBack } from '../../domain/decide/roll-back.ts';
import type { Alert, AlertDecision } from '../../domain/deployment.ts';
import type { Instant } from '../../lib/time.ts';
import { rollBackButton } from '../card/buttons.ts';
import { titleOf } from '../card/heading.ts';
import { ACTION } from '../ids.ts';
import type { ActionId } from '../ids.ts';
import { actions, button, section } from '../kit.ts';
import type { ButtonOptions, Message } from '../kit.ts';
import { alertWords } from '../item/alert-words.ts';
import { measuredText } from '../item/words.ts';
import { encodeRef } from '../ref.ts';
import type { Scene } from '../scene.ts';
import { progressIn } from '../scene.ts';
import { SHAPE } from '../shapes.ts';
import { bold, dateTime, dotted, durationText, fitted, inline, mention, plural, struck } from '../text.ts';
import { called, responders } from './people.ts';

/** What the deployment itself does not hold; absent: not shown. */
export type AlertExtras = {
  /** Item id -> the last good result's line, and when. */
  readonly was?: Readonly<Record<string, { readonly line: string; readonly at: Instant }>>;
  /** Other deployments that changed the environment lately, newest first. */
  readonly inWindow?: readonly {
    readonly system: string;
    readonly number: number;
    readonly version: string | null;
    readonly at: Instant;
  }[];
};

/** One alert as it stands: firing, taken, or over. An answer, the recovery and the way back are edits of the same message. */
export const alertMessage = (scene: Scene, alert: Alert, extras: AlertExtras = {}): Message => {
  const title = inline(titleOf(scene.situation.deployment), 150);
  const what = alertWords(scene, alert, 200);
  const over = endOf(scene, alert);
  if (over !== undefined) {
    const text = `${over.shape} ${struck(what)}\n${title}: ${over.words}`;
    return { text: `${title}: ${over.short}: ${what}`, blocks: [section('alert', text)] };
  }
  return {
    text: `${title}: ${what}`,
    blocks: [
      section('alert', headText(scene, alert)),
      ...factBlocks(scene, alert, extras),
      actions('alert-act', alertButtons(scene, alert)),
    ],
  };
};

type End = { readonly shape: string; readonly words: string; readonly short: string };

/** Why nobody has to look any more; undefined while somebody has to. */
const endOf = ({ situation }: Scene, alert: Alert): End | undefined => {
  const { state } = situation.deployment;
  if (alert.state.kind === 'resolved') {
    const { at, decided } = alert.state;
    if (decided !== undefined) return decidedEnd(decided, at);
    const lasted = durationText(at - alert.since);
    const words = `It works again since ${dateTime(at)}, after ${lasted}.`;
    return { shape: SHAPE.done, words, short: 'works again' };
  }
  if (state.kind === 'rolled_back')
    return { shape: SHAPE.done, words: `Rolled back ${dateTime(state.at)}.`, short: 'rolled back' };
  if (state.kind !== 'completed') return undefined;
  const words = `The watch ended ${dateTime(state.at)}, and this was not over.`;
  return { shape: SHAPE.red, words, short: 'not over when the watch ended' };
};

/** It still fails; somebody answers for it. */
const decidedEnd = ({ kind, by, reason }: AlertDecision, at: Instant): End => ({
  shape: SHAPE.done,
  words: `${kind} by ${mention(by)} ${dateTime(at)}: ${inline(reason, 300)}`,
  short: kind,
});

const headText = (scene: Scene, alert: Alert): string =>
  [
    `${SHAPE.red} ${bold(alertWords(scene, alert, 500))}`,
    dotted(`Fails since ${dateTime(alert.since)}`, inline(titleOf(scene.situation.deployment), 150)),
    answerOf(scene, alert),
  ].join('\n');

const answerOf = ({ situation }: Scene, { state, takenBy }: Alert): string => {
  const { deployment } = situation;
  if (deployment.state.kind === 'rolling_back')
    return `Being rolled back since ${dateTime(deployment.state.since)}.`;
  if (takenBy !== undefined) return `${mention(takenBy)} works on it.`;
  return state.kind === 'acknowledged'
    ? `Acknowledged by ${mention(state.by)} ${dateTime(state.at)}.`
    : `${called(responders(situation))}: please look.`;
};

const MOST_ITEMS = 5;

const factBlocks = (
  scene: Scene,
  { itemIds }: Alert,
  { was = {}, inWindow = [] }: AlertExtras,
): KnownBlock[] => {
  const items = itemIds.map((id) => itemText(scene, id, was[id]));
  const shown = fitted(items, { max: 2000, most: MOST_ITEMS, separator: '\n' });
  const head = itemIds.length === 1 ? 'Check' : `${plural(itemIds.length, 'check')}, one cause`;
  const others = inWindow.map(
    ({ system, number, version, at }) =>
      `${inline(system, 50)} ${inline(version ?? 'version not set', 40)} #${number} ${dateTime(at)}`,
  );
  const window =
    others.length === 0
      ? 'No other deployment changed the environment lately.'
      : `Deployed here lately: ${fitted(others, { max: 600, most: 5, separator: ', ' })}`;
  return [section('alert-facts', `${bold(head)}\n${shown}\n${window}`)];
};

const itemText = (scene: Scene, id: string, was: { line: string; at: Instant } | undefined): string => {
  const entry = scene.board.plan.byId.get(id);
  const title = inline(entry?.item.title ?? id, 80);
  const now = entry === undefined ? undefined : measuredText(scene, entry, 150);
  const isRunning = entry !== undefined && progressIn(scene, entry).running !== undefined;
  const again = isRunning ? 'being measured again' : undefined;
  return `• ${dotted(title, now, again, was === undefined ? undefined : `was: ${inline(was.line, 100)} ${dateTime(was.at)}`)}`;
};

const alertButtons = (scene: Scene, { id, state, takenBy }: Alert): readonly Button[] => {
  const value = encodeRef({ deploymentId: scene.situation.deployment.id, alertId: id });
  const about = (label: string, action: ActionId, options: ButtonOptions = {}) =>
    button(label, { action, value }, options);
  const { deployment } = scene.situation;
  // The way back is the answer; its steps stand on the card.
  if (deployment.state.kind === 'rolling_back') return [about('Details', ACTION.alertDetails)];
  return [
    ...(hasWayBack(deployment) ? [rollBackButton(scene)] : []),
    ...(takenBy === undefined ? [about('Take over', ACTION.alertTakeOver)] : []),
    ...(state.kind === 'firing' ? [about('Acknowledge', ACTION.alertAcknowledge)] : []),
    about('Re-run failed', ACTION.alertRerun),
    about('Details', ACTION.alertDetails),
  ];
};
