import { unsignedRoles } from '../../domain/decide/sign-off.ts';
import type { Instant } from '../../lib/time.ts';
import { numberOf } from '../../domain/deployment.ts';
import type { Alert, Deployment, RollbackRun } from '../../domain/deployment.ts';
import { isThereAlready, previousVersionOf } from '../../domain/previous-version.ts';
import { stateWord, titleOf } from '../card/heading.ts';
import { durationText, plain, plural, utc } from '../text.ts';
import type { Scene } from '../scene.ts';
import { connectFirst } from './connect.ts';
import type { Left, ReportFacts, ReportInput, Said } from './facts.ts';
import { countsText, factsOf, neverWell } from './facts.ts';
import { phaseTimes } from './phases.ts';
import { timelineOf } from './timeline.ts';

/** Markdown of CommonMark with tables, to be read as a file years later: no mentions, times in UTC, nothing cut. */
export const reportMarkdown = (input: ReportInput): string => {
  const facts = factsOf(input);
  const name = (id: string) => text(input.nameOf?.(id) ?? id);
  const parts = [
    `# ${text(titleOf(input.situation.deployment))}`,
    outcomeLines(facts, name),
    section('Items', itemLines(facts)),
    section('Confirmed by people', saidTable(facts.said, name)),
    section('Skipped, overridden, accepted, not applicable', leftTable(facts.left, name)),
    section('Alerts', alertTable(facts.alerts, name)),
    section('Worst change against T-0', [worstLine(facts)]),
    section('Planned and actual', phaseTable(facts)),
    section('Timeline', timelineTable(facts, name)),
    section('Connect first', connectLines(facts)),
    section('Audit', auditLines(facts)),
  ];
  return `${parts.join('\n\n')}\n`;
};

type Name = (id: string) => string;

/** Anybody's words inside a line or a table cell. */
const text = (words: string): string => plain(words, 2000).replace(/[\\`*_[\]<>|#~]/g, '\\$&');

const section = (title: string, lines: readonly string[]): string => [`## ${title}`, '', ...lines].join('\n');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] =>
  rows.length === 0
    ? ['None.']
    : [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);

const outcomeLines = ({ scene }: ReportFacts, name: Name): string => {
  const { deployment, checklist } = scene.situation;
  const { state } = deployment;
  const outcome = state.kind === 'completed' ? `${stateWord(state)}: ${state.outcome}` : stateWord(state);
  return [
    `- Outcome: **${outcome}**`,
    `- Version: ${text(deployment.version ?? 'not set')}, ${replacesText(deployment)}`,
    ...redeploysLine(deployment),
    `- Checklist: ${text(checklist.title)}, sha256 ${deployment.checklistHash}`,
    ...anchorLines(deployment, name),
    ...namedLine(deployment, name),
    ...signatureLines(scene, name),
    ...endLines(deployment, name),
  ].join('\n');
};

/** What was measured, and where the records say otherwise, that too. */
const replacesText = (deployment: Deployment): string => {
  const { previousVersion } = deployment;
  const answered = deployment.versionAtStart?.version ?? previousVersion;
  const records = `${text(previousVersion ?? 'no version')} by the records`;
  if (isThereAlready(deployment))
    return answered === previousVersion
      ? 'was there already'
      : `answered at the start already; before it ${records}`;
  const replaces = `replaces ${text(previousVersionOf(deployment) ?? 'unknown')}`;
  return answered === previousVersion ? replaces : `${replaces}, which answered at the start; ${records}`;
};

const redeploysLine = ({ redeploys }: Deployment): readonly string[] =>
  redeploys === undefined
    ? []
    : [
        `- Re-deployment after: ${text(numberOf(redeploys.id))}, ${stateWord({ kind: redeploys.ended }).toLowerCase()}`,
      ];

const anchorLines = ({ anchors, startedBy, goBy, deployedBy }: Deployment, name: Name): readonly string[] => {
  const by = (at: Instant | undefined, id: string | undefined) =>
    at === undefined ? 'no' : `${utc(at)}${id === undefined ? '' : ` by ${name(id)}`}`;
  const planned = anchors.plannedGo === undefined ? '' : `, planned ${utc(anchors.plannedGo)}`;
  return [
    `- Started: ${by(anchors.start, startedBy)}`,
    `- Go: ${by(anchors.go, goBy)}${planned}`,
    `- Deployed (T-0): ${by(anchors.deployed, deployedBy)}`,
  ];
};

const namedLine = ({ named = {} }: Deployment, name: Name): readonly string[] => {
  const roles = Object.entries(named).map(([role, people]) => `${text(role)} ${people.map(name).join(', ')}`);
  return roles.length === 0 ? [] : [`- Named at the start: ${roles.join('; ')}`];
};

const signatureLines = ({ situation }: Scene, name: Name): readonly string[] => {
  const unsigned = unsignedRoles(situation);
  return [
    ...situation.deployment.signatures.map(
      ({ role, by, at }) => `- Signed: ${text(role)} by ${name(by)}, ${utc(at)}`,
    ),
    ...(unsigned.length === 0 ? [] : [`- Unsigned: ${unsigned.map(text).join(', ')}`]),
  ];
};

const endLines = ({ state, rollback }: Deployment, name: Name): readonly string[] => [
  ...(state.kind === 'aborted'
    ? [`- Aborted: ${utc(state.at)} by ${name(state.by)}: ${text(state.reason)}`]
    : []),
  ...(rollback === undefined
    ? []
    : [
        `- Rollback to ${text(rollback.targetVersion ?? 'the version before')}: ${askedText(rollback, name)}: ${text(rollback.reason)}`,
      ]),
];

const askedText = ({ at, by, askedBy }: RollbackRun, name: Name): string =>
  askedBy === undefined
    ? `asked ${utc(at)} by ${name(by)}`
    : `asked by ${name(askedBy)}, confirmed ${utc(at)} by ${name(by)}`;

const itemLines = ({ counts }: ReportFacts): readonly string[] => [`${countsText(counts)}.`];

const saidTable = (said: readonly Said[], name: Name): readonly string[] =>
  table(
    ['Item', 'What', 'By', 'When', 'Seen'],
    said.map(({ title, what, by, at, seen }) => [
      text(title),
      what,
      name(by),
      utc(at),
      seen === undefined ? '–' : text(seen),
    ]),
  );

const LEFT_WORDS = {
  skip: 'skipped',
  skip_optional: 'skipped, optional',
  override: 'skipped, override',
  accepted_red: 'accepted red',
  deployed_early: 'deployed early',
  not_applicable: 'not applicable',
} as const satisfies Record<Left['kind'], string>;

const leftTable = (left: readonly Left[], name: Name): readonly string[] =>
  table(
    ['Item', 'What', 'By', 'Why', 'Accepted by'],
    left.map(({ title, kind, by, reason, acceptedBy }) => [
      text(title),
      LEFT_WORDS[kind],
      name(by),
      text(reason),
      acceptedBy === undefined ? '–' : name(acceptedBy),
    ]),
  );

const alertTable = (alerts: readonly Alert[], name: Name): readonly string[] =>
  table(
    ['Since', 'What', 'Checks', 'Who', 'Over'],
    alerts.map(({ since, line, itemIds, takenBy, state }) => {
      const who = takenBy ?? (state.kind === 'acknowledged' ? state.by : undefined);
      const over =
        state.kind === 'resolved'
          ? `${state.decided === undefined ? '' : `no, ${state.decided.kind} `}${utc(state.at)}, after ${durationText(state.at - since)}`
          : 'no';
      return [utc(since), text(line), String(itemIds.length), who === undefined ? '–' : name(who), over];
    }),
  );

const worstLine = ({ worst, scene }: ReportFacts): string => {
  if (scene.situation.deployment.anchors.deployed === undefined) return 'Never deployed.';
  const never = neverWell(scene);
  if (worst === undefined)
    return never === undefined
      ? 'Nothing that was well got worse.'
      : `Bad from the first look after T-0 on: ${text(never)}`;
  const { title, line, bad, looks, first } = worst;
  return `${text(title)}: bad in ${bad} of ${plural(looks, 'look')}, first ${utc(first)}: ${text(line)}`;
};

const phaseTable = (facts: ReportFacts): readonly string[] => {
  const time = (at: number | undefined) => (at === undefined ? '–' : utc(at));
  return table(
    ['Stage', 'Phase', 'Lines', 'Planned until', 'Began', 'Settled'],
    phaseTimes(facts).map(({ section: stage, title, lines, planned, began, ended }) => [
      stage,
      text(title),
      String(lines),
      time(planned),
      time(began),
      time(ended),
    ]),
  );
};

const timelineTable = ({ scene, past }: ReportFacts, name: Name): readonly string[] =>
  table(
    ['When', 'What', 'By', 'Why'],
    timelineOf(scene.situation.deployment, past).map(({ at, what, by, why }) => [
      utc(at),
      text(what),
      by === undefined ? '–' : name(by),
      why === undefined ? '–' : text(why),
    ]),
  );

const connectLines = ({ scene }: ReportFacts): readonly string[] => {
  const lines = connectFirst(scene).map(
    ({ title, missing }, place) => `${place + 1}. ${text(title)}: ${missing.map(text).join(', ')}`,
  );
  return lines.length === 0 ? ['Every check is connected.'] : lines;
};

const auditLines = ({ audit }: ReportFacts): readonly string[] => [
  audit.problems.length === 0
    ? `${plural(audit.events, 'event')}, chain verified.`
    : `${plural(audit.events, 'event')}, chain broken: ${audit.problems.map(text).join('; ')}.`,
  '',
  `Head hash: \`${audit.head}\``,
];
