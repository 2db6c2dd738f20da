import { elementsOf, linesOf, optionsOf } from '../limits/walk.ts';
import { currentRevision, drawnBlocks, repliesTo } from './messages.ts';
import { stateValues } from './element-values.ts';
import type { StoredBlock } from '../limits/blocks.ts';
import type { Element } from '../limits/elements.ts';
import type { SandboxMessage, SandboxView } from '../public-types.ts';
import type { Channel, Message, Revision, View, Workspace } from './state.ts';

const elementText = (element: Element): string => {
  if (element.type === 'button') return `[${element.text.text}]`;
  const options = optionsOf(element).map((option) => option.text.text);
  return options.length === 0 ? '' : `[${options.join(' | ')}]`;
};

/** One line per row of a block: its texts, then its buttons as `[label]` and menus as `[a | b]`. */
export const visibleTextOf = (blocks: readonly StoredBlock[]): string =>
  blocks
    .map((block) => [...linesOf(block), ...elementsOf(block).map(elementText)].filter((part) => part !== ''))
    .filter((parts) => parts.length > 0)
    .map((parts) => parts.join(' '))
    .join('\n');

const messageText = (revision: Revision): string => {
  const attached = revision.attachments.flatMap((attachment) => [
    attachment.title ?? '',
    attachment.text ?? '',
  ]);
  const drawn = visibleTextOf(drawnBlocks(revision));
  // Blocks replace the text on screen; it remains for notifications only.
  const body = revision.blocks.length > 0 ? [] : [revision.text];
  return [...body, ...attached, drawn].filter((part) => part !== '').join('\n');
};

export const presentRevision = (
  ws: Workspace,
  { channel, message }: { channel: Channel; message: Message },
  index: number,
): SandboxMessage => {
  const revision = message.revisions[index] ?? currentRevision(message);
  return {
    ts: message.ts,
    channel: channel.id,
    user: message.author,
    ...(message.author === ws.botUserId ? { botId: ws.botId } : {}),
    text: revision.text,
    blocks: revision.blocks,
    attachments: revision.attachments,
    visibleText: messageText(revision),
    ...(message.threadTs === undefined ? {} : { threadTs: message.threadTs }),
    replyCount: repliesTo(channel, message.ts).filter((reply) => reply !== message).length,
    broadcast: message.broadcast,
    ...(message.ephemeralTo === undefined ? {} : { ephemeralTo: message.ephemeralTo }),
    ...(revision.metadata === undefined ? {} : { metadata: revision.metadata }),
    edited: revision.edited,
    pinned: channel.pins.includes(message.ts),
    deleted: message.deleted,
    revision: message.forgotten + index + 1,
    reactions: [...message.reactions].map(([name, users]) => ({ name, users: [...users] })),
    files: revision.files
      .flatMap((id) => ws.files.get(id) ?? [])
      .map(({ id, name, title }) => ({ id, name, title })),
  };
};

export const presentMessage = (ws: Workspace, channel: Channel, message: Message): SandboxMessage =>
  presentRevision(ws, { channel, message }, message.revisions.length - 1);

export const presentView = (view: View): SandboxView => ({
  id: view.id,
  type: view.type,
  title: view.definition.title,
  ...(view.definition.submit === undefined ? {} : { submit: view.definition.submit }),
  ...(view.definition.close === undefined ? {} : { close: view.definition.close }),
  callbackId: view.definition.callbackId,
  privateMetadata: view.definition.privateMetadata,
  blocks: view.definition.blocks,
  visibleText: visibleTextOf(view.definition.blocks),
  hash: view.hash,
  rootViewId: view.rootViewId,
  ...(view.previousViewId === undefined ? {} : { previousViewId: view.previousViewId }),
  errors: view.errors,
  values: stateValues(view.definition.blocks, view.entered),
});
