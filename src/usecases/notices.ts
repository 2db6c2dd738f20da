import type { RungCounts } from '../domain/deployment.ts';
import { isEnded } from '../domain/deployment.ts';
import { lastDone } from '../domain/complete.ts';
import type { DomainEvent, EventOf } from '../domain/events.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Transition } from '../domain/transition.ts';
import type { JsonObject } from '../lib/json.ts';
import type { Instant } from '../lib/time.ts';
import type { Preflight } from './preflight.ts';
import type { Tx } from './stores.ts';

/** Where a person is answered: only they see it. The response URL also works where the bot is no member. */
export type Reply = {
  /** Absent: asked in a dialog; the channel of the deployment, if it is about one, else a direct message. */
  readonly channel?: string;
  readonly person: string;
  readonly responseUrl?: string;
};

/** Something said once. Texts are made when it is sent, from the deployment as it is then. */
export type Notice =
  | { readonly kind: 'refused'; readonly reply: Reply; readonly refusal: Refusal }
  | { readonly kind: 'told'; readonly reply: Reply; readonly text: string }
  /** What a start will do, to the one who typed it. */
  | {
      readonly kind: 'started';
      readonly reply: Reply;
      readonly preflight: Preflight;
      /** Channel of the environment file that was not found, so that the card stands elsewhere. */
      readonly missed?: string;
    }
  | { readonly kind: 'direct'; readonly person: string; readonly text: string }
  /** To the thread of the card, and also to the channel where `broadcast`. */
  | { readonly kind: 'event'; readonly event: ThreadEvent; readonly broadcast: boolean }
  | { readonly kind: 'report' }
  | { readonly kind: 'reminder'; readonly key: string }
  /** Nothing new is said: the posts that asked this are edited, so that they ask no more. See `questionOf`. */
  | { readonly kind: 'answered'; readonly question: string }
  /** What has ended needs no place among the pins of its channel. */
  | { readonly kind: 'unpin' };

/** What happened, as far as people are told of it. */
export type ThreadEvent =
  | { readonly type: 'go_asked' }
  | { readonly type: 'go_given' }
  /** Said late it may have been overtaken: who and why are those of then. Absent in notices of an older program. */
  | {
      readonly type:
        | 'deployed'
        | 'deployed_undone'
        | 'held'
        | 'aborted'
        | 'rollback_asked'
        | 'rollback_ask_lapsed'
        | 'rolling_back';
      readonly by?: string | null;
      readonly reason?: string;
      /** T-0, where something was deployed. */
      readonly at?: Instant;
    }
  | { readonly type: 'sign_off_asked' }
  | { readonly type: 'rolled_back' }
  | { readonly type: 'alert_repeated'; readonly alertId: string; readonly toBackup: boolean }
  | { readonly type: 'was_down'; readonly from: number; readonly to: number }
  /** A rung could not measure what it should have. */
  | { readonly type: 'not_measured'; readonly followUpId: string }
  /** Somebody freed its place while it was under way. */
  | { readonly type: 'unlocked'; readonly by: string; readonly reason: string }
  /** `by`: id of the other deployment of the same place. */
  | { readonly type: 'evidence_outdated' | 'superseded'; readonly by: string };

/** Told with nothing but what it is. */
type PlainEvent = Exclude<
  ThreadEvent['type'],
  'alert_repeated' | 'was_down' | 'not_measured' | 'unlocked' | 'evidence_outdated' | 'superseded'
>;

/** A notice with the id that keeps it from being said twice. */
export type NoticeToSend = {
  readonly id: string;
  readonly deploymentId: string | null;
  readonly body: JsonObject;
};

export const noticeRow = (id: string, deploymentId: string | null, notice: Notice): NoticeToSend => ({
  id,
  deploymentId,
  // A notice is made of JSON values only.
  body: notice,
});

/** Who has to be told what, because of what happened. A clean week is at most four posts to the channel. */
export const noticesFor = (change: Transition): readonly NoticeToSend[] => [
  ...posts(change),
  ...[...answeredBy(change)].map((question) =>
    noticeRow(`${change.after.id}:answered:${question}:${change.after.revision}`, change.after.id, {
      kind: 'answered',
      question,
    }),
  ),
];

/** What a post asks: `go`, `deployed`, `sign-off` or `item:<id>`. Undefined: nothing that an act would answer. */
export const questionOf = (notice: Notice): string | undefined => {
  if (notice.kind === 'event')
    return { go_asked: 'go', sign_off_asked: 'sign-off' }[notice.event.type as string];
  if (notice.kind !== 'reminder') return undefined;
  const [topic = ''] = notice.key.split(':');
  return topic === 'item' ? notice.key : topic;
};

/** Questions whose answer changed, of those that may have been asked in a post. */
const answeredBy = ({ before, after, events }: Transition): ReadonlySet<string> => {
  const found = new Set(events.flatMap((event) => answeredQuestion(before, event) ?? []));
  // Asked again it is a new post; the old ones have their answer.
  const isAnswered = before.state.kind === 'awaiting_go' && after.state.kind !== 'awaiting_go';
  return isAnswered ? found.add('go') : found;
};

const answeredQuestion = (before: Transition['before'], event: DomainEvent): string | undefined => {
  if (event.type === 'signed') return 'sign-off';
  if (event.type === 'deployed') return before.reminded['deployed:1'] === undefined ? undefined : 'deployed';
  if (!('itemId' in event) || event.type === 'item_noted') return undefined;
  // The ladder looks again and again; only what somebody asked for is an answer.
  const isLook = event.type === 'check_settled' && !isByClick(before, event.itemId);
  const question = `item:${event.itemId}`;
  return isLook || before.reminded[question] === undefined ? undefined : question;
};

const isByClick = ({ items }: Transition['before'], itemId: string): boolean =>
  items[itemId]?.running?.reason.kind === 'click';

const posts = (change: Transition): readonly NoticeToSend[] => {
  const { after, events } = change;
  return events.flatMap((event): NoticeToSend[] => {
    const facts = factsOf(event);
    const say = (name: string, notice: Notice) => [noticeRow(`${after.id}:${name}`, after.id, notice)];
    const post = (type: PlainEvent, broadcast: boolean, name: string = type) =>
      say(name, { kind: 'event', event: { type, ...facts }, broadcast });
    // What can be taken back or come undone is said again when it happens again.
    const again = (type: PlainEvent) => post(type, true, `${type}:${after.revision}`);
    const ended = [...say('report', { kind: 'report' }), ...say('unpin', { kind: 'unpin' })];
    switch (event.type) {
      case 'gate_opened':
        return again('go_asked');
      case 'go_given':
        return post('go_given', false);
      case 'deployed':
        return again('deployed');
      case 'deployed_undone':
        return post('deployed_undone', false, `deployed_undone:${after.revision}`);
      case 'evidence_outdated':
        return say(`changed:${event.by}:${after.revision}`, {
          kind: 'event',
          event: { type: 'evidence_outdated', by: event.by },
          broadcast: false,
        });
      case 'superseded':
        return say('superseded', {
          kind: 'event',
          event: { type: 'superseded', by: event.supersededBy },
          broadcast: false,
        });
      case 'no_go_given':
        return post('held', false, `held:${after.revision}`);
      case 'aborted':
        return [...post('aborted', true), ...ended];
      case 'rollback_asked':
        return again('rollback_asked');
      case 'rollback_ask_lapsed':
        return post('rollback_ask_lapsed', false, `rollback_ask_lapsed:${after.revision}`);
      case 'rollback_started':
        return post('rolling_back', true);
      case 'rolled_back':
        return [...post('rolled_back', true), ...ended];
      case 'follow_up_finished':
        return isNewlyBlind(change, event) ? say(`not-measured:${event.followUpId}`, blind(event)) : [];
      case 'completed':
        return ended;
      case 'unlocked':
        return isEnded(after.state) ? [] : say(`unlocked:${after.revision}`, unlocked(event));
      case 'reminded':
        return event.key === 'sign-off:asked'
          ? again('sign_off_asked')
          : say(`reminder:${event.key}:${after.revision}`, { kind: 'reminder', key: event.key });
      case 'alert_repeated':
        return say(`alert:${event.alertId}:${event.toBackup ? 'backup' : 'again'}`, repeated(event));
      default:
        return [];
    }
  });
};

/** Who did it and why, kept beside the notice: by the time it is said, the deployment may have moved on. */
const factsOf = (event: DomainEvent): { by?: string | null; reason?: string; at?: Instant } => {
  switch (event.type) {
    case 'deployed':
      return { by: event.by, at: event.deployedAt };
    case 'deployed_undone':
      return { by: event.by };
    case 'no_go_given':
    case 'aborted':
    case 'rollback_asked':
      return { by: event.by, reason: event.reason };
    case 'rollback_ask_lapsed':
      return { by: event.ask.by, reason: event.ask.reason };
    case 'rollback_started':
      return { by: event.run.by, reason: event.run.reason };
    default:
      return {};
  }
};

const repeated = ({ alertId, toBackup }: EventOf<'alert_repeated'>): Notice => ({
  kind: 'event',
  event: { type: 'alert_repeated', alertId, toBackup },
  broadcast: true,
});

const unlocked = ({ by, reason }: EventOf<'unlocked'>): Notice => ({
  kind: 'event',
  event: { type: 'unlocked', by, reason },
  broadcast: false,
});

const blind = ({ followUpId }: EventOf<'follow_up_finished'>): Notice => ({
  kind: 'event',
  event: { type: 'not_measured', followUpId },
  broadcast: false,
});

/** Said once: not again for the next rungs that cannot measure either. */
const isNewlyBlind = ({ before }: Transition, rung: EventOf<'follow_up_finished'>): boolean =>
  gapsOf(rung) > 0 && gapsOf(lastDone(before)) === 0;

/** What waits for the new version is known to: nothing is wrong with measuring it. */
const gapsOf = ({ unmeasured = 0, oldVersion = 0 }: Partial<RungCounts> = {}): number =>
  unmeasured - oldVersion;

/** Puts one notice on its way. */
export const tell = async (
  tx: Pick<Tx, 'notices' | 'outbox' | 'wakeRelays'>,
  notice: NoticeToSend,
  now: Instant,
): Promise<void> => {
  await tx.notices.insert([notice], now);
  await tx.outbox.add([{ queue: 'notices', payload: { noticeId: notice.id } }], now);
  await tx.wakeRelays();
};
