import type { Refusal } from '../../domain/refusal.ts';
import type { Message } from '../kit.ts';
import { SHAPE } from '../shapes.ts';
import { answerText, bold, code, inline } from '../text.ts';
import { linesMessage } from './answer.ts';

/** What a start will do, counted before anything is queued. */
export type StartCounts = {
  /** Checks that run by themselves. */
  readonly automatic: number;
  readonly notConnected: number;
  readonly byClick: number;
  readonly byPeople: number;
  /** What is missing, `database-url not set`, with the number of checks that wait for it; the most wanted first. */
  readonly missing: readonly { readonly what: string; readonly checks: number }[];
  /** Everything that stands in the way, each with its remedy. */
  readonly blockers: readonly Refusal[];
};

const MOST_REMEDIES = 3;

/** `61 checks run by themselves, 33 not connected (21 need database-url), 58 for people`. */
export const startCounts = ({ automatic, notConnected, byClick, byPeople, missing }: StartCounts): string => {
  const needs = missing.slice(0, MOST_REMEDIES).map(({ what, checks }) => needText(what, checks));
  const why =
    needs.length === 0 ? '' : ` (${needs.join(', ')}${missing.length > MOST_REMEDIES ? ', …' : ''})`;
  return [
    `${automatic} ${automatic === 1 ? 'check runs by itself' : 'checks run by themselves'}`,
    ...(notConnected === 0 ? [] : [`${notConnected} not connected${why}`]),
    ...(byClick === 0 ? [] : [`${byClick} by click`]),
    `${byPeople} for people`,
  ].join(', ');
};

/** `database-url not set (DB_URL)` is asked for as `database-url`. */
const needText = (what: string, checks: number): string =>
  `${checks} ${checks === 1 ? 'needs' : 'need'} ${inline(what.replace(/ not set.*$/, ''), 60)}`;

/** The answer to a start: what happens now, or every blocker at once. */
export const startAnswer = (
  subject: {
    readonly title: string;
    readonly cardUrl?: string;
    /** Channel of the environment file that was not found. */
    readonly missed?: string;
    /** The version that was asked for, where that one runs already. */
    readonly runsAlready?: string;
  },
  counts: StartCounts,
): Message => {
  const { blockers } = counts;
  const title = inline(subject.title, 150);
  const head =
    blockers.length === 0 ? `${bold(title)} has started.` : `${bold(title)}: something stands in the way.`;
  return linesMessage(blockers.length === 0 ? `${title} has started` : `${title} is blocked`, [
    head,
    ...(subject.runsAlready === undefined
      ? []
      : [`${SHAPE.unclear} ${code(subject.runsAlready, 100)} is the version that runs there already.`]),
    `${startCounts(counts)}.`,
    ...(subject.missed === undefined
      ? []
      : [
          `The channel ${inline(subject.missed, 90)} of the environment file was not found, so the card stands here. Correct the name, or invite me there.`,
        ]),
    ...blockers.map((blocker) => `${SHAPE.red} ${answerText(blocker.message, 900)}`),
    ...(counts.notConnected === 0
      ? []
      : [
          `Not connected is not red: a person checks it by hand. /deploy checklists says what to connect first.`,
        ]),
  ]);
};
