import { APPROVER } from '../../domain/actor.ts';
import { VERSION_LIVE } from '../../domain/checklist.ts';
import { openRequired } from '../../domain/decide/open-items.ts';
import { signOffOpen, unsignedRoles } from '../../domain/decide/sign-off.ts';
import type { PlanItem } from '../../domain/plan.ts';
import { isLeaf } from '../../domain/standing.ts';
import { roleText } from '../item/words.ts';
import type { Scene } from '../scene.ts';
import { focusOf, isRedYet, progressIn } from '../scene.ts';
import { dateTime, inline, mention, mentions, plural } from '../text.ts';
import { judgementText, openBefore, stuckJudgements } from './judgements.ts';
import { waitsForVersion } from './people-lines.ts';

/** What has to happen before the deployment moves on, in words; empty when nothing has. */
export const waitingFor = (scene: Scene): readonly string[] => {
  switch (scene.situation.deployment.state.kind) {
    case 'preparing':
      return [...openWork(scene), ...missingVersion(scene)];
    case 'awaiting_go':
      return [...openWork(scene), ...missingVersion(scene), `Go by ${deciders(scene)}`];
    case 'held':
      return ['Resume'];
    case 'deploying':
      return [...openWork(scene), 'Deployed'];
    case 'watching':
      return [...leftOpen(scene), ...signatures(scene), ...nextRung(scene)];
    default:
      return openWork(scene);
  }
};

/** Who may decide on Go; with four eyes never the starter. */
export const deciders = ({ situation: { policy, deployment } }: Scene): string => {
  if (policy.unknown !== undefined) return 'nobody as long as the environment file cannot be read';
  const holders = policy.holders(APPROVER);
  if (holders === 'anyone')
    return policy.fourEyes ? `anyone here but ${mention(deployment.startedBy)}` : 'anyone here';
  const able = holders.filter((id) => !policy.fourEyes || id !== deployment.startedBy);
  return able.length === 0 ? 'an approver (nobody else is named)' : mentions(able);
};

const missingVersion = ({ situation }: Scene): readonly string[] =>
  situation.deployment.version === null ? ['the version (type /deploy version)'] : [];

type Work = 'red' | 'version' | 'measured' | 'timer' | 'person';

/** What an open item waits for; undefined when it only looks at others or waits for the version with them. */
const workOf = (scene: Scene, entry: PlanItem): Work | undefined => {
  const { item } = entry;
  if (!isLeaf(entry) || waitsForVersion(scene, entry)) return undefined;
  if (scene.board.standing(item.id) === 'red') return 'red';
  if (item.body.kind === 'check') return workOfCheck(scene, entry);
  return item.body.kind === 'timer' ? 'timer' : 'person';
};

const workOfCheck = (scene: Scene, entry: PlanItem): Work => {
  const { running, measured } = progressIn(scene, entry);
  const { kind } = scene.situation.readiness(entry);
  if (kind === 'not_connected') return 'person';
  if (entry.item.id === VERSION_LIVE) return 'version';
  const runsAlone = kind === 'connected' && measured === undefined && entry.item.command === undefined;
  return running !== undefined || runsAlone ? 'measured' : 'person';
};

const openWork = (scene: Scene): readonly string[] => {
  const plans = scene.situation.deployment.rollback?.plans;
  const open = openRequired(scene.board, focusOf(scene)).filter(
    ({ section, phaseId }) => section !== 'rollback' || plans?.includes(phaseId) === true,
  );
  const works = open.map((entry) => workOf(scene, entry));
  const count = (work: Work) => works.filter((found) => found === work).length;
  const texts: Readonly<Record<Work, string>> = {
    red: `${count('red')} ${isRedYet(scene) ? 'red' : 'not yet'}`,
    version: 'the new version to answer',
    person: `${count('person')} by people`,
    measured: `${count('measured')} being measured`,
    timer: plural(count('timer'), 'timer'),
  };
  return [
    ...(Object.keys(texts) as Work[]).filter((work) => count(work) > 0).map((work) => texts[work]),
    ...stuckJudgements(scene)
      .slice(0, MOST_NAMED)
      .map((entry) => `${inline(entry.item.title, 80)}: ${judgementText(scene, entry)}`),
  ];
};

/** Required of an earlier stage and open still: the sign-off is refused over it. */
const leftOpen = (scene: Scene): readonly string[] => {
  const open = openBefore(scene);
  const more = open.length - MOST_NAMED;
  const named = open.slice(0, MOST_NAMED).map(({ item }) => `${inline(item.title, 80)} (open still)`);
  return more > 0 ? [...named, `${more} more open still`] : named;
};

/** More names than these would hide what else is waited for. */
const MOST_NAMED = 3;

const signatures = ({ situation }: Scene): readonly string[] =>
  signOffOpen(situation)
    ? unsignedRoles(situation)
        .slice(0, 3)
        .map((role) => `sign-off ${inline(role, 40)} (${roleText(situation, role)})`)
    : [];

const nextRung = ({ situation: { deployment } }: Scene): readonly string[] => {
  const planned = deployment.followUps.filter(({ state }) => state.kind === 'planned');
  const next = planned.toSorted((a, b) => a.dueAt - b.dueAt)[0];
  return next === undefined ? [] : [`the next look (${inline(next.title, 20)}, ${dateTime(next.dueAt)})`];
};
