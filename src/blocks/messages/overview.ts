import { APPROVER } from '../../domain/actor.ts';
import { signOffOpen, unsignedRoles } from '../../domain/decide/sign-off.ts';
import type { Deployment } from '../../domain/deployment.ts';
import type { PersonId } from '../../domain/deployment.ts';
import type { Instant } from '../../lib/time.ts';
import { stateWord, titleOf } from '../card/heading.ts';
import { inFileOrder, peopleLines } from '../card/people-lines.ts';
import { waitingFor } from '../card/waiting.ts';
import { alertWords } from '../item/alert-words.ts';
import { titleText } from '../item/number.ts';
import { holds, isOwnedBy } from '../item/owner.ts';
import { ownerText } from '../item/words.ts';
import type { Message } from '../kit.ts';
import type { Scene } from '../scene.ts';
import { SHAPE } from '../shapes.ts';
import { bold, dateTime, dotted, fitted, inline, link, listed, mention, plural } from '../text.ts';
import { linesMessage } from './answer.ts';

/** A deployment with a link to its card; absent: not posted yet. */
export type Listed = { readonly deployment: Deployment; readonly cardUrl?: string };

const linked = ({ deployment, cardUrl }: Listed): string => {
  const title = inline(titleOf(deployment), 150);
  return link(cardUrl, title) ?? bold(title);
};

const sinceText = ({ state, anchors }: Deployment): string => {
  const at = 'since' in state ? state.since : 'at' in state ? state.at : anchors.start;
  return `since ${dateTime(at)}`;
};

/** `/deploy status`: how each stands and what it waits for. */
export const statusMessage = (
  shown: readonly { readonly scene: Scene; readonly cardUrl?: string }[],
): Message =>
  shown.length === 0
    ? linesMessage('Nothing is running', ['Nothing is running. /deploy history shows what was.'])
    : linesMessage(
        plural(shown.length, 'deployment'),
        shown.flatMap(({ scene, cardUrl }) => statusLines(scene, cardUrl)),
      );

const statusLines = (scene: Scene, cardUrl: string | undefined): readonly string[] => {
  const { deployment } = scene.situation;
  const waiting = waitingFor(scene);
  const alerts = deployment.alerts.filter(({ state }) => state.kind !== 'resolved');
  return [
    `${linked({ deployment, ...(cardUrl === undefined ? {} : { cardUrl }) })} · ${bold(stateWord(deployment.state))} ${sinceText(deployment)} · by ${mention(deployment.startedBy)}`,
    ...(waiting.length === 0 ? [] : [`   waiting for: ${listed(waiting)}`]),
    ...alerts
      .slice(0, 3)
      .map(
        (alert) => `   ${SHAPE.red} alert since ${dateTime(alert.since)}: ${alertWords(scene, alert, 150)}`,
      ),
  ];
};

/** `/deploy list`: everything that is under way. */
export const listMessage = (live: readonly Listed[]): Message =>
  live.length === 0
    ? linesMessage('Nothing is running', ['Nothing is running. /deploy start begins.'])
    : linesMessage(
        plural(live.length, 'deployment'),
        live.map((one) => `${linked(one)} · ${stateWord(one.deployment.state)} ${sinceText(one.deployment)}`),
      );

/** `/deploy history`: what was, newest first. */
export const historyMessage = (past: readonly Listed[]): Message =>
  past.length === 0
    ? linesMessage('No deployment yet', ['No deployment yet.'])
    : linesMessage(
        plural(past.length, 'deployment'),
        past.map(
          (one) =>
            `${linked(one)} · ${endWord(one.deployment)} · started ${dateTime(one.deployment.anchors.start)} by ${mention(one.deployment.startedBy)}`,
        ),
      );

const endWord = ({ state }: Deployment): string =>
  state.kind === 'completed' ? `Completed: ${state.outcome}` : stateWord(state);

const MOST_MINE = 15;

/** `/deploy mine`: what waits for this person, and what waits for anybody. */
export const mineMessage = (
  viewer: PersonId,
  shown: readonly { readonly scene: Scene; readonly cardUrl?: string }[],
): Message => {
  const lines = shown.flatMap(({ scene, cardUrl }) => mineLines(scene, viewer, cardUrl));
  return lines.length === 0
    ? linesMessage('Nothing waits for you', ['Nothing waits for you.'])
    : linesMessage('What waits for you', lines);
};

const mineLines = (scene: Scene, viewer: PersonId, cardUrl: string | undefined): readonly string[] => {
  const { deployment } = scene.situation;
  const own = peopleLines(scene).filter(
    ({ isSettled, entry }) => !isSettled && isOwnedBy(scene, entry, viewer),
  );
  const decisions = decisionsFor(scene, viewer).map((words) => `   ${SHAPE.open} ${words}`);
  if (own.length + decisions.length === 0) return [];
  const named = inFileOrder(scene, own.slice(0, MOST_MINE)).map(
    ({ entry }) =>
      `   ${SHAPE.open} ${dotted(titleText(scene, entry, 100), ownerText(scene, entry), `item ${inline(entry.item.id, 80)}`)}`,
  );
  const rest = own.length - named.length;
  return [
    linked({ deployment, ...(cardUrl === undefined ? {} : { cardUrl }) }),
    ...decisions,
    ...named,
    ...(rest > 0 ? [`   and ${plural(rest, 'more line')}`] : []),
  ];
};

/** What only certain people can decide: Go, and the signatures. */
const decisionsFor = ({ situation }: Scene, viewer: PersonId): readonly string[] => {
  const { deployment, policy } = situation;
  const mayDecide =
    holds(situation, APPROVER, viewer) && !(policy.fourEyes && deployment.startedBy === viewer);
  const isAsked = deployment.state.kind === 'awaiting_go' && mayDecide;
  const roles = signOffOpen(situation)
    ? unsignedRoles(situation).filter((role) => holds(situation, role, viewer))
    : [];
  return [
    ...(isAsked ? [bold('Go or No-go')] : []),
    ...roles.map((role) => `${bold('Sign-off')} ${inline(role, 40)}`),
  ];
};

export type LockLine = {
  readonly environment: string;
  /** Absent: the whole environment. */
  readonly system?: string;
  readonly since: Instant;
  /** The deployment or person that holds it, in plain words; a person id where `by` is given. */
  readonly holder?: string;
  readonly by?: PersonId;
  readonly reason?: string;
};

/** `/deploy locks`. */
export const locksMessage = (locks: readonly LockLine[]): Message =>
  locks.length === 0
    ? linesMessage('Nothing is locked', ['Nothing is locked.'])
    : linesMessage(plural(locks.length, 'lock'), [
        ...locks.map(
          ({ environment, system, since, holder, by, reason }) =>
            `${bold(inline(environment, 60))} · ${dotted(
              system === undefined ? 'every system' : inline(system, 60),
              holder === undefined ? undefined : `held by ${inline(holder, 120)}`,
              by === undefined ? undefined : `by ${mention(by)}`,
              `since ${dateTime(since)}`,
              reason === undefined || reason === holder ? undefined : inline(reason, 200),
            )}`,
        ),
        'To free one: /deploy unlock <environment> <reason>'.replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
      ]);

export type Roles = { readonly environment: string; readonly roles: readonly string[] };

/** `/deploy whoami`: what the bot takes somebody for. */
export const whoamiMessage = (
  person: { readonly id: PersonId; readonly isFullMember: boolean },
  environments: readonly Roles[],
): Message =>
  linesMessage('Who you are here', [
    `You are ${mention(person.id)} (${inline(person.id, 40)}), ${person.isFullMember ? 'a full member' : 'a guest: guests may look, not act'}.`,
    ...environments.map(
      ({ environment, roles }) =>
        `${bold(inline(environment, 60))}: ${
          roles.length === 0
            ? 'no role by name; roles with nobody named are open to every full member'
            : fitted(
                roles.map((role) => inline(role, 40)),
                { max: 500, separator: ', ' },
              )
        }`,
    ),
  ]);
