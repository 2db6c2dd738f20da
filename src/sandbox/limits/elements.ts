import { z } from 'zod';
import { anyOption, confirmDialog, ownId, plainOption, plainOptionGroup, plainText, url } from './text.ts';

const actionable = { action_id: ownId.optional() };
const confirmable = { ...actionable, confirm: confirmDialog.optional() };
const focusable = { focus_on_load: z.boolean().optional() };
const placeholdable = { placeholder: plainText(150).optional() };
const dispatchable = {
  dispatch_action_config: z
    .strictObject({
      trigger_actions_on: z.array(z.enum(['on_enter_pressed', 'on_character_entered'])).optional(),
    })
    .optional(),
};
const pickable = { ...confirmable, ...focusable, ...placeholdable };
const typable = { ...actionable, ...focusable, ...placeholdable, ...dispatchable };
const many = { max_selected_items: z.int().min(1).optional() };
const conversationFilter = {
  default_to_current_conversation: z.boolean().optional(),
  filter: z
    .strictObject({
      include: z.array(z.enum(['im', 'mpim', 'private', 'public'])).optional(),
      exclude_external_shared_channels: z.boolean().optional(),
      exclude_bot_users: z.boolean().optional(),
    })
    .optional(),
};
const id = z.string().min(1);
const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a valid date of the form YYYY-MM-DD');
const time = z.string().regex(/^\d{2}:\d{2}$/, 'must be a valid time of the form HH:mm');

export const imageElement = z.strictObject({
  type: z.literal('image'),
  alt_text: z.string().min(1).max(2000),
  image_url: url.optional(),
  slack_file: z.strictObject({ id: id.optional(), url: url.optional() }).optional(),
});

const button = z.strictObject({
  type: z.literal('button'),
  ...confirmable,
  text: plainText(75),
  value: z.string().max(2000).optional(),
  url: url.optional(),
  style: z.enum(['primary', 'danger']).optional(),
  accessibility_label: z.string().min(1).max(75).optional(),
});

const overflow = z.strictObject({
  type: z.literal('overflow'),
  ...confirmable,
  options: z.array(plainOption).min(1).max(5),
});

const choices = z.array(anyOption).min(1).max(10);

const checkboxes = z.strictObject({
  type: z.literal('checkboxes'),
  ...confirmable,
  ...focusable,
  options: choices,
  initial_options: choices.optional(),
});

const radioButtons = z.strictObject({
  type: z.literal('radio_buttons'),
  ...confirmable,
  ...focusable,
  options: choices,
  initial_option: anyOption.optional(),
});

const optionSource = {
  options: z.array(plainOption).min(1).max(100).optional(),
  option_groups: z.array(plainOptionGroup).min(1).max(100).optional(),
};
const hasOneSource = (value: { options?: unknown; option_groups?: unknown }): boolean =>
  (value.options === undefined) !== (value.option_groups === undefined);
const oneSource = 'must have exactly one of options and option_groups';

const staticSelect = z
  .strictObject({
    type: z.literal('static_select'),
    ...pickable,
    ...optionSource,
    initial_option: plainOption.optional(),
  })
  .refine(hasOneSource, oneSource);

const multiStaticSelect = z
  .strictObject({
    type: z.literal('multi_static_select'),
    ...pickable,
    ...many,
    ...optionSource,
    initial_options: z.array(plainOption).optional(),
  })
  .refine(hasOneSource, oneSource);

const usersSelect = z.strictObject({
  type: z.literal('users_select'),
  ...pickable,
  initial_user: id.optional(),
});
const multiUsersSelect = z.strictObject({
  type: z.literal('multi_users_select'),
  ...pickable,
  ...many,
  initial_users: z.array(id).optional(),
});
const conversationsSelect = z.strictObject({
  type: z.literal('conversations_select'),
  ...pickable,
  ...conversationFilter,
  initial_conversation: id.optional(),
  response_url_enabled: z.boolean().optional(),
});
const multiConversationsSelect = z.strictObject({
  type: z.literal('multi_conversations_select'),
  ...pickable,
  ...many,
  ...conversationFilter,
  initial_conversations: z.array(id).optional(),
});
const channelsSelect = z.strictObject({
  type: z.literal('channels_select'),
  ...pickable,
  initial_channel: id.optional(),
  response_url_enabled: z.boolean().optional(),
});
const multiChannelsSelect = z.strictObject({
  type: z.literal('multi_channels_select'),
  ...pickable,
  ...many,
  initial_channels: z.array(id).optional(),
});

const datepicker = z.strictObject({
  type: z.literal('datepicker'),
  ...pickable,
  initial_date: date.optional(),
});
const timepicker = z.strictObject({
  type: z.literal('timepicker'),
  ...pickable,
  initial_time: time.optional(),
  timezone: z.string().optional(),
});
const datetimepicker = z.strictObject({
  type: z.literal('datetimepicker'),
  ...confirmable,
  ...focusable,
  // Slack wants ten digits: seconds, not milliseconds.
  initial_date_time: z.int().min(1_000_000_000).max(9_999_999_999).optional(),
});

const plainTextInput = z.strictObject({
  type: z.literal('plain_text_input'),
  ...typable,
  initial_value: z.string().max(3000).optional(),
  multiline: z.boolean().optional(),
  min_length: z.int().min(0).max(3000).optional(),
  max_length: z.int().min(1).max(3000).optional(),
});
const numberInput = z.strictObject({
  type: z.literal('number_input'),
  ...typable,
  is_decimal_allowed: z.boolean(),
  initial_value: z.string().optional(),
  min_value: z.string().optional(),
  max_value: z.string().optional(),
});
const urlInput = z.strictObject({
  type: z.literal('url_text_input'),
  ...typable,
  initial_value: z.string().optional(),
});
const emailInput = z.strictObject({
  type: z.literal('email_text_input'),
  ...typable,
  initial_value: z.string().optional(),
});

const selects = [
  staticSelect,
  multiStaticSelect,
  usersSelect,
  multiUsersSelect,
  conversationsSelect,
  multiConversationsSelect,
  channelsSelect,
  multiChannelsSelect,
] as const;

export const accessory = z.discriminatedUnion('type', [
  ...selects,
  button,
  checkboxes,
  datepicker,
  imageElement,
  overflow,
  radioButtons,
  timepicker,
]);

export const actionsElement = z.discriminatedUnion('type', [
  ...selects,
  button,
  checkboxes,
  datepicker,
  datetimepicker,
  overflow,
  radioButtons,
  timepicker,
]);

export const inputElement = z.discriminatedUnion('type', [
  ...selects,
  checkboxes,
  datepicker,
  datetimepicker,
  emailInput,
  numberInput,
  plainTextInput,
  radioButtons,
  timepicker,
  urlInput,
]);

/** Every element a person can operate. */
export type Element =
  | Exclude<z.infer<typeof accessory>, { type: 'image' }>
  | z.infer<typeof actionsElement>
  | z.infer<typeof inputElement>;
