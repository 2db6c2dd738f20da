import type { StoredBlock } from '../limits/blocks.ts';
import type { SandboxAttachment, SandboxMetadata } from '../public-types.ts';
import type { Channel, Member, Message, MessageOrigin, Revision, Workspace } from './state.ts';

export type MessageDraft = {
  readonly channel: Channel;
  readonly author: string;
  readonly origin: MessageOrigin;
  readonly text: string;
  readonly blocks?: readonly StoredBlock[] | undefined;
  readonly attachments?: readonly SandboxAttachment[] | undefined;
  readonly metadata?: SandboxMetadata | undefined;
  readonly threadTs?: string | undefined;
  readonly broadcast?: boolean | undefined;
  readonly ephemeralTo?: string | undefined;
  readonly files?: readonly string[];
};

/** A card that is redrawn every few seconds for days must not fill the memory. */
const MAX_REVISIONS = 1000;

export const currentRevision = (message: Message): Revision =>
  message.revisions.at(-1) ?? message.revisions[0];

export const addMessage = (ws: Workspace, draft: MessageDraft): Message => {
  const message: Message = {
    ts: ws.ids.ts(),
    channel: draft.channel.id,
    author: draft.author,
    origin: draft.origin,
    threadTs: draft.threadTs,
    broadcast: draft.broadcast ?? false,
    ephemeralTo: draft.ephemeralTo,
    revisions: [
      {
        text: draft.text,
        blocks: draft.blocks ?? [],
        attachments: draft.attachments ?? [],
        metadata: draft.metadata,
        edited: false,
        files: draft.files ?? [],
      },
    ],
    forgotten: 0,
    deleted: false,
    reactions: new Map(),
  };
  draft.channel.messages.push(message);
  ws.changed();
  return message;
};

export const reviseMessage = (ws: Workspace, message: Message, change: Partial<Revision>): void => {
  message.revisions.push({ ...currentRevision(message), ...change });
  if (message.revisions.length > MAX_REVISIONS) {
    message.revisions.splice(0, 1);
    message.forgotten += 1;
  }
  ws.changed();
};

/** Replies, oldest first, without the parent and without ephemerals. */
export const repliesTo = (channel: Channel, ts: string): Message[] =>
  channel.messages.filter(
    (message) => message.threadTs === ts && message.ephemeralTo === undefined && !message.deleted,
  );

export const findMessage = (channel: Channel, ts: string): Message | undefined =>
  channel.messages.find((message) => message.ts === ts && !message.deleted);

export const removeMessage = (ws: Workspace, channel: Channel, message: Message): void => {
  message.deleted = true;
  const pin = channel.pins.indexOf(message.ts);
  if (pin >= 0) channel.pins.splice(pin, 1);
  ws.changed();
};

/** What stands in the channel itself: not replies, unless also sent to the channel; a deleted parent stays as a stub. */
export const topLevel = (channel: Channel): Message[] =>
  channel.messages.filter(
    (message) =>
      message.ephemeralTo === undefined &&
      (message.threadTs === undefined || message.threadTs === message.ts || message.broadcast) &&
      (!message.deleted || repliesTo(channel, message.ts).length > 0),
  );

export const isVisibleTo = (message: Message, person: Member): boolean =>
  !message.deleted && (message.ephemeralTo === undefined || message.ephemeralTo === person.id);

/** Every block that is drawn, those of attachments included. */
export const drawnBlocks = (revision: Revision): StoredBlock[] => [
  ...revision.blocks,
  ...revision.attachments.flatMap((attachment) => attachment.blocks ?? []),
];
