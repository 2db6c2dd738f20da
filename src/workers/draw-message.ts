import type { Message } from '../blocks/kit.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { Situation } from '../domain/situation.ts';
import { sha256 } from '../lib/hash.ts';
import type { Log } from '../lib/log.ts';
import type { Instant } from '../lib/time.ts';
import { SECOND } from '../lib/time.ts';
import type { Handler } from '../queue/jobs.ts';
import type { Messenger, Posted } from '../slack/messenger/messenger.ts';
import type { SlackProblem } from '../slack/messenger/problem.ts';
import { noticeRow, tell } from '../usecases/notices.ts';
import { situate } from '../usecases/situate.ts';
import type { Loop } from '../usecases/world.ts';
import type { KeptMessage, WorkerStore } from './stores.ts';

export type Drawing = { readonly message: Message; readonly redrawAt?: Instant };

/** What each kind of kept message looks like. */
export type Painter = (
  kept: KeptMessage,
  situation: Situation,
  extras: { readonly messages: readonly KeptMessage[]; readonly lockSince?: Instant },
) => Drawing | undefined;

export type DrawDeps = {
  readonly loop: Loop;
  readonly store: WorkerStore;
  readonly messenger: Messenger;
  readonly paint: Painter;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly log: Log;
};

/** Longer than the messenger waits for an answer, so that a lease never ends under a call. */
const LEASE_MS = 15 * SECOND;
/** Longest a job waits for its share of the budget before it lets others have its place. */
const PATIENCE_MS = 10 * SECOND;

/** A drawing that has to be tried again; the queue does, with its backoff. */
export class DrawAgain extends Error {
  override readonly name = 'DrawAgain';
}

/** Draws a kept message until what is shown is what is wanted. */
export const rendersHandler =
  (deps: DrawDeps): Handler<'renders'> =>
  async ({ messageId }, signal) => {
    while (await drawOnce(deps, messageId, signal)) {
      // Something changed while it was being drawn: once more.
    }
  };

/** True: more has come meanwhile. The picture is taken after the budget was granted, so it is as new as can be. */
const drawOnce = async (deps: DrawDeps, messageId: string, signal: AbortSignal): Promise<boolean> => {
  const { store, loop } = deps;
  const token = loop.newId();
  const now = () => loop.now().getTime();
  const kept = await store.messages.lease(messageId, { token, now: now(), ms: LEASE_MS });
  if (kept === undefined) return false;
  try {
    if (kept.wanted <= kept.shown && kept.shownHash !== null) return await release(deps, kept, token);
    const picture = await take(deps, kept);
    if (picture === undefined) return await release(deps, kept, token);
    const hash = sha256(JSON.stringify(picture.drawing.message));
    if (kept.ts !== null && hash === kept.shownHash) {
      await store.messages.drawn(kept.id, token, { shown: picture.wanted });
      return await planRedraw(deps, kept, picture.drawing);
    }
    return await show(deps, { kept, token, hash, signal });
  } catch (error) {
    // Whatever it was, the next one must not wait for the lease to run out; uncertain posts keep theirs.
    if (kept.ts !== null) await store.messages.drawn(kept.id, token, {});
    throw error;
  }
};

const release = async ({ store }: DrawDeps, kept: KeptMessage, token: string): Promise<false> => {
  await store.messages.drawn(kept.id, token, {});
  return false;
};

type Picture = { readonly drawing: Drawing; readonly deployment: Deployment; readonly wanted: number };

/** The newest state as a message; `wanted` is read before the state, so that a change in between draws once more. */
const take = async ({ store, loop, paint }: DrawDeps, kept: KeptMessage): Promise<Picture | undefined> => {
  const current = await store.messages.find(kept.deploymentId, kept.kind, kept.ref);
  const deployment = await store.deployments.find(kept.deploymentId);
  if (current === undefined || deployment === undefined) return undefined;
  const checklist = await store.checklists.get(deployment.checklistHash);
  const situation = situate(loop, { deployment, checklist, now: loop.now().getTime() });
  const messages = await store.messages.list(deployment.id);
  const lock = await store.locks.find(deployment.teamId, deployment.environment, deployment.system);
  const own = lock?.deploymentId === deployment.id ? { lockSince: lock.since } : {};
  const drawing = paint(current, situation, { messages, ...own });
  return drawing === undefined ? undefined : { drawing, deployment, wanted: current.wanted };
};

const planRedraw = async (
  { store }: DrawDeps,
  kept: KeptMessage,
  { redrawAt }: Drawing,
): Promise<boolean> => {
  if (redrawAt !== undefined) await store.messages.redrawAt(kept.id, redrawAt);
  return false;
};

type Attempt = {
  readonly kept: KeptMessage;
  readonly token: string;
  readonly hash: string;
  readonly signal: AbortSignal;
};

const show = async (deps: DrawDeps, attempt: Attempt): Promise<boolean> => {
  const { kept, token } = attempt;
  const { store, loop } = deps;
  if (kept.ts === null) return post(deps, attempt);
  if (!(await waitForBudget(deps, attempt))) throw new DrawAgain('the update budget is used up for now');
  const picture = await take(deps, kept);
  if (picture === undefined) return release(deps, kept, token);
  const { message } = picture.drawing;
  const updated = await deps.messenger.update({ channel: kept.channel, ts: kept.ts }, message);
  if (!updated.ok) return recover(deps, attempt, updated.error);
  const now = loop.now().getTime();
  const hash = sha256(JSON.stringify(message));
  await store.messages.drawn(kept.id, token, { shown: picture.wanted, shownHash: hash, shownAt: now });
  await planRedraw(deps, kept, picture.drawing);
  return isBehind(deps, kept);
};

const isBehind = async ({ store }: DrawDeps, kept: KeptMessage): Promise<boolean> => {
  const current = await store.messages.find(kept.deploymentId, kept.kind, kept.ref);
  return current !== undefined && current.wanted > current.shown;
};

/** Posts a message that does not stand there yet. After a lost answer it looks for its own first. */
const post = async (deps: DrawDeps, { kept, token }: Attempt): Promise<boolean> => {
  const { store, loop, messenger } = deps;
  const picture = await take(deps, kept);
  if (picture === undefined) return release(deps, kept, token);
  const card =
    kept.kind === 'card' ? undefined : await store.messages.find(kept.deploymentId, 'card', 'card');
  if (kept.kind === 'alert' && (card?.ts ?? null) === null)
    throw new DrawAgain('the card has to stand first');
  const target = {
    channel: card?.channel ?? kept.channel,
    key: kept.id,
    ...(card === undefined || card.ts === null ? {} : { threadTs: card.ts, broadcast: true }),
  };
  const known = kept.isUncertain
    ? await messenger.findPosted(target)
    : { ok: true as const, value: undefined };
  if (!known.ok) return recover(deps, { kept, token }, known.error);
  const posted =
    known.value === undefined
      ? await messenger.post(target, picture.drawing.message)
      : { ok: true as const, value: known.value };
  if (!posted.ok) return recover(deps, { kept, token }, posted.error);
  const now = loop.now().getTime();
  const isFresh = known.value === undefined;
  await store.messages.drawn(kept.id, token, {
    channel: posted.value.channel,
    ts: posted.value.ts,
    permalink: await permalinkOf(deps, posted.value),
    postedAt: now,
    shown: isFresh ? picture.wanted : 0,
    shownHash: isFresh ? sha256(JSON.stringify(picture.drawing.message)) : null,
    shownAt: now,
  });
  if (kept.kind === 'card') await pin(deps, posted.value);
  await planRedraw(deps, kept, picture.drawing);
  return isBehind(deps, kept);
};

const permalinkOf = async ({ messenger }: DrawDeps, posted: Posted): Promise<string | null> => {
  const link = await messenger.permalink(posted);
  return link.ok && link.value !== '' ? link.value : null;
};

const pin = async ({ messenger, log }: DrawDeps, posted: Posted): Promise<void> => {
  const pinned = await messenger.pin(posted);
  // A card that is not pinned is as true as one that is.
  if (!pinned.ok) log.warn({ problem: pinned.error, channel: posted.channel }, 'card_not_pinned');
};

/** How long a message is left alone that Slack will not take as it is. */
const CLOSED_MS = 60 * SECOND;

/** What to do after Slack did not do it. */
const recover = async (
  { store, loop, log }: DrawDeps,
  { kept, token }: Pick<Attempt, 'kept' | 'token'>,
  problem: SlackProblem,
): Promise<boolean> => {
  const now = loop.now().getTime();
  const subject = { messageId: kept.id, deploymentId: kept.deploymentId, channel: kept.channel, problem };
  switch (problem.kind) {
    case 'message_gone':
      log.warn(subject, 'message_gone');
      await store.messages.drawn(kept.id, token, { ts: null, shownHash: null });
      return true;
    case 'rate_limited':
      log.warn(subject, 'slack_rate_limited');
      await store.budget.drain(loop.teamId, now);
      await store.messages.drawn(kept.id, token, {});
      throw new DrawAgain('Slack asked to slow down');
    case 'unanswered':
      // Shown unknown. A post stays uncertain, so that the next try looks for it first.
      if (kept.ts === null) await store.messages.leaveUncertain(kept.id, token, now);
      else await store.messages.drawn(kept.id, token, { shownHash: null });
      throw new DrawAgain(problem.what);
    case 'place_closed':
    case 'refused':
      log.error(subject, 'message_cannot_be_shown');
      await store.messages.leaveUncertain(kept.id, token, now + CLOSED_MS);
      if (kept.ts === null && kept.kind === 'card') await tellStarter({ store, loop }, kept, problem.error);
      return false;
  }
};

/** The card cannot stand where it should: the one who started it is told, once, and what to do. */
const tellStarter = async (
  { store, loop }: Pick<DrawDeps, 'store' | 'loop'>,
  kept: KeptMessage,
  why: string,
): Promise<void> => {
  const deployment = await store.deployments.find(kept.deploymentId);
  if (deployment === undefined) return;
  const text = `The card of ${deployment.system} #${deployment.number} cannot be posted in <#${kept.channel}> (${why}). Invite me there with /invite; the card follows within a minute.`;
  const notice = noticeRow(`closed:${kept.id}`, deployment.id, {
    kind: 'direct',
    person: deployment.startedBy,
    text,
  });
  const now = loop.now().getTime();
  await store.transact((tx) => tell(tx, notice, now));
};

/** Clicks and final states may take from the reserve; a stream of results leaves it alone. */
const waitForBudget = async (deps: DrawDeps, { kept, signal }: Attempt): Promise<boolean> => {
  const { store, loop, sleep } = deps;
  const start = loop.now().getTime();
  for (;;) {
    const now = loop.now().getTime();
    const busy = await isStreaming(deps, kept);
    const spacing = busy ? await spacingOf(deps, now) : 0;
    const early = (kept.shownAt ?? 0) + spacing - now;
    const wait =
      early > 0 ? early : await store.budget.take(loop.teamId, { reserve: busy ? RESERVE : 0, now });
    if (wait === 0) return true;
    if (now + wait - start > PATIENCE_MS || signal.aborted) return false;
    // Looking again soon: a stream may end, and then the reserve is there.
    await sleep(Math.min(wait, 250), signal);
  }
};

/** Updates kept back for clicks and last states while results stream in. */
const RESERVE = 6;

/** True while checks of the deployment are still being measured: more will come by itself. */
const isStreaming = async ({ store }: DrawDeps, kept: KeptMessage): Promise<boolean> => {
  const deployment = await store.deployments.find(kept.deploymentId);
  return Object.values(deployment?.items ?? {}).some(({ running }) => running !== undefined);
};

/** The more cards are being drawn, the further apart: together they stay below 40 a minute. */
const spacingOf = async ({ store }: DrawDeps, now: Instant): Promise<number> => {
  const live = Math.max(1, await store.messages.countDrawnSince(now - 15 * SECOND));
  return (60 * SECOND * live) / 40;
};
