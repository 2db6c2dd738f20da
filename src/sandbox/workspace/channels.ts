import type { Channel, Member, Workspace } from './state.ts';

/** By id or name, with or without `#`. */
export const findChannel = (ws: Workspace, idOrName: string): Channel | undefined => {
  const name = idOrName.replace(/^#/, '');
  return ws.channels.get(idOrName) ?? [...ws.channels.values()].find((channel) => channel.name === name);
};

/** By id or name, with or without `@`. */
export const findMember = (ws: Workspace, idOrName: string): Member | undefined => {
  const name = idOrName.replace(/^@/, '');
  return ws.people.get(idOrName) ?? [...ws.people.values()].find((person) => person.name === name);
};

export const canSee = (channel: Channel, person: Member): boolean =>
  channel.members.has(person.id) || (channel.kind === 'public' && !person.guest);

/** The direct messages of the bot and one person, opened when first needed. */
export const openDirectMessages = (ws: Workspace, person: Member): Channel => {
  const id = `D0${person.id.slice(1)}`;
  const existing = ws.channels.get(id);
  if (existing !== undefined) return existing;
  const channel: Channel = {
    id,
    name: person.name,
    kind: 'im',
    archived: false,
    members: new Set([person.id, ws.botUserId]),
    messages: [],
    pins: [],
  };
  ws.channels.set(id, channel);
  return channel;
};
