import { z } from 'zod';
import { err, ok } from '../../lib/result.ts';
import { openDirectMessages } from '../workspace/channels.ts';
import { repliesTo, topLevel } from '../workspace/messages.ts';
import { messageJson } from '../workspace/message-json.ts';
import { defineMethod, flag, page, paging, whole } from './method.ts';
import { joinedChannel, knownChannel } from './reach.ts';
import type { Engine } from '../engine.ts';
import type { Channel, Message, Workspace } from '../workspace/state.ts';
import type { Method } from './method.ts';

/** The conversation object, seen by the bot. */
export const channelJson = (ws: Workspace, channel: Channel): Record<string, unknown> => ({
  id: channel.id,
  name: channel.kind === 'im' ? undefined : channel.name,
  name_normalized: channel.kind === 'im' ? undefined : channel.name,
  is_channel: channel.kind === 'public',
  is_group: channel.kind === 'private',
  is_im: channel.kind === 'im',
  is_mpim: false,
  is_private: channel.kind !== 'public',
  is_archived: channel.archived,
  is_general: channel.name === 'general',
  is_member: channel.members.has(ws.botUserId),
  user: channel.kind === 'im' ? [...channel.members].find((id) => id !== ws.botUserId) : undefined,
  num_members: channel.members.size,
  context_team_id: ws.teamId,
  topic: { value: '', creator: '', last_set: 0 },
  purpose: { value: '', creator: '', last_set: 0 },
});

const typeOf = (channel: Channel): string =>
  ({ public: 'public_channel', private: 'private_channel', im: 'im' })[channel.kind];

const listArgs = z.object({
  ...paging,
  types: z.string().optional(),
  exclude_archived: flag.optional(),
  user: z.string().optional(),
});

const listed = (ws: Workspace, args: z.infer<typeof listArgs>): Channel[] => {
  const types = (args.types ?? 'public_channel').split(',').map((type) => type.trim());
  return [...ws.channels.values()].filter(
    (channel) =>
      types.includes(typeOf(channel)) &&
      (channel.kind === 'public' || channel.members.has(ws.botUserId)) &&
      !(args.exclude_archived === true && channel.archived),
  );
};

const list = defineMethod({
  tier: 2,
  args: listArgs,
  run: (args, { ws }) => {
    const { items, next } = page(listed(ws, args), args);
    return ok({
      channels: items.map((channel) => channelJson(ws, channel)),
      response_metadata: { next_cursor: next },
    });
  },
});

const ofUser = defineMethod({
  tier: 3,
  args: listArgs,
  run: (args, { ws }) => {
    const member = args.user ?? ws.botUserId;
    const channels = listed(ws, args).filter((channel) => channel.members.has(member));
    const { items, next } = page(channels, args);
    return ok({
      channels: items.map((channel) => channelJson(ws, channel)),
      response_metadata: { next_cursor: next },
    });
  },
});

const info = defineMethod({
  tier: 3,
  args: z.object({ channel: z.string() }),
  run: (args, { ws }) => {
    const channel = knownChannel(ws, args.channel);
    return channel.ok ? ok({ channel: channelJson(ws, channel.value) }) : channel;
  },
});

const members = defineMethod({
  tier: 4,
  args: z.object({ channel: z.string(), ...paging }),
  run: (args, { ws }) => {
    const channel = knownChannel(ws, args.channel);
    if (!channel.ok) return channel;
    const { items, next } = page([...channel.value.members], args);
    return ok({ members: items, response_metadata: { next_cursor: next } });
  },
});

const historyArgs = z.object({
  channel: z.string(),
  cursor: z.string().optional(),
  limit: whole.optional(),
  oldest: z.string().optional(),
  latest: z.string().optional(),
  inclusive: flag.optional(),
  include_all_metadata: flag.optional(),
});

const isInRange = (message: Message, args: z.infer<typeof historyArgs>): boolean => {
  const ts = Number(message.ts);
  const isOnEdge = message.ts === args.oldest || message.ts === args.latest;
  if (isOnEdge) return args.inclusive === true;
  return ts >= Number(args.oldest ?? '0') && ts <= Number(args.latest ?? 'Infinity');
};

const pageOfMessages = (
  engine: Engine,
  { channel, messages }: { channel: Channel; messages: readonly Message[] },
  args: z.infer<typeof historyArgs>,
) => {
  const { items, next } = page(messages, { cursor: args.cursor, limit: args.limit });
  const options = { withMetadata: args.include_all_metadata === true, baseUrl: engine.baseUrl() };
  return ok({
    messages: items.map((message) => messageJson(engine.ws, { channel, message }, options)),
    has_more: next !== '',
    ...(next === '' ? {} : { response_metadata: { next_cursor: next } }),
  });
};

const history = defineMethod({
  tier: 3,
  args: historyArgs,
  run: (args, engine) => {
    const channel = joinedChannel(engine.ws, args.channel);
    if (!channel.ok) return channel;
    const messages = topLevel(channel.value)
      .filter((message) => isInRange(message, args))
      .reverse();
    return pageOfMessages(engine, { channel: channel.value, messages }, args);
  },
});

const replies = defineMethod({
  tier: 3,
  args: historyArgs.extend({ ts: z.string() }),
  run: (args, engine) => {
    const channel = joinedChannel(engine.ws, args.channel);
    if (!channel.ok) return channel;
    const parent = channel.value.messages.find(
      (message) => message.ts === args.ts && message.ephemeralTo === undefined,
    );
    if (parent === undefined) return err({ error: 'thread_not_found' });
    const root = parent.threadTs ?? parent.ts;
    const thread = repliesTo(channel.value, root).filter((message) => isInRange(message, args));
    if (parent.deleted && thread.length === 0) return err({ error: 'thread_not_found' });
    const first = channel.value.messages.filter((message) => message.ts === root);
    return pageOfMessages(engine, { channel: channel.value, messages: [...first, ...thread] }, args);
  },
});

const open = defineMethod({
  tier: 3,
  args: z.object({
    users: z.string().optional(),
    channel: z.string().optional(),
    return_im: flag.optional(),
  }),
  run: (args, { ws }) => {
    if (args.channel !== undefined) {
      const known = knownChannel(ws, args.channel);
      return known.ok ? ok({ channel: { id: known.value.id } }) : known;
    }
    const ids = (args.users ?? '').split(',').filter((id) => id !== '');
    if (ids.length === 0) return err({ error: 'users_list_not_supplied' });
    const person = ws.people.get(ids[0] ?? '');
    if (person === undefined) return err({ error: 'user_not_found' });
    // Conversations of several people are not part of this workspace.
    if (ids.length > 1) return err({ error: 'method_not_supported_for_channel_type' });
    const channel = openDirectMessages(ws, person);
    return ok({ channel: args.return_im === true ? channelJson(ws, channel) : { id: channel.id } });
  },
});

const join = defineMethod({
  tier: 3,
  args: z.object({ channel: z.string() }),
  run: (args, { ws }) => {
    const channel = ws.channels.get(args.channel);
    if (channel === undefined) return err({ error: 'channel_not_found' });
    if (channel.kind !== 'public') return err({ error: 'method_not_supported_for_channel_type' });
    if (channel.archived) return err({ error: 'is_archived' });
    channel.members.add(ws.botUserId);
    ws.changed();
    return ok({ channel: channelJson(ws, channel) });
  },
});

export const conversationMethods: Readonly<Record<string, Method>> = {
  'conversations.info': info,
  'conversations.list': list,
  'conversations.members': members,
  'conversations.history': history,
  'conversations.replies': replies,
  'conversations.open': open,
  'conversations.join': join,
  'users.conversations': ofUser,
};
