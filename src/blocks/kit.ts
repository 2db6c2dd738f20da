import type {
  ActionsBlock,
  ActionsBlockElement,
  Button,
  ConfirmationDialog,
  ContextBlock,
  HeaderBlock,
  InputBlock,
  KnownBlock,
  ModalView,
  MrkdwnElement,
  PlainTextElement,
  PlainTextOption,
  SectionBlock,
  SectionBlockAccessory,
} from '@slack/types';
import { stated } from '../lib/stated.ts';
import type { ActionId, InputPlace, ViewId } from './ids.ts';
import { plain } from './text.ts';

/** A message: `text` is what notifications and screen readers say. */
export type Message = { readonly text: string; readonly blocks: KnownBlock[] };

/** `verbatim`: Slack turns nothing in it into a link or a mention that we did not write as one. */
export const mrkdwn = (text: string): MrkdwnElement => ({ type: 'mrkdwn', text, verbatim: true });

export const plainText = (text: string, max: number): PlainTextElement => ({
  type: 'plain_text',
  text: plain(text, max),
});

export const header = (text: string): HeaderBlock => ({
  type: 'header',
  block_id: 'header',
  text: plainText(text, 150),
});

export const section = (block_id: string, text: string, accessory?: SectionBlockAccessory): SectionBlock => ({
  type: 'section',
  block_id,
  text: mrkdwn(text),
  ...stated({ accessory }),
});

export const context = (block_id: string, text: string): ContextBlock => ({
  type: 'context',
  block_id,
  elements: [mrkdwn(text)],
});

export const actions = (block_id: string, elements: readonly ActionsBlockElement[]): ActionsBlock => ({
  type: 'actions',
  block_id,
  elements: [...elements],
});

export type ButtonOptions = {
  readonly style?: 'primary' | 'danger';
  readonly confirm?: ConfirmationDialog;
  /** What a screen reader says where the label alone does not tell rows apart. */
  readonly about?: string;
};

export const button = (
  label: string,
  { action, value }: { action: ActionId; value: string },
  { style, confirm, about }: ButtonOptions = {},
): Button => ({
  type: 'button',
  action_id: action,
  text: plainText(label, 75),
  value,
  ...stated({
    style,
    confirm,
    accessibility_label: about === undefined ? undefined : plain(`${label}: ${about}`, 75),
  }),
});

/** Asks once more before something that cannot be taken back. `text` is plain words. */
export const dialog = (words: {
  readonly title: string;
  readonly text: string;
  readonly confirm: string;
  readonly deny: string;
  readonly style?: 'primary' | 'danger';
}): ConfirmationDialog => ({
  title: plainText(words.title, 100),
  text: plainText(words.text, 300),
  confirm: plainText(words.confirm, 30),
  deny: plainText(words.deny, 30),
  ...stated({ style: words.style }),
});

export const option = (label: string, value: string, description?: string): PlainTextOption => ({
  text: plainText(label, 75),
  value,
  ...stated({ description: description === undefined ? undefined : plainText(description, 75) }),
});

export type InputOptions = {
  readonly hint?: string;
  readonly optional?: boolean;
  readonly dispatch?: boolean;
};

export const input = (
  { block }: InputPlace,
  { label, element }: { label: string; element: InputBlock['element'] },
  { hint, optional = false, dispatch = false }: InputOptions = {},
): InputBlock => ({
  type: 'input',
  block_id: block,
  label: plainText(label, 200),
  element,
  optional,
  ...(dispatch ? { dispatch_action: true } : {}),
  ...stated({ hint: hint === undefined ? undefined : plainText(hint, 300) }),
});

/** Slack cuts a modal's title and buttons at 24 characters. */
const LONGEST_TITLE = 24;

export const modal = (view: {
  readonly id: ViewId;
  readonly title: string;
  /** The verb. Absent: there is nothing to submit. */
  readonly submit?: string;
  readonly ref: string;
  readonly blocks: readonly KnownBlock[];
}): ModalView => ({
  type: 'modal',
  callback_id: view.id,
  title: plainText(view.title, LONGEST_TITLE),
  close: plainText(view.submit === undefined ? 'Close' : 'Cancel', LONGEST_TITLE),
  private_metadata: view.ref,
  blocks: [...view.blocks],
  ...stated({ submit: view.submit === undefined ? undefined : plainText(view.submit, LONGEST_TITLE) }),
});
