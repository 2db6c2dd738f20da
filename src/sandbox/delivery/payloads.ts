import { messageJson } from '../workspace/message-json.ts';
import { viewJson } from '../workspace/views.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { Engine } from '../engine.ts';
import type { Channel, Member, Message, View, Workspace } from '../workspace/state.ts';

/** Payloads are built from checked values only; a round through JSON makes that visible to the compiler and drops `undefined`. */
const toJson = (value: Record<string, unknown>): JsonObject =>
  JSON.parse(JSON.stringify(value)) as JsonObject;

const VERIFICATION_TOKEN = 'sandbox-verification-token';
const TEAM_DOMAIN = 'sandbox';

const userJson = (ws: Workspace, person: Member) => ({
  id: person.id,
  username: person.name,
  name: person.name,
  team_id: ws.teamId,
});

const common = (ws: Workspace) => ({
  team: { id: ws.teamId, domain: TEAM_DOMAIN },
  api_app_id: ws.appId,
  token: VERIFICATION_TOKEN,
  enterprise: null,
  is_enterprise_install: false,
});

const channelName = (channel: Channel): string => {
  if (channel.kind === 'im') return 'directmessage';
  return channel.kind === 'private' ? 'privategroup' : channel.name;
};

const responseUrl = (engine: Engine, token: string): string => `${engine.baseUrl()}/response/${token}`;

export const commandPayload = (
  engine: Engine,
  { person, channel, command, text }: { person: Member; channel: Channel; command: string; text: string },
): JsonObject => {
  const { ws } = engine;
  const token = engine.responseUrls.issue({
    channel: channel.id,
    person: person.id,
    messageTs: undefined,
    threadTs: undefined,
  });
  return toJson({
    token: VERIFICATION_TOKEN,
    team_id: ws.teamId,
    team_domain: TEAM_DOMAIN,
    channel_id: channel.id,
    channel_name: channelName(channel),
    user_id: person.id,
    user_name: person.name,
    command,
    text,
    api_app_id: ws.appId,
    is_enterprise_install: 'false',
    response_url: responseUrl(engine, token),
    trigger_id: engine.triggers.issue({ person: person.id, viewId: undefined }),
  });
};

/** Where the element that a person operated is drawn. */
export type Surface =
  | { readonly kind: 'message'; readonly channel: Channel; readonly message: Message }
  | { readonly kind: 'view'; readonly view: View };

const messageSurface = (
  engine: Engine,
  person: Member,
  { channel, message }: { channel: Channel; message: Message },
) => {
  const isEphemeral = message.ephemeralTo !== undefined;
  const token = engine.responseUrls.issue({
    channel: channel.id,
    person: person.id,
    messageTs: message.ts,
    threadTs: message.threadTs,
  });
  return {
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: isEphemeral,
      ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
    },
    channel: { id: channel.id, name: channelName(channel) },
    // The content of an ephemeral message is not sent back.
    ...(isEphemeral
      ? {}
      : {
          message: messageJson(
            engine.ws,
            { channel, message },
            { withMetadata: true, baseUrl: engine.baseUrl() },
          ),
        }),
    response_url: responseUrl(engine, token),
  };
};

export const blockActionsPayload = (
  engine: Engine,
  person: Member,
  { surface, action, values }: { surface: Surface; action: object; values: Record<string, unknown> },
): JsonObject => {
  const { ws } = engine;
  const viewId = surface.kind === 'view' && surface.view.type === 'modal' ? surface.view.id : undefined;
  return toJson({
    type: 'block_actions',
    user: userJson(ws, person),
    ...common(ws),
    ...(surface.kind === 'message'
      ? { ...messageSurface(engine, person, surface), state: { values } }
      : { container: { type: 'view', view_id: surface.view.id }, view: viewJson(ws, surface.view) }),
    trigger_id: engine.triggers.issue({ person: person.id, viewId }),
    actions: [{ ...action, action_ts: ws.ids.ts() }],
  });
};

export const submissionPayload = (engine: Engine, person: Member, view: View): JsonObject =>
  toJson({
    type: 'view_submission',
    user: userJson(engine.ws, person),
    ...common(engine.ws),
    trigger_id: engine.triggers.issue({ person: person.id, viewId: view.id }),
    view: viewJson(engine.ws, view),
    response_urls: [],
  });

export const closedPayload = (
  engine: Engine,
  person: Member,
  { view, isCleared }: { view: View; isCleared: boolean },
): JsonObject =>
  toJson({
    type: 'view_closed',
    user: userJson(engine.ws, person),
    ...common(engine.ws),
    view: viewJson(engine.ws, view),
    is_cleared: isCleared,
  });

/** The wrapper of the Events API around one event. */
export const eventPayload = (ws: Workspace, event: Record<string, unknown>): JsonObject =>
  toJson({
    token: VERIFICATION_TOKEN,
    team_id: ws.teamId,
    api_app_id: ws.appId,
    event: { ...event, event_ts: event['event_ts'] ?? ws.ids.ts() },
    type: 'event_callback',
    event_id: ws.ids.next('Ev'),
    event_time: Math.floor(ws.now().getTime() / 1000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: ws.teamId,
        user_id: ws.botUserId,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
  });
