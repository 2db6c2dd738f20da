import { z } from 'zod';
import { err, ok } from '../../lib/result.ts';
import {
  addMessage,
  currentRevision,
  findMessage,
  removeMessage,
  reviseMessage,
} from '../workspace/messages.ts';
import { messageJson } from '../workspace/message-json.ts';
import { contentArgs, isEmptyContent, readContent } from './content.ts';
import { defineMethod, flag } from './method.ts';
import { joinedChannel, knownChannel, postableChannel } from './reach.ts';
import type { Result } from '../../lib/result.ts';
import type { Engine } from '../engine.ts';
import type { Channel, Message, Revision, Workspace } from '../workspace/state.ts';
import type { Content } from './content.ts';
import type { Method } from './method.ts';
import type { ApiRefusal } from './refusal.ts';

/** A new message is cut here with a warning; an update must stay below the smaller limit. */
const POST_TEXT = 40_000;
const UPDATE_TEXT = 4000;

const threadRoot = (channel: Channel, ts: string | undefined): Result<string | undefined, ApiRefusal> => {
  if (ts === undefined || ts === '') return ok(undefined);
  const parent = channel.messages.find((message) => message.ts === ts && message.ephemeralTo === undefined);
  if (parent === undefined) return err({ error: 'thread_not_found' });
  // A reply to a reply lands in the same thread.
  return ok(parent.threadTs ?? parent.ts);
};

const shown = (engine: Engine, channel: Channel, message: Message): Record<string, unknown> =>
  messageJson(engine.ws, { channel, message }, { withMetadata: true, baseUrl: engine.baseUrl() });

const postMessage = defineMethod({
  tier: 'post',
  args: z.object({
    channel: z.string(),
    ...contentArgs,
    thread_ts: z.string().optional(),
    reply_broadcast: flag.optional(),
  }),
  run: (args, engine) => {
    const { ws } = engine;
    const channel = postableChannel(ws, args.channel);
    if (!channel.ok) return channel;
    const content = readContent(ws, args);
    if (!content.ok) return content;
    if (isEmptyContent(content.value)) return err({ error: 'no_text' });
    const thread = threadRoot(channel.value, args.thread_ts);
    if (!thread.ok) return thread;
    const text = content.value.text ?? '';
    const message = addMessage(ws, {
      ...content.value,
      channel: channel.value,
      author: ws.botUserId,
      origin: 'api',
      text: text.slice(0, POST_TEXT),
      metadata: content.value.metadata ?? undefined,
      threadTs: thread.value,
      broadcast: args.reply_broadcast === true && thread.value !== undefined,
    });
    const warnings =
      text.length > POST_TEXT ? { response_metadata: { warnings: ['message_truncated'] } } : {};
    return ok({
      channel: channel.value.id,
      ts: message.ts,
      message: shown(engine, channel.value, message),
      ...warnings,
    });
  },
});

/** The message that chat.update or chat.delete may touch: one the bot posted through the API, not an ephemeral one. */
const ownMessage = (
  ws: Workspace,
  args: { channel: string; ts: string },
  refusal: string,
): Result<{ channel: Channel; message: Message }, ApiRefusal> => {
  const channel = knownChannel(ws, args.channel);
  if (!channel.ok) return channel;
  const message = findMessage(channel.value, args.ts);
  if (message === undefined) return err({ error: 'message_not_found' });
  const isOwn =
    message.author === ws.botUserId && message.origin === 'api' && message.ephemeralTo === undefined;
  return isOwn ? ok({ channel: channel.value, message }) : err({ error: refusal });
};

/** Text alone takes blocks and attachments away; blocks alone keep the old text; metadata stays unless given. */
const updateOf = (message: Message, content: Content): Partial<Revision> => {
  const before = currentRevision(message);
  const hasBlocks = content.blocks !== undefined && content.blocks.length > 0;
  return {
    text: content.text ?? before.text,
    blocks: content.blocks ?? (content.text === undefined ? before.blocks : []),
    attachments: content.attachments ?? (content.text !== undefined && !hasBlocks ? [] : before.attachments),
    metadata: content.metadata === null ? undefined : (content.metadata ?? before.metadata),
    // Slack marks a message as edited only when its plain text changed.
    edited: before.edited || (!hasBlocks && content.text !== before.text),
  };
};

const update = defineMethod({
  tier: 3,
  args: z.object({ channel: z.string(), ts: z.string(), ...contentArgs, reply_broadcast: flag.optional() }),
  run: (args, engine) => {
    const { ws } = engine;
    const found = ownMessage(ws, args, 'cant_update_message');
    if (!found.ok) return found;
    const { channel, message } = found.value;
    if (channel.archived) return err({ error: 'is_inactive' });
    if ((args.text?.length ?? 0) > UPDATE_TEXT) return err({ error: 'msg_too_long' });
    const content = readContent(ws, args);
    if (!content.ok) return content;
    if (isEmptyContent(content.value)) return err({ error: 'no_text' });
    reviseMessage(ws, message, updateOf(message, content.value));
    return ok({
      channel: channel.id,
      ts: message.ts,
      text: currentRevision(message).text,
      message: shown(engine, channel, message),
    });
  },
});

const remove = defineMethod({
  tier: 3,
  args: z.object({ channel: z.string(), ts: z.string() }),
  run: (args, { ws }) => {
    const found = ownMessage(ws, args, 'cant_delete_message');
    if (!found.ok) return found;
    removeMessage(ws, found.value.channel, found.value.message);
    return ok({ channel: found.value.channel.id, ts: args.ts });
  },
});

const postEphemeral = defineMethod({
  tier: 4,
  args: z.object({
    channel: z.string(),
    user: z.string(),
    ...contentArgs,
    thread_ts: z.string().optional(),
  }),
  run: (args, { ws }) => {
    const channel = joinedChannel(ws, args.channel);
    if (!channel.ok) return channel;
    if (channel.value.archived) return err({ error: 'is_archived' });
    if (!ws.people.has(args.user) || !channel.value.members.has(args.user)) {
      return err({ error: 'user_not_in_channel' });
    }
    const content = readContent(ws, args);
    if (!content.ok) return content;
    if (isEmptyContent(content.value)) return err({ error: 'no_text' });
    const thread = threadRoot(channel.value, args.thread_ts);
    if (!thread.ok) return thread;
    const message = addMessage(ws, {
      ...content.value,
      channel: channel.value,
      author: ws.botUserId,
      origin: 'api',
      text: content.value.text ?? '',
      metadata: undefined,
      threadTs: thread.value,
      ephemeralTo: args.user,
    });
    return ok({ message_ts: message.ts });
  },
});

const getPermalink = defineMethod({
  tier: 'frequent',
  args: z.object({ channel: z.string(), message_ts: z.string() }),
  run: (args, engine) => {
    const channel = knownChannel(engine.ws, args.channel);
    if (!channel.ok) return channel;
    const message = findMessage(channel.value, args.message_ts);
    if (message === undefined || message.ephemeralTo !== undefined)
      return err({ error: 'message_not_found' });
    const path = `/archives/${channel.value.id}/p${args.message_ts.replace('.', '')}`;
    const thread =
      message.threadTs === undefined ? '' : `?thread_ts=${message.threadTs}&cid=${channel.value.id}`;
    return ok({ channel: channel.value.id, permalink: `${engine.baseUrl()}${path}${thread}` });
  },
});

export const chatMethods: Readonly<Record<string, Method>> = {
  'chat.postMessage': postMessage,
  'chat.update': update,
  'chat.delete': remove,
  'chat.postEphemeral': postEphemeral,
  'chat.getPermalink': getPermalink,
};
