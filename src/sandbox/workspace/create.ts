import { createIds } from './ids.ts';
import type {
  SandboxChannelOptions,
  SandboxCommandOptions,
  SandboxOptions,
  SandboxPersonOptions,
  SandboxUserGroupOptions,
} from '../public-types.ts';
import type { Channel, Member, Workspace } from './state.ts';

const DEFAULT_PEOPLE: readonly SandboxPersonOptions[] = [
  { id: 'U0ANA', name: 'ana', realName: 'Ana Alves' },
  { id: 'U0BEN', name: 'ben', realName: 'Ben Baker' },
  { id: 'U0EVA', name: 'eva', realName: 'Eva Egger' },
  { id: 'U0OMAR', name: 'omar', realName: 'Omar Osei' },
  { id: 'U0GUY', name: 'guy', realName: 'Guy Guest', guest: true },
];

const DEFAULT_EVENTS = [
  'app_home_opened',
  'app_mention',
  'message.channels',
  'message.groups',
  'message.im',
] as const;

const BOT_USER_ID = 'U0TMINUS';

const defaultChannels = (people: readonly SandboxPersonOptions[]): readonly SandboxChannelOptions[] => {
  const everybody = people.map((person) => person.id);
  const full = people.filter((person) => person.guest !== true).map((person) => person.id);
  return [
    { id: 'C0DEPLOYS', name: 'deploys', members: everybody },
    { id: 'C0GENERAL', name: 'general', members: full, botIsMember: false },
    { id: 'C0OPS', name: 'ops', private: true, members: full, botIsMember: false },
  ];
};

const toMember = (person: SandboxPersonOptions): Member => ({
  id: person.id,
  name: person.name,
  realName: person.realName ?? person.name,
  guest: person.guest ?? false,
});

const toChannel = (channel: SandboxChannelOptions): Channel => ({
  id: channel.id,
  name: channel.name,
  kind: channel.private === true ? 'private' : 'public',
  archived: channel.archived ?? false,
  members: new Set([...channel.members, ...(channel.botIsMember === false ? [] : [BOT_USER_ID])]),
  messages: [],
  pins: [],
});

/** The fourth of the default people is on call; in another cast, the first. */
const defaultUserGroups = (people: readonly SandboxPersonOptions[]): readonly SandboxUserGroupOptions[] => {
  const onCall = people[3] ?? people[0];
  return [
    { id: 'S0ONCALL', handle: 'oncall', name: 'On call', users: onCall === undefined ? [] : [onCall.id] },
  ];
};

const DEFAULT_COMMANDS: readonly SandboxCommandOptions[] = [
  { name: '/deploy', usageHint: 'start production', description: 'Start and steer deployments' },
];

export const createWorkspace = (options: SandboxOptions, changed: () => void): Workspace => {
  const people = options.people ?? DEFAULT_PEOPLE;
  const channels = options.channels ?? defaultChannels(people);
  const now = options.now ?? (() => new Date());
  return {
    teamId: options.teamId ?? 'T0SANDBOX',
    botUserId: BOT_USER_ID,
    botId: 'B0TMINUS',
    appId: 'A0TMINUS',
    people: new Map(people.map((person) => [person.id, toMember(person)])),
    channels: new Map(channels.map((channel) => [channel.id, toChannel(channel)])),
    userGroups: options.userGroups ?? defaultUserGroups(people),
    commands: options.commands ?? DEFAULT_COMMANDS,
    events: new Set(options.events ?? DEFAULT_EVENTS),
    postsUnjoined: options.postsUnjoined ?? false,
    messageCharacters: options.limits?.messageCharacters ?? 13_000,
    stacks: new Map(),
    homes: new Map(),
    files: new Map(),
    choices: new Map(),
    ids: createIds(now),
    now,
    changed,
  };
};
