import { z } from 'zod';
import { cleanTexts } from '../lib/clean-text.ts';
import type { JsonObject } from '../lib/json.ts';
import { commandText } from './commands/command-text.ts';

/** What Slack sent, as far as tminus reads it. Everything else in the payload is dropped. */
export type Envelope =
  | {
      readonly kind: 'command';
      readonly teamId: string;
      readonly person: { readonly id: string; readonly name: string };
      readonly channel: string;
      readonly channelName: string;
      readonly text: string;
      readonly triggerId: string;
      readonly responseUrl: string;
    }
  | {
      readonly kind: 'action';
      readonly teamId: string;
      readonly person: { readonly id: string; readonly name: string };
      readonly actionId: string;
      readonly blockId: string;
      /** A button's value, or what was chosen in a menu. */
      readonly value: string;
      /** Absent in a modal or on the home tab. */
      readonly channel?: string;
      /** The dialog it was clicked in, and what its inputs held. */
      readonly view?: ViewPlace & { readonly hash: string; readonly values: Values };
      readonly triggerId: string;
      readonly responseUrl?: string;
    }
  | {
      readonly kind: 'view';
      readonly teamId: string;
      readonly person: { readonly id: string; readonly name: string };
      readonly view: ViewPlace;
      readonly values: Values;
      readonly triggerId: string;
    };

/** A dialog, and those it was laid upon: Slack keeps up to three on one stack. */
export type ViewPlace = {
  readonly id: string;
  readonly callbackId: string;
  readonly privateMetadata: string;
  /** The lowest of the stack; the dialog itself when it is that. */
  readonly rootId: string;
  /** The one right below; absent when there is none. */
  readonly previousId?: string;
};

/** What stood in each input when a view was sent: text, moment, one choice or several. Empty inputs are absent. */
export type Values = Readonly<Record<string, Readonly<Record<string, string | number | readonly string[]>>>>;

const text = z.string();
const option = z.object({ value: text });

const commandBody = z.object({
  team_id: text,
  user_id: text,
  user_name: text.default(''),
  channel_id: text,
  channel_name: text.default(''),
  text: text.default(''),
  trigger_id: text,
  response_url: text,
});

const person = z.object({
  id: text,
  username: text.optional(),
  name: text.optional(),
  team_id: text.optional(),
});

const viewPlace = z.object({
  id: text,
  callback_id: text.default(''),
  private_metadata: text.default(''),
  root_view_id: text.nullish(),
  previous_view_id: text.nullish(),
});

const input = z.looseObject({
  value: text.nullish(),
  selected_option: option.nullish(),
  selected_options: z.array(option).optional(),
  selected_date_time: z.number().nullish(),
  selected_user: text.nullish(),
  selected_users: z.array(text).optional(),
});

const viewState = z.object({ values: z.record(text, z.record(text, input)) });

const actionBody = z.object({
  type: z.literal('block_actions'),
  team: z.object({ id: text }).nullish(),
  user: person,
  trigger_id: text,
  response_url: text.optional(),
  channel: z.object({ id: text }).nullish(),
  view: viewPlace.extend({ hash: text.default(''), state: viewState.optional() }).nullish(),
  actions: z
    .array(
      z.object({
        action_id: text,
        block_id: text.default(''),
        value: text.nullish(),
        selected_option: option.nullish(),
      }),
    )
    .min(1),
});

const viewBody = z.object({
  type: z.literal('view_submission'),
  team: z.object({ id: text }).nullish(),
  user: person,
  trigger_id: text.default(''),
  view: viewPlace.extend({ callback_id: text, state: viewState }),
});

/** Reads a payload; undefined when it is none that tminus takes. */
export const parseEnvelope = (body: unknown): Envelope | undefined => {
  switch (typeOf(body)) {
    case 'block_actions':
      return read(actionBody, body, actionOf);
    case 'view_submission':
      return read(viewBody, body, viewOf);
    default:
      return read(commandBody, body, commandOf);
  }
};

/** Commands have no type. */
const typeOf = (body: unknown): unknown =>
  typeof body === 'object' && body !== null && 'type' in body ? body.type : undefined;

const read = <Body>(
  schema: z.ZodType<Body>,
  body: unknown,
  envelopeOf: (body: Body) => Envelope | undefined,
): Envelope | undefined => {
  const parsed = schema.safeParse(body);
  return parsed.success ? envelopeOf(cleanTexts(parsed.data)) : undefined;
};

const nameOf = ({ username, name }: z.infer<typeof person>): string => username ?? name ?? '';

const commandOf = (body: z.infer<typeof commandBody>): Envelope => ({
  kind: 'command',
  teamId: body.team_id,
  person: { id: body.user_id, name: body.user_name },
  channel: body.channel_id,
  channelName: body.channel_name,
  text: commandText(body.text),
  triggerId: body.trigger_id,
  responseUrl: body.response_url,
});

/** Bolt hands on the first action of a payload, and Slack sends one. */
const actionOf = (body: z.infer<typeof actionBody>): Envelope | undefined => {
  const [first] = body.actions;
  return first === undefined ? undefined : clickOf(body, first);
};

const clickOf = (
  { user, team, channel, view, ...body }: z.infer<typeof actionBody>,
  first: z.infer<typeof actionBody>['actions'][number],
): Envelope => {
  return {
    kind: 'action',
    teamId: team?.id ?? user.team_id ?? '',
    person: { id: user.id, name: nameOf(user) },
    actionId: first.action_id,
    blockId: first.block_id,
    value: first.value ?? first.selected_option?.value ?? '',
    triggerId: body.trigger_id,
    ...(channel === null || channel === undefined ? {} : { channel: channel.id }),
    ...(body.response_url === undefined ? {} : { responseUrl: body.response_url }),
    ...(view === null || view === undefined
      ? {}
      : { view: { ...placeOf(view), hash: view.hash, values: valuesOf(view.state) } }),
  };
};

const placeOf = ({
  id,
  callback_id,
  private_metadata,
  root_view_id,
  previous_view_id,
}: z.infer<typeof viewPlace>): ViewPlace => ({
  id,
  callbackId: callback_id,
  privateMetadata: private_metadata,
  rootId: root_view_id ?? id,
  ...(typeof previous_view_id === 'string' ? { previousId: previous_view_id } : {}),
});

const viewOf = ({ user, team, view, trigger_id }: z.infer<typeof viewBody>): Envelope => ({
  kind: 'view',
  teamId: team?.id ?? user.team_id ?? '',
  person: { id: user.id, name: nameOf(user) },
  view: placeOf(view),
  triggerId: trigger_id,
  values: valuesOf(view.state),
});

const valuesOf = (state: z.infer<typeof viewState> | undefined): Values =>
  Object.fromEntries(
    Object.entries(state?.values ?? {}).map(([block, actions]) => [
      block,
      Object.fromEntries(
        Object.entries(actions).flatMap(([action, entered]) => {
          const value = inputValue(entered);
          return value === undefined ? [] : [[action, value]];
        }),
      ),
    ]),
  );

const inputValue = (state: z.infer<typeof input>): string | number | readonly string[] | undefined =>
  state.selected_options?.map(({ value }) => value) ??
  state.selected_users ??
  state.selected_date_time ??
  state.selected_option?.value ??
  state.selected_user ??
  state.value ??
  undefined;

/** The key under which an envelope counts once: a repeated delivery has the same. */
export const envelopeKey = (envelope: Envelope): string =>
  envelope.triggerId === '' && envelope.kind === 'view'
    ? `view:${envelope.view.id}`
    : `${envelope.kind}:${envelope.triggerId}`;

/** Copies of what we drew ourselves, which Slack sends back with every click: tens of kilobytes that nobody reads. */
const OWN_DRAWINGS: ReadonlySet<string> = new Set(['message', 'blocks']);

/** The payload as it is stored: without our own drawings, and without the verification token, which proves nothing and is a secret. */
export const storable = (body: unknown): JsonObject => {
  const { token: _token, view, ...rest } = body as JsonObject;
  return cleanTexts({
    ...withoutDrawings(rest),
    ...(isObject(view) ? { view: withoutDrawings(view) } : {}),
  });
};

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const withoutDrawings = (payload: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(payload).filter(([key]) => !OWN_DRAWINGS.has(key)));
