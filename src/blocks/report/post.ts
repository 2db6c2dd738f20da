import { lastDone } from '../../domain/complete.ts';
import type { Alert } from '../../domain/deployment.ts';
import { unsignedRoles } from '../../domain/decide/sign-off.ts';
import { stateWord, titleOf } from '../card/heading.ts';
import { section } from '../kit.ts';
import type { Message } from '../kit.ts';
import { bold, dateTime, durationText, fitted, inline, link, mention, plural } from '../text.ts';
import { linesMessage } from '../messages/answer.ts';
import type { Listed } from '../messages/overview.ts';
import type { Left, ReportFacts, ReportInput } from './facts.ts';
import { countsText, factsOf, neverWell } from './facts.ts';

/** The report in eight lines; the file in the thread says the rest. */
export const reportPost = (input: ReportInput): Message => {
  const facts = factsOf(input);
  const { deployment } = input.situation;
  const { state } = deployment;
  const title = inline(titleOf(deployment), 150);
  const word = state.kind === 'completed' ? `${stateWord(state)}: ${state.outcome}` : stateWord(state);
  const lines = [
    `${bold(title)} · ${bold(word)}`,
    decidedLine(facts),
    signedLine(facts),
    countsLine(facts),
    leftLine(facts.left),
    alertsLine(facts),
    worstLine(facts),
    auditLine(facts),
  ];
  return { text: `${title}: ${word}`, blocks: [section('report', lines.join('\n'))] };
};

/** To the one who asked for a report of what still runs: the report itself is for all. */
export const reportComes = ({ deployment, cardUrl }: Listed): Message => {
  const title = inline(titleOf(deployment), 150);
  const card = link(cardUrl, 'the thread of the card') ?? 'the thread of the card';
  return linesMessage(`The report of ${title} follows`, [
    `The report of ${title} follows in ${card}, its summary also in the channel.`,
  ]);
};

const decidedLine = ({ scene }: ReportFacts): string => {
  const { anchors, goBy, deployedBy, startedBy } = scene.situation.deployment;
  const go =
    anchors.go === undefined || goBy === undefined
      ? 'no Go'
      : `Go by ${mention(goBy)} ${dateTime(anchors.go)}`;
  const deployed =
    anchors.deployed === undefined || deployedBy === undefined
      ? 'not deployed'
      : `deployed by ${mention(deployedBy)} ${dateTime(anchors.deployed)}`;
  return `Started by ${mention(startedBy)} · ${go} · ${deployed}`;
};

const signedLine = ({ scene }: ReportFacts): string => {
  const { signatures } = scene.situation.deployment;
  const signed = signatures.map(({ role, by }) => `${inline(role, 40)} ${mention(by)}`);
  const unsigned = unsignedRoles(scene.situation).map((role) => inline(role, 40));
  const open = unsigned.length === 0 ? [] : [`unsigned: ${fitted(unsigned, { max: 200, separator: ', ' })}`];
  return `Signed: ${fitted([...(signed.length === 0 ? ['nobody'] : signed), ...open], { max: 500 })}`;
};

const countsLine = ({ counts }: ReportFacts): string => countsText(counts);

const leftLine = (left: readonly Left[]): string => {
  const texts = left.map(({ title, kind, by, reason, acceptedBy }) => {
    const word = kind === 'not_applicable' ? ' n/a' : '';
    const accepted = acceptedBy === undefined ? '' : `, accepted by ${mention(acceptedBy)}`;
    return `${inline(title, 60)}${word} ${mention(by)} "${inline(reason, 80)}"${accepted}`;
  });
  return texts.length === 0
    ? 'Nothing was skipped or accepted'
    : `Skipped, accepted or n/a: ${fitted(texts, { max: 800, most: 5 })}`;
};

const alertsLine = ({ alerts, scene }: ReportFacts): string => {
  const { now, deployment } = scene.situation;
  const { unmeasured = 0 } = lastDone(deployment) ?? {};
  const blind = unmeasured === 0 ? '' : `; the last look could not measure ${plural(unmeasured, 'check')}`;
  if (alerts.length === 0) return `No alerts${blind}`;
  // With the deployment everything ends that was still open.
  const end = 'at' in deployment.state ? deployment.state.at : now;
  const lasted = alerts.map(({ since, state }) => (state.kind === 'resolved' ? state.at : end) - since);
  const how = deployment.state.kind === 'rolled_back' ? 'ended by the rollback' : 'not over';
  return `${plural(alerts.length, 'alert')}, the longest ${durationText(Math.max(...lasted))}${notWellAgain(alerts, how)}${blind}`;
};

/** `, 1 accepted, 2 not over`: of those that did not end because all was well again. */
const notWellAgain = (alerts: readonly Alert[], open: string): string => {
  const ends = alerts.flatMap(({ state }) =>
    state.kind === 'resolved' ? (state.decided?.kind ?? []) : open,
  );
  const kinds = [...new Set(ends)].toSorted((a, b) => Number(a === open) - Number(b === open));
  return kinds.map((kind) => `, ${ends.filter((end) => end === kind).length} ${kind}`).join('');
};

const worstLine = ({ worst, scene }: ReportFacts): string => {
  if (scene.situation.deployment.anchors.deployed === undefined) return 'Never deployed';
  const never = neverWell(scene);
  if (worst === undefined)
    return never === undefined
      ? 'Nothing that was well got worse after T-0'
      : `Bad from the first look after T-0 on: ${inline(never, 250)}`;
  return `Worst after T-0: ${inline(worst.title, 80)}, bad in ${worst.bad} of ${plural(worst.looks, 'look')}: ${inline(worst.line, 150)}`;
};

const auditLine = ({ audit }: ReportFacts): string => {
  const state = audit.problems.length === 0 ? 'verified' : 'BROKEN, see the file';
  return `Audit: ${plural(audit.events, 'event')}, chain ${state}, head ${inline(audit.head.slice(0, 12), 12)}`;
};
