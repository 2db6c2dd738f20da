import type { StoredBlock } from './limits/blocks.ts';

export type SandboxPersonOptions = {
  readonly id: string;
  readonly name: string;
  readonly realName?: string;
  /** A guest sees only the channels they are a member of, and `users.info` says is_restricted. */
  readonly guest?: boolean;
};

export type SandboxChannelOptions = {
  readonly id: string;
  readonly name: string;
  readonly private?: boolean;
  readonly archived?: boolean;
  /** Ids of people. */
  readonly members: readonly string[];
  /** Default true. */
  readonly botIsMember?: boolean;
};

export type SandboxUserGroupOptions = {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  readonly users: readonly string[];
};

export type SandboxCommandOptions = {
  /** With the slash: `/deploy`. */
  readonly name: string;
  readonly usageHint?: string;
  readonly description?: string;
};

/** A side panel of the page: a few lines of state and buttons that act outside Slack. */
export type SandboxPanel = {
  readonly title: string;
  readonly state: () => Promise<{
    text: string;
    actions: { id: string; label: string; danger?: boolean }[];
  }>;
  readonly run: (id: string) => Promise<void>;
};

export type SandboxOptions = {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 or absent: a free port. */
  readonly port?: number;
  readonly teamId?: string;
  readonly botToken: string;
  /** Needed for Socket Mode. */
  readonly appToken?: string;
  /** Needed with `requestUrl`. */
  readonly signingSecret?: string;
  /** Set: payloads are delivered there as signed HTTP POSTs. Absent: over Socket Mode connections. */
  readonly requestUrl?: string;
  readonly people?: readonly SandboxPersonOptions[];
  readonly channels?: readonly SandboxChannelOptions[];
  readonly userGroups?: readonly SandboxUserGroupOptions[];
  /** Slash commands of the app; anything else is answered as unknown. Default `/deploy`. */
  readonly commands?: readonly SandboxCommandOptions[];
  /** Event types the app is subscribed to, as in its manifest (`message.channels`, `app_home_opened` ...). */
  readonly events?: readonly string[];
  /** The scope chat:write.public: the bot may post to public channels it is not a member of. Default false. */
  readonly postsUnjoined?: boolean;
  /** Clock of message timestamps, trigger ids, response urls and rate limits. Default: the real one. */
  readonly now?: () => Date;
  readonly limits?: {
    /** All readable text in the blocks of one message. Default 13000. */
    readonly messageCharacters?: number;
    /** `bucket` (default): a full bucket per method, refilled evenly. `window`: at most N calls in any 60 s. */
    readonly rate?: 'bucket' | 'window' | 'off';
  };
  readonly panel?: SandboxPanel;
};

export type SandboxFile = {
  id: string;
  name: string;
  title: string;
  content: string;
  user: string;
  channel?: string;
  threadTs?: string;
};

export type SandboxMessage = {
  ts: string;
  /** Channel id. */
  channel: string;
  /** User id of the author, the bot's for what the bot wrote. */
  user: string;
  botId?: string;
  /** The fallback text; with blocks, people do not see it. */
  text: string;
  blocks: readonly StoredBlock[];
  attachments: readonly SandboxAttachment[];
  /** Everything a person reads, one line per block row, buttons as `[label]`. */
  visibleText: string;
  threadTs?: string;
  replyCount: number;
  /** The reply was also sent to the channel. */
  broadcast: boolean;
  /** Only this person sees it. */
  ephemeralTo?: string;
  metadata?: SandboxMetadata;
  edited: boolean;
  pinned: boolean;
  /** Deleted, but kept as the stub of its thread. */
  deleted: boolean;
  /** Counts from 1; grows with every update. */
  revision: number;
  reactions: { name: string; users: string[] }[];
  files: { id: string; name: string; title: string }[];
};

export type SandboxAttachment = {
  color?: string | undefined;
  fallback?: string | undefined;
  title?: string | undefined;
  text?: string | undefined;
  blocks?: readonly StoredBlock[] | undefined;
};

export type SandboxMetadata = { event_type: string; event_payload: Record<string, unknown> };

export type SandboxView = {
  id: string;
  type: 'modal' | 'home';
  title: string;
  submit?: string;
  close?: string;
  callbackId: string;
  privateMetadata: string;
  blocks: readonly StoredBlock[];
  visibleText: string;
  hash: string;
  rootViewId: string;
  previousViewId?: string;
  /** Field errors shown now, by block_id. */
  errors: Record<string, string>;
  /** `state.values` as the app would get it. */
  values: Record<string, Record<string, unknown>>;
};

/** What became of one payload given to the app. */
export type Delivery = {
  /** The app acknowledged in time and its answer could be used. */
  ok: boolean;
  ackMs: number;
  envelopeId?: string;
  /** The payload of the ack. */
  body?: unknown;
  /** Field errors by block_id: from the app, or from Slack's own form checks (then nothing was delivered). */
  errors?: Record<string, string>;
  /** Why it is not ok: operation_timeout, no_connection, http_404, invalid_command_response ... */
  error?: string;
};

export type SandboxTarget = {
  /** Id or name. Absent: wherever the person sees the action. */
  channel?: string;
  ts?: string;
  viewId?: string;
  actionId: string;
  blockId?: string;
  /** Of the button: tells rows apart that share action ids. */
  value?: string;
};

export type SandboxPerson = {
  id: string;
  name: string;
  /** Types a slash command into a channel (default: the first channel of the workspace the person is in). */
  command(text: string, channel?: string): Promise<Delivery>;
  /** Presses a button; a confirmation dialog is confirmed. Throws when the button is not drawn for this person. */
  click(target: SandboxTarget): Promise<Delivery>;
  /**
   * Presses the button, or picks the menu option, with this visible text. `near` picks the row: text in the same
   * block, directly above it, or in the message. Throws when nothing or more than one thing fits.
   */
  clickLabel(channel: string, label: string, near?: string): Promise<Delivery>;
  /** The same in the top modal, or in App Home when no modal is open. */
  clickInView(label: string, near?: string): Promise<Delivery>;
  /** Picks in a select, overflow, radio or checkbox group: option values, ids, dates; several for checkboxes. */
  choose(target: SandboxTarget, value: string | readonly string[]): Promise<Delivery>;
  /** Modal stack, bottom first. */
  views(): SandboxView[];
  /** The modal on top. */
  view(): SandboxView | undefined;
  /** Types into fields of the top modal without submitting; keys are block ids or labels. */
  fill(values: Record<string, unknown>): void;
  /** Fills and submits the top modal. */
  submit(values?: Record<string, unknown>): Promise<Delivery>;
  /** Closes the top modal. */
  close(): Promise<Delivery>;
  home(): SandboxView | undefined;
  openHome(): Promise<Delivery>;
  say(text: string, channel: string, threadTs?: string): Promise<void>;
  uploadFile(channel: string, file: { name: string; content: string; title?: string }): Promise<void>;
};

export type SandboxCall = {
  method: string;
  args: Record<string, unknown>;
  at: Date;
  ok: boolean;
  error?: string;
  /** HTTP status; 0 when the connection was broken instead of answering. */
  status: number;
};

export type SandboxDelivery = {
  /** command, block_actions, view_submission, view_closed or event. */
  kind: string;
  /** The command, action_id, callback_id or event type. */
  name: string;
  envelopeId: string;
  /** Absent while unanswered; an ack later than 3 s is recorded but does not make it ok. */
  ackMs?: number;
  ok: boolean;
  error?: string;
  /** 0 for the first delivery. */
  attempt: number;
  at: Date;
};

export type SandboxFault = {
  /** A Web API method, or `*` for all of them. */
  method: string;
  /** How many calls it hits. Default 1. */
  times?: number;
  /** lose_answer performs the call and breaks the connection before answering; the others do not perform it. */
  kind: 'error' | 'status' | 'ratelimited' | 'lose_answer' | 'hang';
  /** For `error`; default internal_error. */
  error?: string;
  /** For `status`; default 500. */
  status?: number;
  /** Seconds, for `ratelimited`; default 1. */
  retryAfter?: number;
};

export type Sandbox = {
  /** The page. */
  url: string;
  /** For SLACK_API_URL; ends in `/api/`. */
  apiUrl: string;
  teamId: string;
  botUserId: string;
  as(personNameOrId: string): SandboxPerson;
  /** Top level, oldest first, current revision; without ephemerals. Channel: id, name, or `@ana` for the bot's direct messages. */
  messages(channel: string): SandboxMessage[];
  /** The parent and its replies, oldest first. */
  thread(channel: string, ts: string): SandboxMessage[];
  ephemerals(channel: string, person: string): SandboxMessage[];
  /** The states the message was in, oldest first; the newest thousand. */
  revisions(channel: string, ts: string): SandboxMessage[];
  /** Timestamps of pinned messages. */
  pins(channel: string): string[];
  files(): SandboxFile[];
  /** Web API calls, oldest first; the newest ten thousand. */
  calls(): SandboxCall[];
  /** Payloads given to the app, oldest first; the newest ten thousand. */
  deliveries(): SandboxDelivery[];
  fault(fault: SandboxFault): void;
  /** Where payloads go from now on; undefined switches to Socket Mode. For an app that learns its port late. */
  setRequestUrl(url: string | undefined): void;
  /** Tells every Socket Mode connection to go away, as Slack does. */
  disconnect(reason: 'warning' | 'refresh_requested' | 'too_many_websockets'): void;
  /** Gives the same payload to the app once more (default: the latest); its answer is recorded and not acted on. */
  redeliver(envelopeId?: string): Promise<void>;
  close(): Promise<void>;
};
