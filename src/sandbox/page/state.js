/**
 * What the page knows. `facts` come once, `look` after every change, the rest is this window's own.
 * @typedef {{ id: string, name: string, realName: string, guest: boolean }} Person
 * @typedef {{ id: string, name: string, kind: 'public' | 'private' | 'im', archived: boolean, isMember: boolean, members: number, latest: string }} Channel
 * @typedef {Record<string, any> & { type: string, block_id: string }} Block
 * @typedef {{ ts: string, channel: string, user: string, botId?: string, text: string, blocks: Block[], attachments: any[], threadTs?: string,
 *   replyCount: number, broadcast: boolean, ephemeralTo?: string, edited: boolean, pinned: boolean, deleted: boolean, revision: number,
 *   reactions: { name: string, users: string[] }[], files: { id: string, name: string, title: string }[],
 *   values: Record<string, Record<string, any>> }} Message
 * @typedef {{ id: string, type: 'modal' | 'home', title: string, submit?: string, close?: string, blocks: Block[], hash: string,
 *   previousViewId?: string, errors: Record<string, string>, values: Record<string, Record<string, any>> }} View
 * @typedef {{ channels: Channel[], messages: Message[], thread: Message[], views: View[], home: View | null }} Look
 * @typedef {{ teamId: string, bot: { id: string, name: string }, people: Person[],
 *   userGroups: { id: string, handle: string, users: string[] }[],
 *   commands: { name: string, usageHint?: string, description?: string }[], panelTitle: string | null, me: string }} Facts
 */

/** @type {{ facts: Facts | undefined, look: Look, place: Place, busy: Set<string>, failed: Map<string, string>, seen: Map<string, string> }} */
export const state = {
  facts: undefined,
  look: { channels: [], messages: [], thread: [], views: [], home: null },
  place: { person: '', channel: '', thread: '', tab: 'channel' },
  /** Elements whose click the app has not acknowledged yet, and those where it never did. */
  busy: new Set(),
  failed: new Map(),
  /** Newest message seen, by person and channel. */
  seen: new Map(),
};

/**
 * Where this window is; kept in the address, so that two windows can be two people.
 * @typedef {{ person: string, channel: string, thread: string, tab: 'channel' | 'home' }} Place
 */

/** @returns {Facts} */
export const facts = () => {
  if (state.facts === undefined) throw new Error('The workspace has not been read yet.');
  return state.facts;
};

/** @returns {Place} */
export const readPlace = () => {
  const query = new URLSearchParams(location.hash.slice(1));
  const [, archive = '', message = ''] = /^\/archives\/([^/]+)\/p(\d+)/.exec(location.pathname) ?? [];
  const linked = message === '' ? '' : `${message.slice(0, -6)}.${message.slice(-6)}`;
  return {
    person: query.get('person') ?? '',
    channel: query.get('channel') ?? archive,
    thread: query.get('thread') ?? new URLSearchParams(location.search).get('thread_ts') ?? linked,
    tab: query.get('tab') === 'home' ? 'home' : 'channel',
  };
};

export const writePlace = () => {
  const { person, channel, thread, tab } = state.place;
  const query = new URLSearchParams({
    person,
    channel,
    ...(thread === '' ? {} : { thread }),
    ...(tab === 'home' ? { tab } : {}),
  });
  history.replaceState(null, '', `/#${query}`);
};
