import type { Message } from '../blocks/kit.ts';
import { deploymentChain } from '../domain/audit.ts';
import type { Situation } from '../domain/situation.ts';
import type { Log } from '../lib/log.ts';
import type { Result } from '../lib/result.ts';
import { err, ok } from '../lib/result.ts';
import type { Instant } from '../lib/time.ts';
import { SECOND } from '../lib/time.ts';
import type { Handler } from '../queue/jobs.ts';
import type { Messenger, Posted, PostTarget } from '../slack/messenger/messenger.ts';
import type { SlackProblem } from '../slack/messenger/problem.ts';
import { mayPass } from '../slack/messenger/problem.ts';
import type { Notice, Reply } from '../usecases/notices.ts';
import { situate } from '../usecases/situate.ts';
import type { Loop } from '../usecases/world.ts';
import { editAnswered } from './edit-answered.ts';
import { noticeMessage } from './notice-text.ts';
import type { PaceDeps } from './post-pace.ts';
import { waitToPost } from './post-pace.ts';
import type { Report } from './report.ts';
import { reportOf } from './report.ts';
import type { KeptMessage } from '../domain/kept-message.ts';
import type { WorkerStore } from './stores.ts';

export type NoticeDeps = {
  readonly loop: Loop;
  readonly store: WorkerStore;
  readonly messenger: Messenger;
  readonly sleep: PaceDeps['sleep'];
  readonly log: Log;
};

/** Tries after which a notice is given up, on the record. Waiting for the card or for Slack's limits is no try. */
const MOST_TRIES = 20;
/** Longer than the messenger waits for an answer: nobody says it a second time while the first may be on its way. */
const CLAIM_MS = 15 * SECOND;
/** How far the clocks of Slack and of this machine may be apart. */
const CLOCKS_APART_MS = 60 * SECOND;
/** A report is a handful of calls. */
const REPORT_CLAIM_MS = 60 * SECOND;

/** A card stands within seconds of its start, unless its place is closed. */
const CARD_SOON_MS = 10 * SECOND;
const CARD_LATER_MS = 30 * SECOND;

class NoticeAgain extends Error {
  override readonly name = 'NoticeAgain';
}

type Sent = Result<Posted | undefined, SlackProblem>;
type Said = Pick<Message, 'text'> & Partial<Message>;

/** What a notice is about, as it is now. Empty for answers to nothing in particular. */
type About = { readonly situation?: Situation; readonly card?: KeptMessage };

/** Says something once. A lost answer is looked for before it is said again. */
export const noticesHandler =
  (deps: NoticeDeps): Handler<'notices'> =>
  async ({ noticeId }, signal) => {
    const { store, loop } = deps;
    const row = await store.notices.take(noticeId, { now: loop.now().getTime(), ms: CLAIM_MS });
    if (row === undefined) return;
    const notice = row.body as unknown as Notice;
    const about = row.deploymentId === null ? {} : await lookAt(deps, row.deploymentId);
    if (isInThread(notice) && (about.card?.ts ?? null) === null) return waitForCard(deps, row, about);
    const { createdAt, tries } = row;
    const sent = await send(deps, { notice, noticeId, createdAt, about, isRepeated: tries > 1, signal });
    if (!sent.ok) return failed(deps, { noticeId, tries: row.tries }, sent.error);
    await store.notices.sent(noticeId, { ts: sent.value?.ts ?? null, now: loop.now().getTime() });
  };

/** A card that is about to stand is waited for by the queue, one that cannot be posted now by the clock, quietly. */
const waitForCard = async (
  { store, loop, log }: NoticeDeps,
  { id, createdAt }: { readonly id: string; readonly createdAt: Instant },
  { card }: About,
): Promise<void> => {
  if (card?.isGivenUp === true) {
    log.warn({ noticeId: id }, 'notice_without_card');
    return store.notices.giveUp(id, 'the card was given up');
  }
  const now = loop.now().getTime();
  const isLate = now - createdAt > CARD_SOON_MS;
  await store.notices.leave(id, { until: isLate ? now + CARD_LATER_MS : null, isTry: false });
  if (!isLate) throw new NoticeAgain('the card has to stand first');
};

/** Left for the next try, which the queue makes with its backoff, or when Slack allows it; given up in the end. */
const failed = async (
  { store, loop, log }: NoticeDeps,
  { noticeId, tries }: { noticeId: string; tries: number },
  problem: SlackProblem,
): Promise<void> => {
  if (problem.kind === 'rate_limited') {
    log.warn({ noticeId, problem }, 'slack_rate_limited');
    const until = loop.now().getTime() + problem.retryMs;
    return store.notices.leave(noticeId, { until, isTry: false });
  }
  if (problem.kind === 'refused' || tries >= MOST_TRIES) {
    log.error({ noticeId, problem }, 'notice_given_up');
    return store.notices.giveUp(noticeId, JSON.stringify(problem));
  }
  log.warn({ noticeId, problem, tries }, 'notice_not_sent');
  await store.notices.leave(noticeId, { until: null, isTry: true });
  throw new NoticeAgain(problem.kind);
};

const isInThread = (notice: Notice): boolean =>
  notice.kind === 'event' ||
  notice.kind === 'reminder' ||
  notice.kind === 'report' ||
  notice.kind === 'unpin';

type Sending = {
  readonly notice: Notice;
  readonly noticeId: string;
  readonly createdAt: Instant;
  readonly about: About;
  readonly isRepeated: boolean;
  readonly signal: AbortSignal;
};

const send = async (deps: NoticeDeps, sending: Sending): Promise<Sent> => {
  const { notice, noticeId, about, createdAt } = sending;
  if (notice.kind === 'report') return sendReport(deps, sending);
  if (notice.kind === 'unpin') return unpin(deps, about);
  if (notice.kind === 'answered')
    return editAnswered(deps, { question: notice.question, at: createdAt }, about);
  const said = noticeMessage(notice, about.situation, about.card?.permalink ?? undefined);
  if (said === undefined) return ok(undefined);
  if ('reply' in notice) return reply(deps, { to: notice.reply, ...sending }, said);
  if (notice.kind === 'direct') {
    return postOnce(deps, { target: { channel: notice.person, key: noticeId }, ...sending }, said);
  }
  const target = {
    ...threadOf(about),
    key: noticeId,
    broadcast: notice.kind === 'event' && notice.broadcast,
  };
  return postOnce(deps, { target, ...sending }, said);
};

/** A card that is not among the pins any more, or may not be touched, is as true as another. */
const unpin = async ({ messenger, log }: NoticeDeps, about: About): Promise<Sent> => {
  const { channel, threadTs: ts } = threadOf(about);
  const unpinned = await messenger.unpin({ channel, ts });
  if (unpinned.ok) return ok(undefined);
  if (mayPass(unpinned.error)) return unpinned;
  log.warn({ problem: unpinned.error, channel }, 'card_not_unpinned');
  return ok(undefined);
};

/** The thread hangs below the card, which is drawn at the same time. */
const threadOf = ({ card }: About): { channel: string; threadTs: string } => {
  if (card === undefined || card.ts === null) throw new NoticeAgain('the card has to stand first');
  return { channel: card.channel, threadTs: card.ts };
};

/** The file into the thread, the summary also to the channel. */
const sendReport = async (
  deps: NoticeDeps,
  { noticeId, createdAt, about, isRepeated, signal }: Sending,
): Promise<Sent> => {
  const { store, messenger, loop } = deps;
  const { situation } = about;
  if (situation === undefined) return ok(undefined);
  await store.notices.hold(noticeId, loop.now().getTime() + REPORT_CLAIM_MS);
  const thread = threadOf(about);
  const chain = deploymentChain(situation.deployment.id);
  const report = reportOf({
    situation,
    chain: await store.audit.read(chain),
    nameOf: loop.people.nameOf,
  });
  const target = { ...thread, key: noticeId, broadcast: true };
  const known = isRepeated ? await messenger.findPosted(target) : ok(undefined);
  if (!known.ok || known.value !== undefined) return known;
  const tooSoon = await waitToPost(deps, target.channel, signal);
  if (tooSoon > 0) return err({ kind: 'rate_limited', retryMs: tooSoon });
  const uploaded = await uploadOnce(deps, thread, {
    ...report.file,
    // A first try has sent nothing yet: only what an earlier one may have left is looked for, whatever the clocks say.
    since: isRepeated ? createdAt - CLOCKS_APART_MS : createdAt,
  });
  return uploaded.ok ? messenger.post(target, report.post) : uploaded;
};

/** The summary may have been refused after the file was taken: what is there already is not sent again. */
const uploadOnce = async (
  { messenger }: NoticeDeps,
  thread: Required<Parameters<Messenger['upload']>[0]>,
  { since, ...file }: Report['file'] & { readonly since: Instant },
): Promise<Result<void, SlackProblem>> => {
  const known = await messenger.hasFile(thread, { name: file.name, since });
  // Where the history may not be read, a file twice is better than none.
  if (!known.ok && known.error.kind !== 'refused') return known;
  return known.ok && known.value ? ok(undefined) : messenger.upload(thread, file);
};

type Replying = Omit<Sending, 'notice'> & { readonly to: Reply };

/**
 * Only the person who asked sees it. A used-up response URL falls back to an ephemeral message; what was asked in a
 * dialog is answered in the deployment's channel, else as a direct message.
 */
const reply = async (deps: NoticeDeps, { to, about, ...sending }: Replying, said: Said): Promise<Sent> => {
  const { messenger } = deps;
  const { person, responseUrl } = to;
  if (responseUrl !== undefined) {
    const answered = await messenger.respond(responseUrl, said);
    if (answered.ok) return ok(undefined);
    if (answered.error.kind !== 'refused') return answered;
  }
  const channel = to.channel ?? about.situation?.deployment.channel;
  if (channel === undefined) {
    return postOnce(deps, { target: { channel: person, key: sending.noticeId }, ...sending }, said);
  }
  const told = await messenger.tellOnly({ channel, person }, said);
  return told.ok ? ok(undefined) : told;
};

const postOnce = async (
  deps: NoticeDeps,
  {
    target,
    noticeId,
    isRepeated,
    signal,
  }: Pick<Sending, 'noticeId' | 'isRepeated' | 'signal'> & { target: PostTarget },
  said: Said,
): Promise<Sent> => {
  const { messenger, store, loop } = deps;
  const known = isRepeated ? await messenger.findPosted(target) : ok(undefined);
  if (!known.ok || known.value !== undefined) return known;
  const tooSoon = await waitToPost(deps, target.channel, signal);
  if (tooSoon > 0) return err({ kind: 'rate_limited', retryMs: tooSoon });
  await store.notices.hold(noticeId, loop.now().getTime() + CLAIM_MS);
  return messenger.post(target, said);
};

const lookAt = async ({ loop, store }: NoticeDeps, deploymentId: string): Promise<About> => {
  const deployment = await store.deployments.find(deploymentId);
  if (deployment === undefined) return {};
  const checklist = await store.checklists.get(deployment.checklistHash);
  const card = await store.messages.find(deploymentId, 'card', 'card');
  const situation = situate(loop, { deployment, checklist, now: loop.now().getTime() });
  return { situation, ...(card === undefined ? {} : { card }) };
};
