import { WebClient } from '@slack/web-api';
import type { Environment } from '../domain/checklist.ts';
import type { Actor, Policy, RoleHolders } from '../domain/situation.ts';
import type { Log } from '../lib/log.ts';
import type { Instant } from '../lib/time.ts';
import { MINUTE } from '../lib/time.ts';
import type { People, Person } from '../usecases/world.ts';
import { quietLogger } from './quiet-logger.ts';

export type DirectoryOptions = {
  readonly token: string;
  readonly apiUrl: string;
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => Date;
  readonly log: Log;
};

/** Names change rarely, membership sometimes. */
const NAMES_KEPT = 10 * MINUTE;
const PEOPLE_KEPT = 2 * MINUTE;

type Member = { readonly isGuest: boolean };
type Names = {
  readonly byHandle: ReadonlyMap<string, string>;
  readonly groups: ReadonlyMap<string, readonly string[]>;
};

/**
 * Who is who in the workspace. Everything it knows is looked up and kept for a while; when Slack does not answer, what
 * was known before still holds, and people are matched by the id and name in their own payloads.
 */
export const createDirectory = (
  options: DirectoryOptions,
): People & { readonly refresh: () => Promise<void> } => {
  const client = new WebClient(options.token, {
    slackApiUrl: options.apiUrl,
    timeout: 2000,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    fetch: options.fetch,
    logger: quietLogger(options.log),
  });
  let names: Names = { byHandle: new Map(), groups: new Map() };
  let namesAt: Instant | undefined;
  let refreshing: Promise<void> | undefined;
  const members = new Map<string, { readonly member: Member; readonly at: Instant }>();
  const channels = new Map<string, string>();
  const now = () => options.now().getTime();

  const refresh = async (): Promise<void> => {
    const looked = await Promise.all([listPeople(client, options.log), listGroups(client, options.log)]);
    names = { byHandle: looked[0] ?? names.byHandle, groups: looked[1] ?? names.groups };
    namesAt = now();
  };
  const keepFresh = async (): Promise<void> => {
    if (namesAt !== undefined && now() - namesAt < NAMES_KEPT) return;
    refreshing ??= refresh().finally(() => (refreshing = undefined));
    // Only the very first look is waited for; later ones happen beside the work.
    if (namesAt === undefined) await refreshing;
  };

  const holdersOf = (entries: readonly string[] | undefined): RoleHolders =>
    entries === undefined || entries.length === 0
      ? 'anyone'
      : [...new Set(entries.flatMap((entry) => idsOf(entry, names)))];

  const isFullMember = async (person: Person): Promise<boolean> => {
    const known = members.get(person.id);
    if (known !== undefined && now() - known.at < PEOPLE_KEPT) return !known.member.isGuest;
    const looked = await lookUp(client, person.id, options.log);
    if (looked !== undefined) members.set(person.id, { member: looked, at: now() });
    // Somebody Slack lets click here and cannot tell us about is taken for what most are.
    return !(looked ?? known?.member ?? { isGuest: false }).isGuest;
  };

  return {
    refresh,
    nameOf: (id) => nameIn(names, id),
    policyOf: (environment): Policy => ({
      fourEyes: environment.fourEyes,
      holders: (role) => holdersOf(environment.people[role]),
    }),
    actor: async (person, environment, _channel): Promise<Actor> => {
      await keepFresh();
      const isMember = await isFullMember(person);
      return { id: person.id, roles: rolesOf(person, environment, names), isFullMember: isMember };
    },
    channelId: async (nameOrId) => {
      if (/^[CGD][A-Z0-9]{2,}$/.test(nameOrId)) return nameOrId;
      const name = nameOrId.replace(/^#/, '');
      if (!channels.has(name))
        for (const [key, id] of await listChannels(client, options.log)) channels.set(key, id);
      return channels.get(name);
    },
  };
};

const nameIn = ({ byHandle }: Names, id: string): string => {
  const known = [...byHandle].find(([, person]) => person === id);
  return known === undefined ? id : `@${known[0]}`;
};

/** The people an entry of the environment file stands for: an id, an `@name`, a group's id or handle. */
const idsOf = (entry: string, { byHandle, groups }: Names): readonly string[] => {
  const group = groups.get(entry);
  if (group !== undefined) return group;
  const id = byHandle.get(entry.replace(/^@/, '').toLowerCase());
  return [id ?? entry];
};

const rolesOf = (person: Person, { people }: Environment, names: Names): readonly string[] =>
  Object.entries(people)
    .filter(([, entries]) =>
      entries.some(
        (entry) =>
          idsOf(entry, names).includes(person.id) ||
          (person.name !== '' && entry.toLowerCase() === `@${person.name.toLowerCase()}`),
      ),
    )
    .map(([role]) => role);

const tolerant = async <T>(work: () => Promise<T>, log: Log, what: string): Promise<T | undefined> => {
  try {
    return await work();
  } catch (err) {
    log.warn({ err }, `directory_${what}_unknown`);
    return undefined;
  }
};

const MOST_PAGES = 20;

/** Follows a cursor to its end. */
const pages = async <T>(
  ask: (cursor: string | undefined) => Promise<{ list: readonly T[]; cursor: string | undefined }>,
): Promise<readonly T[]> => {
  const all: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await ask(cursor);
    all.push(...answer.list);
    if (answer.cursor === undefined || answer.cursor === '') break;
    ({ cursor } = answer);
  }
  return all;
};

const withCursor = (cursor: string | undefined) => (cursor === undefined ? {} : { cursor });

const listPeople = (client: WebClient, log: Log) =>
  tolerant(
    async () => {
      const people = await pages(async (cursor) => {
        const { members = [], response_metadata } = await client.users.list({
          limit: 200,
          ...withCursor(cursor),
        });
        return { list: members, cursor: response_metadata?.next_cursor };
      });
      return new Map(
        people.flatMap(({ id, name }) =>
          id === undefined || name === undefined ? [] : [[name.toLowerCase(), id]],
        ),
      );
    },
    log,
    'people',
  );

const listGroups = (client: WebClient, log: Log) =>
  tolerant(
    async () => {
      const { usergroups = [] } = await client.usergroups.list({ include_users: true });
      return new Map(
        usergroups.flatMap(({ id, handle, users = [] }) => [
          ...(id === undefined ? [] : [[id, users] as const]),
          ...(handle === undefined ? [] : [[`@${handle}`, users] as const]),
        ]),
      );
    },
    log,
    'groups',
  );

const listChannels = async (client: WebClient, log: Log): Promise<ReadonlyMap<string, string>> => {
  const found = await tolerant(
    () =>
      pages(async (cursor) => {
        const { channels = [], response_metadata } = await client.conversations.list({
          limit: 200,
          exclude_archived: true,
          types: 'public_channel,private_channel',
          ...withCursor(cursor),
        });
        return { list: channels, cursor: response_metadata?.next_cursor };
      }),
    log,
    'channels',
  );
  return new Map(
    (found ?? []).flatMap(({ id, name }) => (id === undefined || name === undefined ? [] : [[name, id]])),
  );
};

const lookUp = (client: WebClient, id: string, log: Log): Promise<Member | undefined> =>
  tolerant(
    async () => {
      const { user } = await client.users.info({ user: id });
      return { isGuest: user?.is_restricted === true || user?.is_ultra_restricted === true };
    },
    log,
    'person',
  );
