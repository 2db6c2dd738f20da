import type { KnownBlock } from '@slack/types';
import { signOffOpen, unsignedRoles } from '../../domain/decide/sign-off.ts';
import type { Alert, FollowUp, RungCounts } from '../../domain/deployment.ts';
import { alertWords } from '../item/alert-words.ts';
import { roleText } from '../item/words.ts';
import { ACTION } from '../ids.ts';
import { button, context, section } from '../kit.ts';
import { blockId, encodeRef } from '../ref.ts';
import type { Scene } from '../scene.ts';
import { SHAPE } from '../shapes.ts';
import { bold, dateTime, dotted, fitted, inline, link, listed, mention, plural } from '../text.ts';
import type { CardInput, Detail } from './detail.ts';

const MOST_ALERTS = 3;

/** Alerts that are not over, each with a link to its message. */
export const alertBlocks = (scene: Scene, { alertLinks = {} }: CardInput, { line }: Detail): KnownBlock[] => {
  const open = scene.situation.deployment.alerts.filter(({ state }) => state.kind !== 'resolved');
  if (open.length === 0) return [];
  const shown = open
    .slice(-MOST_ALERTS)
    .map((alert) => alertText(scene, alert, { url: alertLinks[alert.id], max: line }));
  const more = open.length > MOST_ALERTS ? [`and ${plural(open.length - MOST_ALERTS, 'more alert')}`] : [];
  return [section('alerts', [...shown, ...more].join('\n'))];
};

const alertText = (scene: Scene, alert: Alert, { url, max }: { url: string | undefined; max: number }) => {
  const { since, state, takenBy } = alert;
  return `${SHAPE.red} ${dotted(
    `${bold('Alert')} ${alertWords(scene, alert, max)}`,
    `since ${dateTime(since)}`,
    takenBy === undefined ? undefined : `${mention(takenBy)} works on it`,
    state.kind === 'acknowledged' && takenBy === undefined
      ? `acknowledged by ${mention(state.by)}`
      : undefined,
    link(url, 'open'),
  )}`;
};

/** Blocks for the sign-off; more unsigned roles share one row, and the dialog asks which. */
const SIGN_BLOCKS = 2;

/** Signatures that are asked for, with who may give them; a signed role stands without a button. */
export const signOffBlocks = ({ situation }: Scene): KnownBlock[] => {
  if (!signOffOpen(situation)) return [];
  const { id, signatures } = situation.deployment;
  const unsigned = unsignedRoles(situation);
  const signed = signatures
    .slice(0, 6)
    .map(({ role, by }) => `${SHAPE.done} ${inline(role, 40)} signed by ${mention(by)}`);
  const row = (roles: readonly string[], role?: string): KnownBlock =>
    section(
      blockId('sign', role ?? 'all'),
      `${SHAPE.open} ${bold('Sign-off')} ${listed(roles.slice(0, 6).map((name) => `${inline(name, 40)} · ${roleText(situation, name)}`))}`,
      button(
        'Sign off',
        {
          action: ACTION.deploymentSignOff,
          value: encodeRef({ deploymentId: id, ...(role === undefined ? {} : { role }) }),
        },
        { about: roles.join(', ') },
      ),
    );
  const room = signed.length === 0 ? SIGN_BLOCKS : SIGN_BLOCKS - 1;
  const rows = unsigned.length > room ? [row(unsigned)] : unsigned.map((role) => row([role], role));
  return signed.length === 0 ? rows : [...rows, context('signed', signed.join(' · '))];
};

/** Times of planned rungs stand only for the next ones; each is long. */
const TIMES_FOR = 3;
/** Of rungs that are over, the newest; the others are counted. */
const MOST_OVER = 8;

/** `+15m ✓ · +1h – missed · d3 ✖ 2 · d4 ? 3 not measured · d5 Fri 14:07 · weekly`: done, missed, worse, unknown, planned. */
export const ladderBlocks = ({ situation }: Scene, { list }: Detail): KnownBlock[] => {
  const runs = situation.deployment.followUps
    .filter(({ state }) => state.kind !== 'cancelled')
    .toSorted((a, b) => a.dueAt - b.dueAt);
  if (runs.length === 0) return [];
  const planned = runs.filter(({ state }) => state.kind === 'planned');
  const over = runs.filter(({ state }) => state.kind !== 'planned');
  const timed = new Set(planned.slice(0, TIMES_FOR).map(({ id }) => id));
  const earlier = over.length > MOST_OVER ? [`${over.length - MOST_OVER} earlier`] : [];
  const texts = [
    ...earlier,
    ...[...over.slice(-MOST_OVER), ...planned].map((run) => rungText(run, timed.has(run.id))),
  ];
  return [context('ladder', fitted(counted(texts), { max: list }))];
};

/** Runs of a series that read the same and follow each other: `Every morning ✓ ×3`. */
const counted = (texts: readonly string[]): readonly string[] => {
  const runs: { readonly text: string; count: number }[] = [];
  for (const text of texts) {
    const last = runs.at(-1);
    if (last?.text === text) last.count += 1;
    else runs.push({ text, count: 1 });
  }
  return runs.map(({ text, count }) => (count === 1 ? text : `${text} ×${count}`));
};

/** Only what was measured and is not red is well. */
const doneText = ({ red, measured, unmeasured = 0, oldVersion = 0 }: RungCounts): string => {
  const unknown = unmeasured - oldVersion;
  const texts = [
    ...(red > 0 ? [`${SHAPE.red} ${red}`] : []),
    ...(unknown > 0 ? [`${SHAPE.unclear} ${unknown} not measured`] : []),
    ...(oldVersion > 0 ? [`${SHAPE.unclear} waits for the new version`] : []),
  ];
  if (texts.length > 0) return texts.join(' ');
  return measured === 0 ? 'by hand' : SHAPE.well;
};

const rungText = ({ title, dueAt, state }: FollowUp, isTimed: boolean): string => {
  const name = inline(title, 30);
  switch (state.kind) {
    case 'planned':
      return isTimed ? `${name} ${dateTime(dueAt)}` : name;
    case 'running':
      return `${name} ${SHAPE.running}`;
    case 'done':
      return `${name} ${doneText(state)}${state.late ? ' late' : ''}`;
    case 'missed':
      return `${name} ${SHAPE.missed} missed`;
    case 'cancelled':
      return `${name} cancelled`;
  }
};
