import type { StoredBlock } from '../limits/blocks.ts';
import type {
  SandboxAttachment,
  SandboxCommandOptions,
  SandboxMetadata,
  SandboxUserGroupOptions,
} from '../public-types.ts';
import type { Ids } from './ids.ts';

export type Member = {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly guest: boolean;
};

export type Channel = {
  readonly id: string;
  readonly name: string;
  readonly kind: 'public' | 'private' | 'im';
  readonly archived: boolean;
  /** Ids of people and, when it is in, of the bot. */
  readonly members: Set<string>;
  readonly messages: Message[];
  /** Timestamps. */
  readonly pins: string[];
};

/** One state a message was in. */
export type Revision = {
  readonly text: string;
  readonly blocks: readonly StoredBlock[];
  readonly attachments: readonly SandboxAttachment[];
  readonly metadata: SandboxMetadata | undefined;
  readonly edited: boolean;
  /** File ids. */
  readonly files: readonly string[];
};

/** Where a message came from decides who may change it: only `api` messages can be updated with chat.update. */
export type MessageOrigin = 'api' | 'respond' | 'person' | 'slackbot';

export type Message = {
  readonly ts: string;
  readonly channel: string;
  /** User id. */
  readonly author: string;
  readonly origin: MessageOrigin;
  readonly threadTs: string | undefined;
  readonly broadcast: boolean;
  /** Person id; undefined: everybody in the channel sees it. */
  readonly ephemeralTo: string | undefined;
  /** Oldest first, never empty; the last one is current. */
  readonly revisions: [Revision, ...Revision[]];
  /** How many older revisions were forgotten. */
  forgotten: number;
  deleted: boolean;
  readonly reactions: Map<string, Set<string>>;
};

export type View = {
  readonly id: string;
  readonly type: 'modal' | 'home';
  readonly person: string;
  readonly rootViewId: string;
  readonly previousViewId: string | undefined;
  definition: ViewContent;
  hash: string;
  /** By block_id, from the last submission. */
  errors: Record<string, string>;
  /** What the person typed or picked, by block_id and action_id. */
  readonly entered: Entered;
};

export type ViewContent = {
  readonly title: string;
  readonly submit: string | undefined;
  readonly close: string | undefined;
  readonly blocks: readonly StoredBlock[];
  readonly privateMetadata: string;
  readonly callbackId: string;
  readonly externalId: string;
  readonly clearOnClose: boolean;
  readonly notifyOnClose: boolean;
};

/** Values of elements a person touched: block_id -> action_id -> the element's entry in `state.values`. */
export type Entered = Map<string, Map<string, Record<string, unknown>>>;

export type StoredFile = {
  readonly id: string;
  readonly name: string;
  title: string;
  readonly length: number;
  content: Buffer | undefined;
  readonly user: string;
  /** Where it was shared; undefined until the upload is completed. */
  shared: { channel: string; threadTs: string | undefined } | undefined;
};

/** Everything the local workspace knows. One process, one thread: functions change it in place. */
export type Workspace = {
  readonly teamId: string;
  readonly botUserId: string;
  readonly botId: string;
  readonly appId: string;
  readonly people: ReadonlyMap<string, Member>;
  readonly channels: Map<string, Channel>;
  readonly userGroups: readonly SandboxUserGroupOptions[];
  readonly commands: readonly SandboxCommandOptions[];
  readonly events: ReadonlySet<string>;
  readonly postsUnjoined: boolean;
  readonly messageCharacters: number;
  /** Open modals by person, bottom first. */
  readonly stacks: Map<string, View[]>;
  readonly homes: Map<string, View>;
  readonly files: Map<string, StoredFile>;
  /** Choices made in messages, by `person channel ts`. */
  readonly choices: Map<string, Entered>;
  readonly ids: Ids;
  readonly now: () => Date;
  /** Called after every change that a person could see. */
  readonly changed: () => void;
};
