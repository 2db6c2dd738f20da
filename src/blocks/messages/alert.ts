import type { Button, KnownBlock } from '@slack/types';
import type { Alert } from '../../domain/deployment.ts';
import type { Instant } from '../../lib/time.ts';
import { rollBackButton } from '../card/buttons.ts';
import { titleOf } from '../card/heading.ts';
import { ACTION } from '../ids.ts';
import type { ActionId } from '../ids.ts';
import { actions, button, section } from '../kit.ts';
import type { ButtonOptions, Message } from '../kit.ts';
import { measuredText } from '../item/words.ts';
import { encodeRef } from '../ref.ts';
import type { Scene } from '../scene.ts';
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

/** One alert as it stands: firing, taken, or over. An answer and the recovery are edits of the same message. */
export const alertMessage = (scene: Scene, alert: Alert, extras: AlertExtras = {}): Message => {
  const title = inline(titleOf(scene.situation.deployment), 150);
  const line = inline(alert.line, 200);
  if (alert.state.kind === 'resolved') {
    const lasted = durationText(alert.state.at - alert.since);
    const text = `${SHAPE.done} ${struck(`${title}: ${line}`)}\nIt works again since ${dateTime(alert.state.at)}, after ${lasted}.`;
    return { text: `${title}: works again`, blocks: [section('alert', text)] };
  }
  return {
    text: `${title}: ${line}`,
    blocks: [
      section('alert', headText(scene, alert)),
      ...factBlocks(scene, alert, extras),
      actions('alert-act', alertButtons(scene, alert)),
    ],
  };
};

const headText = (scene: Scene, alert: Alert): string => {
  const { state, since, line, takenBy } = alert;
  const answer =
    takenBy === undefined
      ? state.kind === 'acknowledged'
        ? `Acknowledged by ${mention(state.by)} ${dateTime(state.at)}.`
        : `${called(responders(scene.situation))}: please look.`
      : `${mention(takenBy)} works on it.`;
  return [
    `${SHAPE.red} ${bold(inline(titleOf(scene.situation.deployment), 150))}`,
    `Fails since ${dateTime(since)}: ${inline(line, 500)}`,
    answer,
  ].join('\n');
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
  return `• ${dotted(title, now, was === undefined ? undefined : `was: ${inline(was.line, 100)} ${dateTime(was.at)}`)}`;
};

const alertButtons = (scene: Scene, { id, state, takenBy }: Alert): readonly Button[] => {
  const value = encodeRef({ deploymentId: scene.situation.deployment.id, alertId: id });
  const about = (label: string, action: ActionId, options: ButtonOptions = {}) =>
    button(label, { action, value }, options);
  const { kind } = scene.situation.deployment.state;
  const canRollBack = kind === 'deploying' || kind === 'verifying' || kind === 'watching';
  return [
    ...(canRollBack ? [rollBackButton(scene)] : []),
    ...(takenBy === undefined ? [about('Take over', ACTION.alertTakeOver)] : []),
    ...(state.kind === 'firing' ? [about('Acknowledge', ACTION.alertAcknowledge)] : []),
    about('Re-run failed', ACTION.alertRerun),
    about('Details', ACTION.alertDetails),
  ];
};
