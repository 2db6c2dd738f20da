import type { Checkboxes, InputBlock, MrkdwnElement, Option, PlainTextInput } from '@slack/types';
import { INPUT } from '../ids.ts';
import type { InputPlace } from '../ids.ts';
import { input, option, plainText } from '../kit.ts';
import type { InputOptions } from '../kit.ts';
import { stated } from '../../lib/stated.ts';
import { optionValue } from '../ref.ts';

/** Longer reasons make neither the card nor the report better. */
const LONGEST_REASON = 500;

export const textInput = (
  { action }: InputPlace,
  words: {
    readonly placeholder?: string;
    readonly initial?: string;
    readonly multiline?: boolean;
    readonly max?: number;
  },
): PlainTextInput => {
  const max = words.max ?? LONGEST_REASON;
  const initial = words.initial?.slice(0, max) ?? '';
  return {
    type: 'plain_text_input',
    action_id: action,
    max_length: max,
    ...(words.multiline === true ? { multiline: true } : {}),
    ...(words.placeholder === undefined ? {} : { placeholder: plainText(words.placeholder, 150) }),
    // Slack refuses an empty initial value.
    ...(initial === '' ? {} : { initial_value: initial }),
  };
};

/** The compulsory reason. The rule that it must not be empty is the domain's; Slack refuses an empty field too. */
export const reasonInput = ({
  hint,
  placeholder,
  optional = false,
  label = 'Reason',
  initial,
}: {
  hint?: string;
  placeholder?: string;
  optional?: boolean;
  label?: string;
  initial?: string;
} = {}): InputBlock =>
  input(
    INPUT.reason,
    {
      label,
      element: textInput(INPUT.reason, {
        multiline: true,
        ...stated({ placeholder, initial }),
      }),
    },
    { optional, ...(hint === undefined ? {} : { hint }) },
  );

/** One thing to tick. */
export type Box = {
  readonly id: string;
  /** Plain words, or a formatted line of at most 75 characters. */
  readonly label: string | MrkdwnElement;
  readonly description?: string;
  readonly isTicked: boolean;
};

/** Slack shows at most ten boxes together. */
const BOXES = 10;

/** Boxes in groups of ten, each group an input of its own: `place(0)`, `place(1)` and so on. */
export const boxInputs = (
  place: (group: number) => InputPlace,
  { label, boxes }: { label: string; boxes: readonly Box[] },
  options: InputOptions = {},
): InputBlock[] => {
  const groups = Array.from({ length: Math.ceil(boxes.length / BOXES) }, (_, group) =>
    boxes.slice(group * BOXES, (group + 1) * BOXES),
  );
  return groups.map((group, index) => {
    const name = groups.length === 1 ? label : `${label} (${index + 1} of ${groups.length})`;
    return input(
      place(index),
      { label: name, element: checkboxes(place(index), group) },
      { ...options, optional: true },
    );
  });
};

const checkboxes = ({ action }: InputPlace, boxes: readonly Box[]): Checkboxes => {
  const offered = boxes.map((box) => ({ box, shown: optionOf(box) }));
  const ticked = offered.filter(({ box }) => box.isTicked).map(({ shown }) => shown);
  return {
    type: 'checkboxes',
    action_id: action,
    options: offered.map(({ shown }) => shown),
    ...(ticked.length === 0 ? {} : { initial_options: ticked }),
  };
};

const optionOf = ({ id, label, description }: Box): Option =>
  typeof label === 'string'
    ? option(label, optionValue(id), description)
    : { ...option('-', optionValue(id), description), text: label };
