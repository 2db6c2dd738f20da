import { refusalMessage } from '../blocks/messages/answer.ts';
import type { Message } from '../blocks/kit.ts';
import { eventPost } from '../blocks/messages/posts.ts';
import { reminderMessage } from '../blocks/messages/reminder.ts';
import { startAnswer } from '../blocks/messages/start-answer.ts';
import { answerText } from '../blocks/text.ts';
import { sceneOf } from '../blocks/scene.ts';
import { titleOf } from '../blocks/card/heading.ts';
import { isThereAlready } from '../domain/previous-version.ts';
import type { Situation } from '../domain/situation.ts';
import { stated } from '../lib/stated.ts';
import type { Notice } from '../usecases/notices.ts';

/** Slack shortens what is longer. */
const LONGEST_ANSWER = 3500;

const versionAgain = (situation: Situation | undefined): string | undefined =>
  situation !== undefined && isThereAlready(situation.deployment)
    ? (situation.deployment.version ?? undefined)
    : undefined;

export type SpokenNotice = Exclude<Notice, { kind: 'report' | 'answered' | 'unpin' }>;

/** What a notice says now. Undefined: what it is about is over, nothing is said. */
export const noticeMessage = (
  notice: SpokenNotice,
  situation: Situation | undefined,
  cardUrl?: string,
): (Pick<Message, 'text'> & Partial<Message>) | undefined => {
  switch (notice.kind) {
    case 'refused':
      return refusalMessage(notice.refusal);
    case 'told':
      return { text: answerText(notice.text, LONGEST_ANSWER) };
    case 'direct':
      return { text: notice.text };
    case 'started': {
      const title = situation === undefined ? 'The deployment' : titleOf(situation.deployment);
      return startAnswer(
        { title, ...stated({ cardUrl, missed: notice.missed, runsAlready: versionAgain(situation) }) },
        notice.preflight,
      );
    }
    case 'event':
      return situation === undefined ? undefined : eventPost(sceneOf(situation), notice.event, cardUrl);
    case 'reminder':
      return situation === undefined ? undefined : reminderMessage(sceneOf(situation), notice.key, cardUrl);
  }
};
