import { WebClient } from '@slack/web-api';
import type { Environment } from '../domain/checklist.ts';
import type { Actor, Policy, RoleHolders } from '../domain/situation.ts';
import type { Log } from '../lib/log.ts';
import type { Instant } from '../lib/time.ts';
import { stated } from '../lib/stated.ts';
import { MINUTE } from '../lib/time.ts';
import type { People as Directory, Person } from '../usecases/world.ts';
import type { PersonFlags } from './membership.ts';
import { createMembership, isFull } from './membership.ts';
import { pages } from './pages.ts';
import { quietLogger } from './quiet-logger.ts';

export type DirectoryOptions = {
  readonly token: string;
  readonly apiUrl: string;
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => Date;
  readonly log: Log;
};

/** Names change rarely. */
const NAMES_KEPT = 10 * MINUTE;
/** A channel that was not found may be one the bot is invited to right now. */
const MISS_KEPT = MINUTE;

type People = {
  readonly byHandle: ReadonlyMap<string, string>;
  /** Id -> whether it is a full member of the workspace. */
  readonly areFull: ReadonlyMap<string, boolean>;
};
type Names = People & {
  readonly groups: ReadonlyMap<string, readonly string[]>;
};

/**
 * Who is who in the workspace. Everything it knows is looked up and kept for a while; when Slack does not answer, what
 * was known before still holds, and people are matched by the id and name in their own payloads.
 */
export const createDirectory = (
  options: DirectoryOptions,
): Directory & { readonly refresh: () => Promise<void> } => {
  const client = new WebClient(options.token, {
    slackApiUrl: options.apiUrl,
    timeout: 2000,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    fetch: options.fetch,
    logger: quietLogger(options.log),
  });
  let names: Names = { byHandle: new Map(), areFull: new Map(), groups: new Map() };
  let namesAt: Instant | undefined;
  let refreshing: Promise<void> | undefined;
  const now = () => options.now().getTime();
  const standingOf = createMembership({
    client,
    now,
    log: options.log,
    listed: (id) => names.areFull.get(id),
  });
  const channelId = channelFinder(client, { now, log: options.log });

  const refresh = async (): Promise<void> => {
    const looked = await Promise.all([listPeople(client, options.log), listGroups(client, options.log)]);
    names = { ...names, ...looked[0], groups: looked[1] ?? names.groups };
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

  return {
    refresh,
    nameOf: (id) => nameIn(names, id),
    policyOf: (environment): Policy => ({
      fourEyes: environment.fourEyes,
      holders: (role) => holdersOf(environment.people[role]),
    }),
    actor: async (person, environment, place): Promise<Actor> => {
      await keepFresh();
      const standing = await standingOf(person.id, place);
      return {
        id: person.id,
        roles: rolesOf(person, environment, names),
        isFullMember: standing.isMember,
        ...stated({ refused: standing.isMember ? undefined : standing.reason }),
      };
    },
    channelId,
  };
};

/** Channels by name. Those that are not there are remembered for a while: the whole list is long, and people wait for it. */
const channelFinder = (
  client: WebClient,
  { now, log }: { now: () => Instant; log: Log },
): Directory['channelId'] => {
  const channels = new Map<string, string>();
  let listedAt = Number.NEGATIVE_INFINITY;
  return async (nameOrId) => {
    if (/^[CGD][A-Z0-9]{2,}$/.test(nameOrId)) return nameOrId;
    const name = nameOrId.replace(/^#/, '');
    if (!channels.has(name) && now() - listedAt >= MISS_KEPT) {
      for (const [key, id] of await listChannels(client, log)) channels.set(key, id);
      listedAt = now();
    }
    return channels.get(name);
  };
};

const nameIn = ({ byHandle }: Names, id: string): string => {
  const known = [...byHandle].find(([, person]) => person === id);
  return known === undefined ? id : `@${known[0]}`;
};

/** The people an entry of the environment file stands for: an id, an `@name`, a group's id or handle. */
const idsOf = (entry: string, { areFull, byHandle, groups }: Names): readonly string[] => {
  // An id means that person, even if somebody else calls themselves like it.
  if (areFull.has(entry)) return [entry];
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

const listPeople = (client: WebClient, log: Log) =>
  tolerant(
    async () => {
      const people = await pages(async (cursor) => {
        const { members = [], response_metadata } = await client.users.list({
          limit: 200,
          ...cursor,
        });
        return { list: members, cursor: response_metadata?.next_cursor };
      });
      return peopleIn(people);
    },
    log,
    'people',
  );

type Listed = PersonFlags & { readonly id?: string; readonly name?: string };

const peopleIn = (people: readonly Listed[]): People => ({
  byHandle: new Map(
    people.flatMap(({ id, name }) =>
      id === undefined || name === undefined ? [] : [[name.toLowerCase(), id]],
    ),
  ),
  areFull: new Map(people.flatMap((one) => (one.id === undefined ? [] : [[one.id, isFull(one)]]))),
});

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
          ...cursor,
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
