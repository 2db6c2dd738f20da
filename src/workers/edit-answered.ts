import type { Message } from '../blocks/kit.ts';
import { answeredMessage } from '../blocks/messages/answered.ts';
import { eventPost } from '../blocks/messages/posts.ts';
import { reminderMessage } from '../blocks/messages/reminder.ts';
import type { Scene } from '../blocks/scene.ts';
import { sceneOf } from '../blocks/scene.ts';
import type { KeptMessage } from '../domain/kept-message.ts';
import type { Situation } from '../domain/situation.ts';
import { err, ok } from '../lib/result.ts';
import type { Result } from '../lib/result.ts';
import type { Instant } from '../lib/time.ts';
import type { Messenger } from '../slack/messenger/messenger.ts';
import type { SlackProblem } from '../slack/messenger/problem.ts';
import { mayPass } from '../slack/messenger/problem.ts';
import type { Notice } from '../usecases/notices.ts';
import { questionOf } from '../usecases/notices.ts';
import type { Loop } from '../usecases/world.ts';
import type { WorkerStore } from './stores.ts';

/** Updates left to cards: a question that is answered can wait. */
const FOR_CARDS = 3;

type EditDeps = { readonly loop: Loop; readonly store: WorkerStore; readonly messenger: Messenger };

/** Posts that asked this before `at` say what became of it, and ask no more. One that is gone is left alone. */
export const editAnswered = async (
  { loop, store, messenger }: EditDeps,
  { question, at }: { readonly question: string; readonly at: Instant },
  { situation, card }: { readonly situation?: Situation; readonly card?: KeptMessage },
): Promise<Result<undefined, SlackProblem>> => {
  if (situation === undefined || card === undefined) return ok(undefined);
  const scene = sceneOf(situation);
  const posts = await store.notices.listSent(situation.deployment.id, at);
  for (const { ts, body } of posts) {
    const notice = body as unknown as Notice;
    if (questionOf(notice) !== question) continue;
    const said = newText(scene, notice, card.permalink ?? undefined);
    if (said === undefined) continue;
    const wait = await store.budget.take(loop.teamId, { reserve: FOR_CARDS, now: loop.now().getTime() });
    if (wait > 0) return err({ kind: 'rate_limited', retryMs: wait });
    const updated = await messenger.update({ channel: card.channel, ts }, said);
    if (!updated.ok && mayPass(updated.error)) return updated;
  }
  return ok(undefined);
};

const newText = (scene: Scene, notice: Notice, cardUrl: string | undefined): Message | undefined => {
  if (notice.kind === 'event') return eventPost(scene, notice.event, cardUrl);
  return notice.kind === 'reminder'
    ? (reminderMessage(scene, notice.key, cardUrl) ?? answeredMessage(scene, notice.key))
    : undefined;
};
