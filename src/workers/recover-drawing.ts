import type { Log } from '../lib/log.ts';
import { SECOND } from '../lib/time.ts';
import type { SlackProblem } from '../slack/messenger/problem.ts';
import { noticeRow, tell } from '../usecases/notices.ts';
import type { Loop } from '../usecases/world.ts';
import { DrawAgain } from './drawing-lease.ts';
import type { KeptMessage, WorkerStore } from './stores.ts';

export type RecoverDeps = { readonly loop: Loop; readonly store: WorkerStore; readonly log: Log };

/** How long a message is left alone that Slack will not take as it is. */
const CLOSED_MS = 60 * SECOND;

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
    case 'refused':
      log.error(subject, 'message_cannot_be_shown');
      await store.messages.leaveUncertain(kept.id, token, now + CLOSED_MS);
      if (kept.ts === null && kept.kind === 'card') await tellStarter({ store, loop }, kept, problem.error);
      return false;
  }
};

/** The card cannot stand where it should: the one who started it is told, once, and what to do. */
const tellStarter = async (
  { store, loop }: Pick<RecoverDeps, 'store' | 'loop'>,
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
