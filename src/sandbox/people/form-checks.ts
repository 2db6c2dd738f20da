import { initialEntry, isEmptyEntry, stateValues } from '../workspace/element-values.ts';
import type { Element } from '../limits/elements.ts';
import type { Entry } from '../workspace/element-values.ts';
import type { View } from '../workspace/state.ts';

const isOutside = (value: number, least: string | undefined, most: string | undefined): boolean =>
  (least !== undefined && value < Number(least)) || (most !== undefined && value > Number(most));

const numberProblem = (
  element: Extract<Element, { type: 'number_input' }>,
  text: string,
): string | undefined => {
  const value = Number(text);
  if (!/^-?\d+(\.\d+)?$/.test(text)) return 'Please enter a number.';
  if (!element.is_decimal_allowed && !Number.isInteger(value)) return 'Please enter a whole number.';
  return isOutside(value, element.min_value, element.max_value)
    ? `Please enter a number between ${element.min_value ?? '−∞'} and ${element.max_value ?? '∞'}.`
    : undefined;
};

const lengthProblem = (
  {
    min_length: least = 0,
    max_length: most = 3000,
  }: { min_length?: number | undefined; max_length?: number | undefined },
  text: string,
): string | undefined => {
  if (text.length < least) return `Please enter at least ${least} characters.`;
  return text.length > most ? `Please enter no more than ${most} characters.` : undefined;
};

const isUrl = (text: string): boolean => URL.canParse(text) && /^https?:/.test(text);

/** What Slack's own client refuses in one field before the app hears of it. */
const fieldProblem = (element: Element, entry: Entry): string | undefined => {
  const text = entry['value'];
  if (typeof text !== 'string') return undefined;
  switch (element.type) {
    case 'plain_text_input':
      return lengthProblem(element, text);
    case 'number_input':
      return numberProblem(element, text);
    case 'email_text_input':
      return /^\S+@\S+\.\S+$/.test(text) ? undefined : 'Please enter a valid email address.';
    case 'url_text_input':
      return isUrl(text) ? undefined : 'Please enter a valid URL.';
    default:
      return undefined;
  }
};

/** Errors by block_id; empty when the form may be sent. */
export const formErrors = (view: View): Record<string, string> => {
  const values = stateValues(view.definition.blocks, view.entered);
  return Object.fromEntries(
    view.definition.blocks.flatMap((block): [string, string][] => {
      if (block.type !== 'input') return [];
      const entry =
        values[block.block_id]?.[block.element.action_id ?? ''] ?? initialEntry(block.element) ?? {};
      if (isEmptyEntry(entry)) {
        return block.optional === true ? [] : [[block.block_id, 'Please complete this required field.']];
      }
      const problem = fieldProblem(block.element, entry);
      return problem === undefined ? [] : [[block.block_id, problem]];
    }),
  );
};
