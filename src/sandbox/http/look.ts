import { canSee, findChannel, findMember } from '../workspace/channels.ts';
import { choicesOf, stateValues } from '../workspace/element-values.ts';
import { currentRevision, drawnBlocks, isVisibleTo, repliesTo, topLevel } from '../workspace/messages.ts';
import { presentMessage, presentView } from '../workspace/present.ts';
import { stackOf } from '../workspace/views.ts';
import type { SandboxMessage } from '../public-types.ts';
import type { Channel, Member, Message, Workspace } from '../workspace/state.ts';

/** A message as one person sees it, with what they picked in it. */
type SeenMessage = SandboxMessage & { values: Record<string, Record<string, unknown>> };

const seen = (
  ws: Workspace,
  person: Member,
  { channel, message }: { channel: Channel; message: Message },
): SeenMessage => ({
  ...presentMessage(ws, channel, message),
  values: stateValues(
    drawnBlocks(currentRevision(message)),
    choicesOf(ws, { person: person.id, channel: channel.id, ts: message.ts }),
  ),
});

const byTime = (a: Message, b: Message): number => Number(a.ts) - Number(b.ts);

const inChannel = (channel: Channel, person: Member): Message[] => {
  const own = channel.messages.filter(
    (message) =>
      message.ephemeralTo === person.id && message.threadTs === undefined && isVisibleTo(message, person),
  );
  return [...topLevel(channel), ...own].sort(byTime);
};

const inThread = (channel: Channel, person: Member, ts: string): Message[] => {
  const parent = channel.messages.filter((message) => message.ts === ts);
  const own = channel.messages.filter(
    (message) => message.ephemeralTo === person.id && message.threadTs === ts && !message.deleted,
  );
  return [...parent, ...[...repliesTo(channel, ts), ...own].sort(byTime)];
};

/** What never changes while the server runs. */
export const workspaceFacts = (ws: Workspace, panelTitle: string | undefined) => ({
  teamId: ws.teamId,
  bot: { id: ws.botUserId, name: 'tminus' },
  people: [...ws.people.values()],
  userGroups: ws.userGroups,
  commands: ws.commands,
  panelTitle: panelTitle ?? null,
});

type LookAt = {
  readonly person: string;
  readonly channel?: string | undefined;
  readonly thread?: string | undefined;
};

/** Everything one person's page shows; undefined when there is no such person. */
export const look = (ws: Workspace, at: LookAt) => {
  const person = findMember(ws, at.person);
  if (person === undefined) return undefined;
  const channels = [...ws.channels.values()].filter((channel) => canSee(channel, person));
  const wanted = at.channel === undefined ? undefined : findChannel(ws, at.channel);
  const channel = channels.find((each) => each === wanted);
  const home = ws.homes.get(person.id);
  const show = (messages: readonly Message[]): SeenMessage[] =>
    channel === undefined ? [] : messages.map((message) => seen(ws, person, { channel, message }));
  return {
    channels: channels.map((each) => ({
      id: each.id,
      name: each.name,
      kind: each.kind,
      archived: each.archived,
      isMember: each.members.has(person.id),
      members: each.members.size,
      latest: each.messages.findLast((message) => isVisibleTo(message, person))?.ts ?? '0',
    })),
    messages: channel === undefined ? [] : show(inChannel(channel, person)),
    thread:
      channel === undefined || at.thread === undefined ? [] : show(inThread(channel, person, at.thread)),
    views: stackOf(ws, person.id).map(presentView),
    home: home === undefined ? null : presentView(home),
  };
};
