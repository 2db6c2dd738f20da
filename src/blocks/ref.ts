import { createHash } from 'node:crypto';

/** Filters of the phase modal. */
export const PHASE_FILTERS = ['open', 'mine', 'red', 'all'] as const;
export type PhaseFilter = (typeof PHASE_FILTERS)[number];

/** What a button, a menu or a modal is about: ids only, never state. */
export type Ref = {
  readonly deploymentId: string;
  readonly itemId?: string;
  readonly phaseId?: string;
  readonly alertId?: string;
  readonly role?: string;
  /** Of a dialog for the second person: the ask for a rollback that it shows. */
  readonly ask?: string;
  /** Of a dialog: the channel it was opened in. */
  readonly channel?: string;
  /** Which by-click checks of a phase are meant. */
  readonly effect?: string;
  readonly filter?: PhaseFilter;
  /** Page of the phase modal, from 1. */
  readonly page?: number;
};

/** What the start modal remembers: where it was opened, and the deployment whose confirmations may be carried over. */
export type StartRef = { readonly channel: string; readonly carryOverFrom?: string };

const KEYS = {
  deploymentId: 'd',
  itemId: 'i',
  phaseId: 'p',
  alertId: 'a',
  role: 'r',
  ask: 'k',
  channel: 'c',
  effect: 'e',
  filter: 'f',
  page: 'n',
} as const satisfies Record<keyof Ref, string>;

/** An id as our own code and checklist files make them: visible characters, nothing else. */
const ID = /^[\p{L}\p{N}\p{P}\p{S}]{1,300}$/u;
const PAGE = /^[1-9]\d{0,3}$/;

/** `d=todo-42&i=backup`: for a button's value or a view's private_metadata. */
export const encodeRef = (ref: Ref): string => encode(ref, KEYS);

/** The ref of a value that came back from Slack; undefined when it is none of ours, or older than this code. */
export const decodeRef = (text: string | undefined): Ref | undefined => {
  const found = decode(text, KEYS);
  if (found === undefined) return undefined;
  const { deploymentId, page, filter, ...ids } = found;
  if (deploymentId === undefined || !Object.values({ deploymentId, ...ids }).every((id) => ID.test(id)))
    return undefined;
  if (page !== undefined && !PAGE.test(page)) return undefined;
  const known = PHASE_FILTERS.find((name) => name === filter);
  if (known === undefined && filter !== undefined) return undefined;
  return {
    deploymentId,
    ...ids,
    ...(page === undefined ? {} : { page: Number(page) }),
    ...(known === undefined ? {} : { filter: known }),
  };
};

const START_KEYS = { channel: 'c', carryOverFrom: 'o' } as const satisfies Record<keyof StartRef, string>;

export const encodeStartRef = (ref: StartRef): string => encode(ref, START_KEYS);

export const decodeStartRef = (text: string | undefined): StartRef | undefined => {
  const found = decode(text, START_KEYS);
  if (found?.channel === undefined || !Object.values(found).every((id) => ID.test(id))) return undefined;
  const { channel, carryOverFrom } = found;
  return { channel, ...(carryOverFrom === undefined ? {} : { carryOverFrom }) };
};

const encode = <K extends string>(
  ref: { readonly [key in K]?: string | number },
  keys: Record<K, string>,
): string =>
  (Object.keys(keys) as K[])
    .flatMap((name) => {
      const value = ref[name];
      return value === undefined ? [] : [`${keys[name]}=${encodeURIComponent(value)}`];
    })
    .join('&');

const decode = <K extends string>(
  text: string | undefined,
  keys: Record<K, string>,
): { readonly [key in K]?: string } | undefined => {
  if (text === undefined || text === '') return undefined;
  const names = new Map((Object.keys(keys) as K[]).map((name) => [keys[name], name]));
  const found: { [key in K]?: string } = {};
  for (const pair of text.split('&')) {
    const [key = '', value, more] = pair.split('=');
    const name = names.get(key);
    const plain = value === undefined || more !== undefined ? undefined : decoded(value);
    if (name === undefined || plain === undefined || found[name] !== undefined) return undefined;
    found[name] = plain;
  }
  return found;
};

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not one of our texts; the caller answers for that.
    return undefined;
  }
};

/** Options of a menu or a box hold at most 75 characters in Slack's own types. */
const LONGEST_OPTION = 75;
const LONGEST_BLOCK_ID = 255;

/** An id as the value of an option. Ids too long for Slack are cut and told apart by a hash. */
export const optionValue = (id: string): string => shortened(id, LONGEST_OPTION);

/** A block's id: stable as long as the row stands for the same thing, so that Slack keeps its place. */
export const blockId = (zone: string, id: string): string => shortened(`${zone}.${id}`, LONGEST_BLOCK_ID);

/** A block of menus carries the deployment in its id, since an option has no room for it. */
export const menuBlockId = (zone: string, deploymentId: string): string => `${zone}@${deploymentId}`;

/** The deployment of a menu, from the id of its block. */
export const menuDeployment = (id: string): string | undefined => /^[a-z_]+@(\S+)$/.exec(id)?.[1];

const shortened = (text: string, longest: number): string =>
  text.length <= longest
    ? text
    : `${text.slice(0, longest - 13)}~${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
