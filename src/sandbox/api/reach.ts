import { err, ok } from '../../lib/result.ts';
import { openDirectMessages } from '../workspace/channels.ts';
import type { Result } from '../../lib/result.ts';
import type { Channel, Workspace } from '../workspace/state.ts';
import type { ApiRefusal } from './refusal.ts';

/** A channel the bot may know about: private ones and direct messages only from inside. */
export const knownChannel = (ws: Workspace, id: string): Result<Channel, ApiRefusal> => {
  const channel = ws.channels.get(id);
  if (channel === undefined) return err({ error: 'channel_not_found' });
  const isInside = channel.members.has(ws.botUserId);
  return channel.kind === 'public' || isInside ? ok(channel) : err({ error: 'channel_not_found' });
};

/** A channel the bot is a member of. */
export const joinedChannel = (ws: Workspace, id: string): Result<Channel, ApiRefusal> => {
  const channel = knownChannel(ws, id);
  if (!channel.ok) return channel;
  return channel.value.members.has(ws.botUserId) ? channel : err({ error: 'not_in_channel' });
};

/** Where a new message may go: a channel, or a person's id for their direct messages. */
export const postableChannel = (ws: Workspace, id: string): Result<Channel, ApiRefusal> => {
  const person = ws.people.get(id);
  if (person !== undefined) return ok(openDirectMessages(ws, person));
  const channel = ws.postsUnjoined ? knownChannel(ws, id) : joinedChannel(ws, id);
  if (!channel.ok) return channel;
  return channel.value.archived ? err({ error: 'is_archived' }) : channel;
};
