import type { KnownBlock } from '@slack/types';
import { namesOf, openRequired } from '../../domain/decide/open-items.ts';
import { signOffOpen, unsignedRoles } from '../../domain/decide/sign-off.ts';
import { unmeasuredNow } from '../../domain/watch/follow-ups.ts';
import { evidenceOf } from '../../domain/decide/gate.ts';
import { askedRollback, RESTORE } from '../../domain/decide/roll-back.ts';
import type { Deployment, PersonId } from '../../domain/deployment.ts';
import { numberOf } from '../../domain/deployment.ts';
import type { Instant } from '../../lib/time.ts';
import { MINUTE } from '../../lib/time.ts';
import { leftLockedText, titleOf } from '../card/heading.ts';
import { deciders } from '../card/waiting.ts';
import { alertWords } from '../item/alert-words.ts';
import { roleText } from '../item/words.ts';
import { section } from '../kit.ts';
import type { Message } from '../kit.ts';
import type { Scene } from '../scene.ts';
import { bold, dateTime, durationText, inline, link, listed, mention, plural, timeOf } from '../text.ts';
import { goAnswer } from './answered.ts';
import { backups, called, responders } from './people.ts';

/** Who did it, why and when, as it was when it happened; absent in what an older program left to say. */
type Told = {
  readonly type:
    | 'deployed'
    | 'deployed_undone'
    | 'held'
    | 'aborted'
    | 'rollback_asked'
    | 'rollback_ask_lapsed'
    | 'rolling_back';
  readonly by?: PersonId | null;
  readonly reason?: string;
  readonly at?: Instant;
};

/** What happened, as far as the thread or the channel is told of it. Each is said once. */
export type PostEvent =
  | { readonly type: 'go_asked' | 'sign_off_asked' }
  | StateEvent
  | { readonly type: 'alert_repeated'; readonly alertId: string; readonly toBackup: boolean }
  | { readonly type: 'was_down'; readonly from: Instant; readonly to: Instant }
  | { readonly type: 'not_measured'; readonly followUpId: string }
  /** Somebody freed its place while it was under way. */
  | { readonly type: 'unlocked'; readonly by: string; readonly reason: string }
  /** `by`: id of the other deployment of the same place. */
  | { readonly type: 'evidence_outdated' | 'superseded'; readonly by: string };

/** A post about what happened, from the deployment as it is now. `cardUrl`: link to the card, for posts that ask for a click. */
export const eventPost = (scene: Scene, event: PostEvent, cardUrl?: string): Message => {
  const title = inline(titleOf(scene.situation.deployment), 150);
  const words = wordsFor(scene, event);
  const card = asksStill(scene, event) ? link(cardUrl, 'Open the card') : undefined;
  const block: KnownBlock = section(
    'post',
    `${bold(title)}\n${words}${card === undefined ? '' : ` ${card}`}`,
  );
  return { text: `${title}: ${words.replace(/\n/g, ' ')}`, blocks: [block] };
};

/** Posts that want somebody to do something, whatever came since. */
const ASKS: ReadonlySet<PostEvent['type']> = new Set(['alert_repeated', 'rolling_back']);

const asksStill = ({ situation }: Scene, { type }: PostEvent): boolean => {
  if (type === 'go_asked') return situation.deployment.state.kind === 'awaiting_go';
  if (type === 'rollback_asked') return askedRollback(situation) !== undefined;
  return type === 'sign_off_asked' ? unsignedRoles(situation).length > 0 : ASKS.has(type);
};

const wordsFor = (scene: Scene, event: PostEvent): string => {
  switch (event.type) {
    case 'go_asked': {
      if (scene.situation.deployment.state.kind !== 'awaiting_go') return goAnswer(scene);
      const { measured, byPeople } = evidenceOf(scene.board);
      return `Ready for Go: ${measured} measured, ${byPeople} by people. ${deciders(scene)}: Go or No-go?`;
    }
    case 'sign_off_asked':
      return signOffWords(scene);
    case 'alert_repeated':
      return repeatWords(scene, event);
    case 'evidence_outdated':
      return `${inline(numberOf(event.by), 60)} changed ${inline(scene.situation.deployment.environment, 40)}: what was measured before is measured again. What people confirmed stands; please look whether it still holds.`;
    case 'superseded':
      return `${inline(numberOf(event.by), 60)} is deployed: it takes over the watch.`;
    case 'was_down':
      return `I was down ${timeOf(event.from)}-${timeOf(event.to)}. Of the looks due meanwhile only the newest runs, marked late; the others are missed.`;
    case 'unlocked': {
      const { startedBy, environment, system } = scene.situation.deployment;
      return `${mention(startedBy)}: ${mention(event.by)} freed the place of this deployment: ${why(event.reason)}. It does not hold ${inline(system, 60)} in ${inline(environment, 40)} any more; another deployment can start there.`;
    }
    case 'not_measured':
      return notMeasuredWords(scene, event);
    default:
      return stateWords(scene, event);
  }
};

type StateEvent = Told | { readonly type: 'go_given' | 'rolled_back' };

const by = (id: string | null | undefined): string =>
  id === null || id === undefined ? '' : ` by ${mention(id)}`;
const why = (reason: string | undefined): string => inline(reason ?? 'no reason given', 500);

const stateWords = ({ situation }: Scene, event: StateEvent): string => {
  const { deployment, checklist } = situation;
  switch (event.type) {
    case 'go_given':
      return `Go${by(deployment.goBy)}. The steps stand on the card, in order.`;
    case 'deployed':
      return deployedWords(deployment, event);
    case 'deployed_undone':
      return `Deployed is taken back${by(event.by)}: it is being deployed again.`;
    case 'held':
    case 'aborted':
      return stoppedWords(deployment, event);
    case 'rollback_asked':
      return `Rollback with data loss asked${by(event.by)}: ${why(event.reason)}. ${called(responders(situation))}: a second person confirms it with Roll back… within ${situation.rules.rollbackAsk / MINUTE} min.`;
    case 'rollback_ask_lapsed':
      return `${called(event.by === undefined || event.by === null ? [] : [event.by])}: nobody confirmed the rollback with data loss that you asked for (${why(event.reason)}). It was not done. Still needed: ask again with Roll back…, or type ${RESTORE} there to go on with it yourself.`;
    case 'rolling_back': {
      const { rollback } = deployment;
      const people = called(responders(situation));
      const asked = rollback?.askedBy === undefined ? '' : `, asked by ${mention(rollback.askedBy)}`;
      return `Rolling back${by(event.by ?? rollback?.by)}${asked}: ${why(event.reason ?? rollback?.reason)}. ${people}: the steps stand on the card.`;
    }
    case 'rolled_back': {
      const after = checklist.rollback.after.length;
      const next = after === 0 ? '' : ` ${plural(after, 'line')} to do next work morning.`;
      return `Rolled back. ${leftLockedText(deployment)}${next}`;
    }
  }
};

const deployedWords = (deployment: Deployment, told: Told): string => {
  const moment = told.at ?? deployment.anchors.deployed;
  const at = moment === undefined ? '' : ` ${dateTime(moment)}`;
  return `Deployed${by(told.by ?? deployment.deployedBy)}${at}. The new version is being verified.`;
};

/** Held or aborted; said late, it may be over. */
const stoppedWords = (deployment: Deployment, told: Told): string => {
  const { state } = deployment;
  const stopped = state.kind === 'held' || state.kind === 'aborted' ? state : undefined;
  const reason = told.reason ?? stopped?.reason;
  const who = by(told.reason === undefined ? stopped?.by : told.by);
  if (told.type === 'held') {
    const next = state.kind === 'held' ? 'Resume goes on.' : 'That is over.';
    return reason === undefined ? 'It was on hold; it goes on.' : `On hold${who}: ${why(reason)}. ${next}`;
  }
  const left =
    state.kind === 'aborted' && state.locked ? ` Left as it is. ${leftLockedText(deployment)}` : '';
  return `Aborted${who}: ${why(reason)}.${left}`;
};

const signOffWords = (scene: Scene): string => {
  const { deployment } = scene.situation;
  const roles = unsignedRoles(scene.situation)
    .slice(0, 6)
    .map((role) => `${inline(role, 40)} (${roleText(scene.situation, role)})`);
  const debts = deployment.debts.filter(({ acceptedBy }) => acceptedBy === undefined).length;
  const owed = debts === 0 ? '' : ` ${plural(debts, 'debt')} to accept.`;
  const when = signOffOpen(scene.situation) ? '' : ' It is not open any more.';
  const open = openRequired(scene.board, ['prepare', 'deploy', 'verify', 'watch']);
  const first =
    open.length === 0 || when !== '' ? '' : ` Still open before that: ${inline(namesOf(open), 400)}.`;
  return roles.length === 0
    ? 'Every role has signed.'
    : `Sign-off please: ${listed(roles)}.${first}${owed}${when}`;
};

const notMeasuredWords = (
  { situation, board }: Scene,
  { followUpId }: Extract<PostEvent, { type: 'not_measured' }>,
): string => {
  const rung = situation.deployment.followUps.find(({ id }) => id === followUpId);
  const count = rung?.state.kind === 'done' ? (rung.state.unmeasured ?? 0) : 0;
  const now = unmeasuredNow(situation, board);
  const names = now.length === 0 ? '' : `: ${inline(namesOf(now), 500)}`;
  const look = inline(rung?.title ?? '', 30);
  return `The look ${look} could not measure ${plural(count, 'check')}${names}. What is not measured is not known to be well. ${called(responders(situation))}: is a worker running that can measure it?`;
};

const repeatWords = (
  scene: Scene,
  { alertId, toBackup }: Extract<PostEvent, { type: 'alert_repeated' }>,
): string => {
  const { situation } = scene;
  const alert = situation.deployment.alerts.find(({ id }) => id === alertId);
  if (alert === undefined || alert.state.kind !== 'firing')
    return 'An alert was repeated, and has been answered meanwhile.';
  const people = toBackup ? [...backups(situation), ...responders(situation)] : responders(situation);
  const silent = durationText(situation.now - alert.firedAt);
  return `Nobody has answered for ${silent}: ${alertWords(scene, alert, 500)}. ${called(people)}: take over or acknowledge.`;
};
