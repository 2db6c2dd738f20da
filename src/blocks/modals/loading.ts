import type { ModalView } from '@slack/types';
import { VIEW } from '../ids.ts';
import { modal, section } from '../kit.ts';
import { answerText } from '../text.ts';

/** Instead of a view that cannot be shown: the refusal, in words. */
export const refusalModal = (title: string, message: string): ModalView =>
  modal({ id: VIEW.loading, title, ref: '', blocks: [section('refusal', answerText(message, 2900))] });
