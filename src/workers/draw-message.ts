import type { Message } from '../blocks/kit.ts';
import type { AlertExtras } from '../blocks/messages/alert.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { Situation } from '../domain/situation.ts';
import { sha256 } from '../lib/hash.ts';
import { ok } from '../lib/result.ts';
import type { Instant } from '../lib/time.ts';
import type { Handler } from '../queue/jobs.ts';
import type { Messenger, Posted, PostTarget } from '../slack/messenger/messenger.ts';
import { situate } from '../usecases/situate.ts';
import type { Held } from './drawing-lease.ts';
import { DrawAgain, holdForCall, LOOK_MS, record } from './drawing-lease.ts';
import { alertContext } from './alert-context.ts';
import { waitToPost } from './post-pace.ts';
import type { RecoverDeps } from './recover-drawing.ts';
import { recover } from './recover-drawing.ts';
import type { KeptMessage } from '../domain/kept-message.ts';
import type { BudgetDeps } from './update-budget.ts';
import { waitForBudget } from './update-budget.ts';

export type Drawing = { readonly message: Message; readonly redrawAt?: Instant };

/** What each kind of kept message looks like. */
export type Painter = (
  kept: KeptMessage,
  situation: Situation,
  extras: {
    readonly messages: readonly KeptMessage[];
    readonly lockSince?: Instant;
    readonly alert?: AlertExtras;
  },
) => Drawing | undefined;

export type DrawDeps = RecoverDeps &
  BudgetDeps & {
    readonly messenger: Messenger;
    readonly paint: Painter;
  };

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
  const kept = await store.messages.lease(messageId, { token, now: now(), ms: LOOK_MS });
  if (kept === undefined) return false;
  try {
    if (kept.wanted <= kept.shown && kept.shownHash !== null) return await release(deps, kept, token);
    const picture = await take(deps, kept);
    if (picture === undefined) return await release(deps, kept, token);
    const hash = sha256(JSON.stringify(picture.drawing.message));
    // A drawing that broke off may have shown something else than the row says.
    if (kept.ts !== null && !kept.isUncertain && hash === kept.shownHash) {
      await store.messages.drawn(kept.id, token, { shown: picture.wanted });
      return await planRedraw(deps, kept, picture.drawing);
    }
    return await show(deps, { kept, token, hash, signal });
  } catch (error) {
    // Whatever it was, the next one must not wait for the lease to run out; uncertain posts keep theirs.
    if (kept.ts !== null) await store.messages.drawn(kept.id, token, { shownHash: null });
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
  const alert = kept.kind === 'alert' ? { alert: await alertContext(store, deployment, kept.ref) } : {};
  const drawing = paint(current, situation, { messages, ...own, ...alert });
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
  const { loop } = deps;
  if (kept.ts === null) return post(deps, attempt);
  if (!(await waitForBudget(deps, attempt))) throw new DrawAgain('stopped before its turn came');
  const picture = await take(deps, kept);
  if (picture === undefined) return release(deps, kept, token);
  const { message } = picture.drawing;
  await holdForCall(deps, attempt);
  const updated = await deps.messenger.update({ channel: kept.channel, ts: kept.ts }, message);
  if (!updated.ok) return recover(deps, attempt, updated.error);
  const now = loop.now().getTime();
  const hash = sha256(JSON.stringify(message));
  if (kept.kind === 'pointer') await unpin(deps, attempt, { channel: kept.channel, ts: kept.ts });
  await record(deps, attempt, { shown: picture.wanted, shownHash: hash, shownAt: now });
  await planRedraw(deps, kept, picture.drawing);
  return isBehind(deps, kept);
};

const isBehind = async ({ store }: DrawDeps, kept: KeptMessage): Promise<boolean> => {
  const current = await store.messages.find(kept.deploymentId, kept.kind, kept.ref);
  return current !== undefined && current.wanted > current.shown;
};

/** Posts a message that does not stand there yet. After a lost answer it looks for its own first. */
const post = async (deps: DrawDeps, attempt: Attempt): Promise<boolean> => {
  const { kept, token } = attempt;
  const picture = await take(deps, kept);
  if (picture === undefined) return release(deps, kept, token);
  const target = await targetOf(deps, kept);
  if (target === undefined) {
    await release(deps, kept, token);
    throw new DrawAgain('the card has to stand first');
  }
  await holdForCall(deps, attempt);
  const known = kept.isUncertain ? await deps.messenger.findPosted(target) : ok(undefined);
  if (!known.ok) return recover(deps, attempt, known.error);
  if (known.value === undefined && (await waitToPost(deps, target.channel, attempt.signal)) > 0) {
    await release(deps, kept, token);
    throw new DrawAgain('the channel takes no more messages for now');
  }
  await holdForCall(deps, attempt);
  const posted =
    known.value === undefined ? await deps.messenger.post(target, picture.drawing.message) : ok(known.value);
  if (!posted.ok) return recover(deps, attempt, posted.error);
  // Pinned before it is written down: whoever takes over after a crash finds the message and does this again.
  if (kept.kind === 'card') await pin(deps, attempt, posted.value);
  await recordPost(deps, attempt, { posted: posted.value, picture, isFresh: known.value === undefined });
  if (kept.kind === 'card') await drawPointers(deps, kept);
  await planRedraw(deps, kept, picture.drawing);
  return isBehind(deps, kept);
};

/** Alerts hang below the card and are also sent to the channel; undefined: the card does not stand yet. */
const targetOf = async ({ store }: DrawDeps, kept: KeptMessage): Promise<PostTarget | undefined> => {
  if (kept.kind !== 'alert') return { channel: kept.channel, key: kept.id };
  const card = await store.messages.find(kept.deploymentId, 'card', 'card');
  if (card === undefined || card.ts === null) return undefined;
  return { channel: card.channel, key: kept.id, threadTs: card.ts, broadcast: true };
};

/** One that was found again may show something older: it is drawn once more. */
const recordPost = async (
  deps: DrawDeps,
  attempt: Attempt,
  { posted, picture, isFresh }: { posted: Posted; picture: Picture; isFresh: boolean },
): Promise<void> => {
  const permalink = await permalinkOf(deps, attempt, posted);
  const now = deps.loop.now().getTime();
  await record(deps, attempt, {
    channel: posted.channel,
    ts: posted.ts,
    permalink,
    postedAt: now,
    shown: isFresh ? picture.wanted : 0,
    shownHash: isFresh ? sha256(JSON.stringify(picture.drawing.message)) : null,
    shownAt: now,
  });
};

/** Now that the new card has a link, earlier ones can point to it. */
const drawPointers = async ({ store, loop }: DrawDeps, card: KeptMessage): Promise<void> => {
  const all = await store.messages.list(card.deploymentId);
  const pointers = all.filter(({ kind }) => kind === 'pointer');
  if (pointers.length === 0) return;
  await store.transact(async (tx) => {
    const entries = pointers.map(({ id }) => ({ queue: 'renders', payload: { messageId: id } }));
    await tx.outbox.add(entries, loop.now().getTime());
    await tx.wakeRelays();
  });
};

const permalinkOf = async (deps: DrawDeps, held: Held, posted: Posted): Promise<string | null> => {
  await holdForCall(deps, held);
  const link = await deps.messenger.permalink(posted);
  return link.ok && link.value !== '' ? link.value : null;
};

const pin = async (deps: DrawDeps, held: Held, posted: Posted): Promise<void> => {
  const { messenger, log } = deps;
  await holdForCall(deps, held);
  const pinned = await messenger.pin(posted);
  // A card that is not pinned is as true as one that is.
  if (!pinned.ok) log.warn({ problem: pinned.error, channel: posted.channel }, 'card_not_pinned');
};

const unpin = async (deps: DrawDeps, held: Held, posted: Posted): Promise<void> => {
  const { messenger, log } = deps;
  await holdForCall(deps, held);
  const unpinned = await messenger.unpin(posted);
  if (!unpinned.ok) log.warn({ problem: unpinned.error, channel: posted.channel }, 'card_not_unpinned');
};
