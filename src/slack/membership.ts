import type { WebClient } from '@slack/web-api';
import type { Refusal } from '../domain/refusal.ts';
import { refusal } from '../domain/refusal.ts';
import type { Log } from '../lib/log.ts';
import type { Instant } from '../lib/time.ts';
import { MINUTE, SECOND } from '../lib/time.ts';
import type { Place } from '../usecases/world.ts';
import { problemOf } from './messenger/problem.ts';
import { pages } from './pages.ts';

/** Membership changes sometimes. */
const KEPT = 2 * MINUTE;
/** Somebody who is told to join a channel comes back at once. */
const ABSENCE_KEPT = 5 * SECOND;

/** Of what Slack says of a person, what tells a full member of the workspace from everybody else. */
export type PersonFlags = {
  readonly is_restricted?: boolean;
  readonly is_ultra_restricted?: boolean;
  readonly is_bot?: boolean;
  readonly is_stranger?: boolean;
  readonly deleted?: boolean;
};

export const isFull = (flags: PersonFlags): boolean =>
  flags.is_restricted !== true &&
  flags.is_ultra_restricted !== true &&
  flags.is_bot !== true &&
  flags.is_stranger !== true &&
  flags.deleted !== true;

/** What came of asking Slack. */
type Look<T> =
  | { readonly kind: 'said'; readonly what: T }
  /** The installation has no right to ask this, and will not have it in a moment either. */
  | { readonly kind: 'not_open' }
  | { readonly kind: 'denied'; readonly error: string }
  | { readonly kind: 'silent' };

const NOT_OPEN: ReadonlySet<string> = new Set([
  'missing_scope',
  'unknown_method',
  'not_allowed_token_type',
  'method_deprecated',
  'no_permission',
]);
/** Slack knows of nobody of this id whom this workspace has anything to do with. */
const NOBODY: ReadonlySet<string> = new Set(['user_not_found', 'user_not_visible', 'users_not_found']);
/** The bot is not in a private channel. */
const NOT_SEEN: ReadonlySet<string> = new Set([
  'channel_not_found',
  'not_in_channel',
  'method_not_supported_for_channel_type',
]);

const UNKNOWN = refusal('person_unknown', 'Slack did not say who you are. Try again in a moment.');
const ABSENT = refusal(
  'not_a_member',
  'You are not in the channel of this deployment. Join it, then try again.',
);
const UNSEEN = refusal(
  'not_a_member',
  'I cannot see who is in the channel of this deployment. Invite me there with /invite, or do this in that channel.',
);

/** Whether somebody is a full member here. `reason` absent: they are a guest, a bot or of another company. */
export type Standing = { readonly isMember: true } | { readonly isMember: false; readonly reason?: Refusal };
const MEMBER: Standing = { isMember: true };

type Kept<T> = { readonly value: T; readonly at: Instant };

export type MembershipDeps = {
  readonly client: WebClient;
  readonly now: () => Instant;
  readonly log: Log;
  /** What the list of all people said of somebody; undefined: they did not stand in it. */
  readonly listed: (id: string) => boolean | undefined;
};

/**
 * Who is a full member of the workspace and of a channel. A payload that came from the channel itself proves that its
 * sender is in it. What Slack will never tell this installation stops nobody; what it fails to tell for a moment does.
 */
export const createMembership = (deps: MembershipDeps) => {
  const { client, now, listed } = deps;
  const people = new Map<string, Kept<boolean>>();
  const channels = new Map<string, Kept<ReadonlySet<string>>>();
  const asking = new Map<string, Promise<Look<ReadonlySet<string>>>>();
  const look = lookWith(deps);

  const inWorkspace = async (id: string): Promise<Standing> => {
    const flag = listed(id);
    if (flag !== undefined) return { isMember: flag };
    const known = people.get(id);
    if (known !== undefined && now() - known.at < KEPT) return { isMember: known.value };
    const found = await look('users.info', async () =>
      isFull((await client.users.info({ user: id })).user ?? {}),
    );
    if (found.kind === 'not_open') return MEMBER;
    if (found.kind === 'denied' && NOBODY.has(found.error)) return { isMember: false };
    if (found.kind === 'said') {
      people.set(id, { value: found.what, at: now() });
      return { isMember: found.what };
    }
    return known === undefined ? { isMember: false, reason: UNKNOWN } : { isMember: known.value };
  };

  /** People who act at the same time share one question. */
  const membersOf = (channel: string): Promise<Look<ReadonlySet<string>>> => {
    const open = asking.get(channel);
    if (open !== undefined) return open;
    const asked = look('conversations.members', () => listMembers(client, channel)).finally(() =>
      asking.delete(channel),
    );
    asking.set(channel, asked);
    return asked;
  };

  const inChannel = async (channel: string, id: string): Promise<Standing> => {
    const known = channels.get(channel);
    const wasIn = known?.value.has(id) === true;
    if (known !== undefined && now() - known.at < (wasIn ? KEPT : ABSENCE_KEPT))
      return wasIn ? MEMBER : { isMember: false, reason: ABSENT };
    const found = await membersOf(channel);
    if (found.kind === 'said') channels.set(channel, { value: found.what, at: now() });
    return standingIn(found, { id, wasIn });
  };

  return async (id: string, { channel, from }: Place): Promise<Standing> => {
    const standing = await inWorkspace(id);
    return !standing.isMember || from === channel ? standing : inChannel(channel, id);
  };
};

const standingIn = (
  found: Look<ReadonlySet<string>>,
  { id, wasIn }: { readonly id: string; readonly wasIn: boolean },
): Standing => {
  switch (found.kind) {
    case 'said':
      return found.what.has(id) ? MEMBER : { isMember: false, reason: ABSENT };
    case 'not_open':
      return MEMBER;
    case 'denied':
      return { isMember: false, reason: NOT_SEEN.has(found.error) ? UNSEEN : UNKNOWN };
    case 'silent':
      return wasIn ? MEMBER : { isMember: false, reason: UNKNOWN };
  }
};

/** Asks, and tells apart what will be the same in a moment from what may not. A missing scope is said once. */
const lookWith = ({ log }: MembershipDeps) => {
  const said = new Set<string>();
  return async <T>(method: string, ask: () => Promise<T>): Promise<Look<T>> => {
    try {
      return { kind: 'said', what: await ask() };
    } catch (err) {
      const error = errorOf(err);
      if (error === undefined || !NOT_OPEN.has(error)) {
        log.warn({ err, method }, 'directory_look_failed');
        return error === undefined ? { kind: 'silent' } : { kind: 'denied', error };
      }
      if (!said.has(method)) log.warn({ method, error, needed: neededScope(err) }, 'directory_scope_missing');
      said.add(method);
      return { kind: 'not_open' };
    }
  };
};

/** Slack's definite answer; undefined: there was none. */
const errorOf = (err: unknown): string | undefined => {
  const problem = problemOf(err);
  return 'error' in problem ? problem.error : undefined;
};

const neededScope = (err: unknown): string | undefined => {
  const { data } = err as { readonly data?: { readonly needed?: unknown } };
  return typeof data?.needed === 'string' ? data.needed : undefined;
};

const listMembers = async (client: WebClient, channel: string): Promise<ReadonlySet<string>> =>
  new Set(
    await pages(async (cursor) => {
      const { members = [], response_metadata } = await client.conversations.members({
        channel,
        limit: 1000,
        ...cursor,
      });
      return { list: members, cursor: response_metadata?.next_cursor };
    }),
  );
