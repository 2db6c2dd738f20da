import type { Log } from '../lib/log.ts';
import { DAY, MINUTE } from '../lib/time.ts';
import type { SlackProblem } from '../slack/messenger/problem.ts';
import { noticeRow, tell } from '../usecases/notices.ts';
import type { Loop } from '../usecases/world.ts';
import { DrawAgain } from './drawing-lease.ts';
import type { KeptMessage } from '../domain/kept-message.ts';
import type { WorkerStore } from './stores.ts';

export type RecoverDeps = { readonly loop: Loop; readonly store: WorkerStore; readonly log: Log };

/** How soon, and how late at most, a closed place is tried again: later and later, the longer it has been closed. */
const CLOSED_MS = { least: MINUTE, most: 5 * MINUTE };
/** A deployment that is over for so long has no reader who waits for its card. */
const OVER_MS = DAY;

/** What to do after Slack did not do it. */
export const recover = async (
  { store, loop, log }: RecoverDeps,
  { kept, token }: { kept: KeptMessage; token: string },
  problem: SlackProblem,
): Promise<boolean> => {
  const now = loop.now().getTime();
  const subject = { messageId: kept.id, deploymentId: kept.deploymentId, channel: kept.channel, problem };
  switch (problem.kind) {
    case 'message_gone':
      log.warn(subject, 'message_gone');
      // An earlier card that only pointed to the newer one: without it there is nothing to point from.
      if (kept.kind === 'pointer') {
        await store.messages.giveUp(kept.id, token, problem.error);
        return false;
      }
      await store.messages.drawn(kept.id, token, { ts: null, shownHash: null });
      return true;
    case 'rate_limited':
      log.warn(subject, 'slack_rate_limited');
      // Nobody asks before Slack said it may; the sweeper comes back to it then.
      await store.budget.drain(loop.teamId, now + problem.retryMs);
      await store.messages.leaveUncertain(kept.id, token, now + problem.retryMs);
      return false;
    case 'unanswered':
      // Shown unknown. A post stays uncertain, so that the next try looks for it first.
      if (kept.ts === null) await store.messages.leaveUncertain(kept.id, token, now);
      else await store.messages.drawn(kept.id, token, { shownHash: null });
      throw new DrawAgain(problem.what);
    case 'place_closed':
      log.warn(subject, 'place_closed');
      await leaveClosed({ store, loop }, { kept, token }, problem.error);
      return false;
    case 'refused':
      log.error(subject, 'message_cannot_be_shown');
      await store.messages.giveUp(kept.id, token, `${problem.error} ${problem.detail}`);
      await tellStarter({ store, loop }, kept, {
        error: problem.error,
        remedy: 'Tell whoever runs me: the log says more.',
      });
      return false;
  }
};

/** Somebody may open the place again, so it is tried later; for a deployment that is long over it is not. */
const leaveClosed = async (
  deps: Pick<RecoverDeps, 'store' | 'loop'>,
  { kept, token }: { kept: KeptMessage; token: string },
  error: string,
): Promise<void> => {
  const { store, loop } = deps;
  const now = loop.now().getTime();
  const deployment = await store.deployments.find(kept.deploymentId);
  const { state, anchors } = deployment ?? {};
  if (state === undefined || ('at' in state && now - state.at > OVER_MS)) {
    await store.messages.giveUp(kept.id, token, error);
    return;
  }
  const closedFor = now - (kept.shownAt ?? anchors?.start ?? now);
  const wait = Math.min(Math.max(CLOSED_MS.least, closedFor / 4), CLOSED_MS.most);
  await store.messages.leaveUncertain(kept.id, token, now + wait);
  await tellStarter(deps, kept, {
    error,
    remedy: 'Invite me there with /invite; the card follows within a few minutes.',
  });
};

/** The card cannot stand where it should: the one who started it is told, once, why and what to do. */
const tellStarter = async (
  { store, loop }: Pick<RecoverDeps, 'store' | 'loop'>,
  kept: KeptMessage,
  { error, remedy }: { readonly error: string; readonly remedy: string },
): Promise<void> => {
  if (kept.ts !== null || kept.kind !== 'card') return;
  const deployment = await store.deployments.find(kept.deploymentId);
  if (deployment === undefined) return;
  const text = `The card of ${deployment.system} #${deployment.number} cannot be posted in <#${kept.channel}> (${error}). ${remedy}`;
  const notice = noticeRow(`closed:${kept.id}`, deployment.id, {
    kind: 'direct',
    person: deployment.startedBy,
    text,
  });
  const now = loop.now().getTime();
  await store.transact((tx) => tell(tx, notice, now));
};
