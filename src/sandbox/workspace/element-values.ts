import { err, ok } from '../../lib/result.ts';
import { elementsOf, optionsOf } from '../limits/walk.ts';
import type { Result } from '../../lib/result.ts';
import type { StoredBlock } from '../limits/blocks.ts';
import type { Element } from '../limits/elements.ts';
import type { Option } from '../limits/text.ts';
import type { Entered, Workspace } from './state.ts';

type Source = 'text' | 'option' | 'id' | 'date' | 'time' | 'seconds';

/** How an element reports its value: the field in `state.values`, the field with its first value, and what it holds. */
type Shape = {
  readonly field: string;
  readonly initial: string;
  readonly many: boolean;
  readonly source: Source;
};

const shape = (field: string, initial: string, source: Source): Shape => ({
  field,
  initial,
  many: field.endsWith('s'),
  source,
});

const typed = shape('value', 'initial_value', 'text');

const SHAPES: Readonly<Partial<Record<Element['type'], Shape>>> = {
  plain_text_input: typed,
  number_input: typed,
  url_text_input: typed,
  email_text_input: typed,
  static_select: shape('selected_option', 'initial_option', 'option'),
  radio_buttons: shape('selected_option', 'initial_option', 'option'),
  multi_static_select: shape('selected_options', 'initial_options', 'option'),
  checkboxes: shape('selected_options', 'initial_options', 'option'),
  users_select: shape('selected_user', 'initial_user', 'id'),
  multi_users_select: shape('selected_users', 'initial_users', 'id'),
  channels_select: shape('selected_channel', 'initial_channel', 'id'),
  multi_channels_select: shape('selected_channels', 'initial_channels', 'id'),
  conversations_select: shape('selected_conversation', 'initial_conversation', 'id'),
  multi_conversations_select: shape('selected_conversations', 'initial_conversations', 'id'),
  datepicker: shape('selected_date', 'initial_date', 'date'),
  timepicker: shape('selected_time', 'initial_time', 'time'),
  datetimepicker: shape('selected_date_time', 'initial_date_time', 'seconds'),
};

/** An element's entry in `state.values`, such as `{ type: 'static_select', selected_option: null }`. */
export type Entry = Record<string, unknown>;

/** Buttons and overflow menus have no state. */
export const initialEntry = (element: Element): Entry | undefined => {
  const found = SHAPES[element.type];
  if (found === undefined) return undefined;
  const fields: Record<string, unknown> = { ...element };
  return { type: element.type, [found.field]: fields[found.initial] ?? (found.many ? [] : null) };
};

export const isEmptyEntry = (entry: Entry): boolean =>
  Object.entries(entry).every(
    ([key, value]) =>
      key === 'type' || value === null || value === '' || (Array.isArray(value) && value.length === 0),
  );

const FORMS: Readonly<Record<'date' | 'time', RegExp>> = {
  date: /^\d{4}-\d{2}-\d{2}$/,
  time: /^\d{2}:\d{2}$/,
};

const asText = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : undefined;
};

const pickOption = (options: readonly Option[], wanted: string): Result<Option, string> => {
  const found =
    options.find((option) => option.value === wanted) ??
    options.find((option) => option.text.text === wanted);
  if (found !== undefined) return ok(found);
  const offered = options.map((option) => `${option.value} (${option.text.text})`).join(', ');
  return err(`"${wanted}" is not offered; there are: ${offered}`);
};

const readOne = (element: Element, source: Source, value: unknown): Result<unknown, string> => {
  const text = asText(value);
  if (text === undefined) return err(`${element.type} takes text`);
  if (source === 'option') return pickOption(optionsOf(element), text);
  if (source === 'seconds')
    return /^\d{10}$/.test(text) ? ok(Number(text)) : err('takes ten digits of seconds');
  if ((source === 'date' || source === 'time') && !FORMS[source].test(text))
    return err(`"${text}" is no ${source}`);
  return ok(text);
};

const isNothing = (value: unknown): boolean => value === null || value === undefined || value === '';

/** What a person typed or picked, as the element's entry; null and '' empty it. Options by value or visible text. */
export const entryFor = (element: Element, value: unknown): Result<Entry, string> => {
  const found = SHAPES[element.type];
  if (found === undefined) return err(`a ${element.type} holds no value`);
  if (!found.many) {
    if (isNothing(value)) return ok({ type: element.type, [found.field]: null });
    const one = readOne(element, found.source, Array.isArray(value) ? value[0] : value);
    return one.ok ? ok({ type: element.type, [found.field]: one.value }) : one;
  }
  const wanted: readonly unknown[] = Array.isArray(value) ? value : isNothing(value) ? [] : [value];
  const values: unknown[] = [];
  for (const entry of wanted) {
    const one = readOne(element, found.source, entry);
    if (!one.ok) return one;
    values.push(one.value);
  }
  return ok({ type: element.type, [found.field]: values });
};

/** What one person picked in one message. */
export const choicesOf = (ws: Workspace, at: { person: string; channel: string; ts: string }): Entered => {
  const key = `${at.person} ${at.channel} ${at.ts}`;
  const existing = ws.choices.get(key);
  if (existing !== undefined) return existing;
  const entered: Entered = new Map<string, Map<string, Entry>>();
  ws.choices.set(key, entered);
  return entered;
};

export const enter = (entered: Entered, at: { blockId: string; actionId: string }, entry: Entry): void => {
  const block = entered.get(at.blockId) ?? new Map<string, Entry>();
  block.set(at.actionId, entry);
  entered.set(at.blockId, block);
};

/** `state.values`: what was entered where block_id, action_id and type still fit, else the first value. */
export const stateValues = (
  blocks: readonly StoredBlock[],
  entered: Entered,
): Record<string, Record<string, Entry>> =>
  Object.fromEntries(
    blocks.flatMap((block) => {
      const entries = elementsOf(block).flatMap((element): [string, Entry][] => {
        const initial = initialEntry(element);
        const actionId = element.action_id ?? '';
        const kept = entered.get(block.block_id)?.get(actionId);
        if (initial === undefined) return [];
        return [[actionId, kept?.['type'] === element.type ? kept : initial]];
      });
      return entries.length === 0 ? [] : [[block.block_id, Object.fromEntries(entries)]];
    }),
  );
