import { postReply } from '../api/respond.ts';
import { commandPayload, eventPayload } from '../delivery/payloads.ts';
import { openDirectMessages } from '../workspace/channels.ts';
import { fileJson, messageJson } from '../workspace/message-json.ts';
import { addMessage, findMessage } from '../workspace/messages.ts';
import { viewJson } from '../workspace/views.ts';
import { escapeText } from './escape.ts';
import type { Engine } from '../engine.ts';
import type { Delivery } from '../public-types.ts';
import type { Channel, Member, Message, StoredFile } from '../workspace/state.ts';

const SLACKBOT = 'USLACKBOT';

/** What Slack itself tells a person when a command went wrong; nobody else sees it. */
const slackbotSays = (
  engine: Engine,
  { channel, person, text }: { channel: Channel; person: Member; text: string },
): void =>
  void addMessage(engine.ws, {
    channel,
    author: SLACKBOT,
    origin: 'slackbot',
    text,
    ephemeralTo: person.id,
  });

/** Types a slash command. The answer in the ack, if any, is shown to the person or the channel as it says. */
export const giveCommand = async (
  engine: Engine,
  person: Member,
  { channel, line }: { channel: Channel; line: string },
): Promise<Delivery> => {
  const { ws } = engine;
  const [, command = '', rest = ''] = /^(\/\S+)\s*([\s\S]*)$/.exec(line.trim()) ?? [];
  const fail = (text: string, error: string): Delivery => {
    slackbotSays(engine, { channel, person, text });
    return { ok: false, ackMs: 0, error };
  };
  if (!ws.commands.some(({ name }) => name === command)) {
    return fail(`${command === '' ? line : command} is not a valid command.`, 'invalid_command');
  }
  const text = escapeText(ws, rest.trimEnd(), { withNames: true });
  const payload = commandPayload(engine, { person, channel, command, text });
  const delivery = await engine.courier.deliver({ kind: 'command', name: command, payload });
  if (!delivery.ok) {
    const failed = fail(
      `${command} failed with the error "${delivery.error ?? 'dispatch_failed'}".`,
      delivery.error ?? 'dispatch_failed',
    );
    return { ...failed, ...delivery };
  }
  if (delivery.body === undefined || delivery.body === '') return delivery;
  const grant = { channel: channel.id, person: person.id, messageTs: undefined, threadTs: undefined };
  const posted = postReply(engine, grant, delivery.body);
  if (posted.ok) return delivery;
  const failed = fail(
    `${command} failed with the error "invalid_command_response".`,
    'invalid_command_response',
  );
  return { ...delivery, ...failed, error: `invalid_command_response: ${posted.error.error}` };
};

const EVENT_OF_KIND = { public: 'message.channels', private: 'message.groups', im: 'message.im' } as const;
const TYPE_OF_KIND = { public: 'channel', private: 'group', im: 'im' } as const;

const emit = (engine: Engine, event: Record<string, unknown>): Promise<Delivery> =>
  engine.courier.deliverEvent({
    kind: 'event',
    name: String(event['type']),
    payload: eventPayload(engine.ws, event),
  });

/** The app hears what people write where it is a member, as far as it is subscribed. */
const announce = async (engine: Engine, channel: Channel, message: Message): Promise<void> => {
  const { ws } = engine;
  if (!channel.members.has(ws.botUserId)) return;
  const json = messageJson(ws, { channel, message }, { withMetadata: false, baseUrl: engine.baseUrl() });
  const event = {
    ...json,
    channel: channel.id,
    channel_type: TYPE_OF_KIND[channel.kind],
    event_ts: message.ts,
  };
  const text = String(json['text']);
  const events: Promise<Delivery>[] = [];
  if (ws.events.has(EVENT_OF_KIND[channel.kind])) events.push(emit(engine, event));
  if (channel.kind !== 'im' && text.includes(`<@${ws.botUserId}>`) && ws.events.has('app_mention')) {
    events.push(emit(engine, { ...event, type: 'app_mention' }));
  }
  await Promise.all(events);
};

export const say = async (
  engine: Engine,
  person: Member,
  { channel, text, threadTs }: { channel: Channel; text: string; threadTs: string | undefined },
): Promise<void> => {
  if (channel.archived) throw new Error(`#${channel.name} is archived.`);
  const parent = threadTs === undefined ? undefined : findMessage(channel, threadTs);
  if (threadTs !== undefined && parent === undefined) throw new Error(`There is no message ${threadTs}.`);
  const message = addMessage(engine.ws, {
    channel,
    author: person.id,
    origin: 'person',
    text: escapeText(engine.ws, text, { withNames: false }),
    threadTs: parent?.threadTs ?? parent?.ts,
  });
  await announce(engine, channel, message);
};

export const shareFile = async (
  engine: Engine,
  person: Member,
  { channel, file }: { channel: Channel; file: { name: string; content: string; title?: string } },
): Promise<void> => {
  const content = Buffer.from(file.content, 'utf8');
  const stored: StoredFile = {
    id: engine.ws.ids.next('F'),
    name: file.name,
    title: file.title ?? file.name,
    length: content.length,
    content,
    user: person.id,
    shared: { channel: channel.id, threadTs: undefined },
  };
  engine.ws.files.set(stored.id, stored);
  const message = addMessage(engine.ws, {
    channel,
    author: person.id,
    origin: 'person',
    text: '',
    files: [stored.id],
  });
  await announce(engine, channel, message);
  if (!engine.ws.events.has('file_shared') || !channel.members.has(engine.ws.botUserId)) return;
  await emit(engine, {
    type: 'file_shared',
    channel_id: channel.id,
    file_id: stored.id,
    user_id: person.id,
    file: fileJson(stored, engine.baseUrl()),
  });
};

export const openHome = async (engine: Engine, person: Member): Promise<Delivery> => {
  const { ws } = engine;
  const channel = openDirectMessages(ws, person);
  const view = ws.homes.get(person.id);
  if (!ws.events.has('app_home_opened')) return { ok: true, ackMs: 0 };
  return emit(engine, {
    type: 'app_home_opened',
    user: person.id,
    channel: channel.id,
    tab: 'home',
    ...(view === undefined ? {} : { view: viewJson(ws, view) }),
  });
};
