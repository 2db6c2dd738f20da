import { currentRevision, repliesTo } from './messages.ts';
import type { Channel, Message, StoredFile, Workspace } from './state.ts';

/** The file object of API answers and events. */
export const fileJson = (file: StoredFile, baseUrl: string): Record<string, unknown> => ({
  id: file.id,
  name: file.name,
  title: file.title,
  size: file.length,
  user: file.user,
  mode: 'hosted',
  url_private: `${baseUrl}/files/${file.id}/${encodeURIComponent(file.name)}`,
  url_private_download: `${baseUrl}/files/${file.id}/${encodeURIComponent(file.name)}`,
  permalink: `${baseUrl}/files/${file.id}/${encodeURIComponent(file.name)}`,
});

const authorship = (ws: Workspace, message: Message): Record<string, unknown> => {
  if (message.author !== ws.botUserId) return { user: message.author, team: ws.teamId };
  return {
    user: ws.botUserId,
    team: ws.teamId,
    bot_id: ws.botId,
    app_id: ws.appId,
    bot_profile: { id: ws.botId, app_id: ws.appId, name: 'tminus', team_id: ws.teamId, deleted: false },
  };
};

const threadFacts = (channel: Channel, message: Message): Record<string, unknown> => {
  if (message.threadTs !== undefined && message.threadTs !== message.ts) {
    return {
      thread_ts: message.threadTs,
      ...(message.broadcast ? { subtype: 'thread_broadcast' } : {}),
    };
  }
  const replies = repliesTo(channel, message.ts);
  const latest = replies.at(-1);
  if (latest === undefined) return {};
  const users = [...new Set(replies.map((reply) => reply.author))];
  return {
    thread_ts: message.ts,
    reply_count: replies.length,
    reply_users_count: users.length,
    reply_users: users,
    latest_reply: latest.ts,
    subscribed: true,
  };
};

const extras = (message: Message, channel: Channel): Record<string, unknown> => ({
  ...(channel.pins.includes(message.ts) ? { pinned_to: [channel.id] } : {}),
  ...(message.reactions.size === 0
    ? {}
    : {
        reactions: [...message.reactions].map(([name, users]) => ({
          name,
          users: [...users],
          count: users.size,
        })),
      }),
});

type MessageJsonOptions = { readonly withMetadata: boolean; readonly baseUrl: string };

/** The message object of API answers and payloads. */
export const messageJson = (
  ws: Workspace,
  { channel, message }: { channel: Channel; message: Message },
  { withMetadata, baseUrl }: MessageJsonOptions,
): Record<string, unknown> => {
  if (message.deleted) {
    return {
      type: 'message',
      subtype: 'tombstone',
      text: 'This message was deleted.',
      user: 'USLACKBOT',
      hidden: true,
      ts: message.ts,
      ...threadFacts(channel, message),
    };
  }
  const revision = currentRevision(message);
  const files = revision.files.flatMap((id) => ws.files.get(id) ?? []);
  return {
    ...authorship(ws, message),
    type: 'message',
    ts: message.ts,
    text: revision.text,
    ...(revision.blocks.length === 0 ? {} : { blocks: revision.blocks }),
    ...(revision.attachments.length === 0 ? {} : { attachments: revision.attachments }),
    ...(revision.edited ? { edited: { user: message.author, ts: message.ts } } : {}),
    ...(files.length === 0 ? {} : { files: files.map((file) => fileJson(file, baseUrl)), upload: false }),
    ...(withMetadata && revision.metadata !== undefined ? { metadata: revision.metadata } : {}),
    ...threadFacts(channel, message),
    ...extras(message, channel),
  };
};
