import { z } from 'zod';
import { err, ok } from '../../lib/result.ts';
import { findMessage } from '../workspace/messages.ts';
import { messageJson } from '../workspace/message-json.ts';
import { defineMethod } from './method.ts';
import { joinedChannel } from './reach.ts';
import type { Result } from '../../lib/result.ts';
import type { Channel, Message, Workspace } from '../workspace/state.ts';
import type { Method } from './method.ts';
import type { ApiRefusal } from './refusal.ts';

/** Slack documents no number for too_many_pins; people report one hundred. */
const MAX_PINS = 100;

const target = z.object({ channel: z.string(), timestamp: z.string() });

const find = (
  ws: Workspace,
  args: z.infer<typeof target>,
): Result<{ channel: Channel; message: Message }, ApiRefusal> => {
  const channel = joinedChannel(ws, args.channel);
  if (!channel.ok) return channel;
  const message = findMessage(channel.value, args.timestamp);
  if (message === undefined || message.ephemeralTo !== undefined) return err({ error: 'message_not_found' });
  return ok({ channel: channel.value, message });
};

const addPin = defineMethod({
  tier: 2,
  args: target,
  run: (args, { ws }) => {
    const found = find(ws, args);
    if (!found.ok) return found;
    const { pins, archived } = found.value.channel;
    if (archived) return err({ error: 'is_archived' });
    if (pins.includes(args.timestamp)) return err({ error: 'already_pinned' });
    if (pins.length >= MAX_PINS) return err({ error: 'too_many_pins' });
    pins.push(args.timestamp);
    ws.changed();
    return ok({});
  },
});

const removePin = defineMethod({
  tier: 2,
  args: target,
  run: (args, { ws }) => {
    const found = find(ws, args);
    if (!found.ok) return found;
    const { pins } = found.value.channel;
    const index = pins.indexOf(args.timestamp);
    if (index < 0) return err({ error: 'no_pin' });
    pins.splice(index, 1);
    ws.changed();
    return ok({});
  },
});

const listPins = defineMethod({
  tier: 2,
  args: z.object({ channel: z.string() }),
  run: (args, engine) => {
    const channel = joinedChannel(engine.ws, args.channel);
    if (!channel.ok) return channel;
    const options = { withMetadata: false, baseUrl: engine.baseUrl() };
    const items = channel.value.pins.flatMap((ts) => {
      const message = findMessage(channel.value, ts);
      if (message === undefined) return [];
      return [
        {
          type: 'message',
          channel: channel.value.id,
          created: Math.floor(Number(ts)),
          created_by: engine.ws.botUserId,
          message: messageJson(engine.ws, { channel: channel.value, message }, options),
        },
      ];
    });
    return ok({ items });
  },
});

const reaction = target.extend({ name: z.string() });

const addReaction = defineMethod({
  tier: 3,
  args: reaction,
  run: (args, { ws }) => {
    const found = find(ws, args);
    if (!found.ok) return found;
    if (!/^[a-z0-9_+'-]+(::skin-tone-[2-6])?$/.test(args.name)) return err({ error: 'invalid_name' });
    const users = found.value.message.reactions.get(args.name) ?? new Set<string>();
    if (users.has(ws.botUserId)) return err({ error: 'already_reacted' });
    found.value.message.reactions.set(args.name, users.add(ws.botUserId));
    ws.changed();
    return ok({});
  },
});

const removeReaction = defineMethod({
  tier: 2,
  args: reaction,
  run: (args, { ws }) => {
    const found = find(ws, args);
    if (!found.ok) return found;
    const users = found.value.message.reactions.get(args.name);
    if (users?.delete(ws.botUserId) !== true) return err({ error: 'no_reaction' });
    if (users.size === 0) found.value.message.reactions.delete(args.name);
    ws.changed();
    return ok({});
  },
});

export const markMethods: Readonly<Record<string, Method>> = {
  'pins.add': addPin,
  'pins.remove': removePin,
  'pins.list': listPins,
  'reactions.add': addReaction,
  'reactions.remove': removeReaction,
};
