import type { KnownBlock } from '@slack/types';
import { WebClient } from '@slack/web-api';
import type { Log } from '../../lib/log.ts';
import type { Result } from '../../lib/result.ts';
import type { Instant } from '../../lib/time.ts';
import { SECOND } from '../../lib/time.ts';
import { err, ok } from '../../lib/result.ts';
import type { SlackProblem } from './problem.ts';
import { problemOf } from './problem.ts';
import { quietLogger } from '../quiet-logger.ts';

export type Content = { readonly text: string; readonly blocks?: readonly KnownBlock[] };
export type Posted = { readonly channel: string; readonly ts: string };

type Answer<T> = Promise<Result<T, SlackProblem>>;

/** Where something is posted, and the key by which it is found again after a lost answer. */
export type PostTarget = {
  readonly channel: string;
  readonly key: string;
  readonly threadTs?: string;
  /** A reply that is also sent to the channel. */
  readonly broadcast?: boolean;
};

/** Everything the background says to Slack. One call each, no retries of its own: the queue retries. */
export type Messenger = {
  /** The workspace this bot belongs to, as Slack says. Rejects when Slack does not say, asked several times. */
  readonly teamId: () => Promise<string>;
  readonly post: (target: PostTarget, content: Content) => Answer<Posted>;
  readonly update: (message: Posted, content: Content) => Answer<void>;
  /** Our own message with this key among the newest of the channel or thread; undefined: it is not there. */
  readonly findPosted: (target: PostTarget) => Answer<Posted | undefined>;
  readonly tellOnly: (to: { channel: string; person: string }, content: Content) => Answer<void>;
  readonly respond: (responseUrl: string, content: Content) => Answer<void>;
  readonly permalink: (message: Posted) => Answer<string>;
  readonly pin: (message: Posted) => Answer<void>;
  readonly unpin: (message: Posted) => Answer<void>;
  /** Whether a file of this name was put into the thread at `since` or later. */
  readonly hasFile: (
    thread: { channel: string; threadTs: string },
    file: { name: string; since: Instant },
  ) => Answer<boolean>;
  readonly upload: (
    to: { channel: string; threadTs?: string },
    file: { name: string; title: string; content: string },
  ) => Answer<void>;
};

export type MessengerOptions = {
  readonly token: string;
  readonly apiUrl: string;
  readonly fetch: typeof globalThis.fetch;
  readonly log: Log;
};

const TIMEOUT_MS = 10_000;
/** At the start nobody waits yet: a Slack that is away for a moment is asked again for about 15 s. */
const AT_START = { retries: 5, factor: 2, minTimeout: 500, maxTimeout: 5000 };
/** How far back our own message is looked for. */
const LOOK_BACK = 100;
export const METADATA_TYPE = 'tminus_message';

/** Pause of a closed door: things that are as wanted already are no problem. */
const FINE = new Set(['already_pinned', 'no_pin', 'not_pinned']);

const call = async <T>(work: () => Promise<T>): Answer<T> => {
  try {
    return ok(await work());
  } catch (error) {
    return err(problemOf(error));
  }
};

const done = async (work: () => Promise<unknown>): Answer<void> => {
  const result = await call(work);
  if (result.ok) return ok(undefined);
  return result.error.kind === 'refused' && FINE.has(result.error.error) ? ok(undefined) : result;
};

const body = ({ text, blocks }: Content) => ({
  text,
  ...(blocks === undefined ? {} : { blocks: [...blocks] }),
});

export const createMessenger = ({ token, apiUrl, fetch, log }: MessengerOptions): Messenger => {
  const common = { slackApiUrl: apiUrl, timeout: TIMEOUT_MS, fetch, logger: quietLogger(log) };
  // A client of its own with options of its own: a pause in the background must never hold up a person's click.
  const client = new WebClient(token, {
    ...common,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  });
  const patient = new WebClient(token, { ...common, retryConfig: AT_START });
  return {
    teamId: async () => (await patient.auth.test()).team_id ?? '',
    post: (target, content) =>
      call(async () => {
        const { channel, ts } = await client.chat.postMessage({
          channel: target.channel,
          ...body(content),
          metadata: { event_type: METADATA_TYPE, event_payload: { key: target.key } },
          unfurl_links: false,
          unfurl_media: false,
          ...(target.threadTs === undefined
            ? {}
            : { thread_ts: target.threadTs, reply_broadcast: target.broadcast ?? false }),
        } as Parameters<typeof client.chat.postMessage>[0]);
        return { channel: channel ?? target.channel, ts: ts ?? '' };
      }),
    update: ({ channel, ts }, content) => done(() => client.chat.update({ channel, ts, ...body(content) })),
    findPosted: (target) => call(() => findPosted(client, target)),
    tellOnly: ({ channel, person }, content) =>
      done(() => client.chat.postEphemeral({ channel, user: person, ...body(content) })),
    respond: (responseUrl, content) => respond(fetch, responseUrl, content),
    permalink: ({ channel, ts }) =>
      call(async () => (await client.chat.getPermalink({ channel, message_ts: ts })).permalink ?? ''),
    pin: ({ channel, ts }) => done(() => client.pins.add({ channel, timestamp: ts })),
    unpin: ({ channel, ts }) => done(() => client.pins.remove({ channel, timestamp: ts })),
    hasFile: (thread, file) => call(() => hasFile(client, thread, file)),
    upload: ({ channel, threadTs }, { name, title, content }) =>
      done(() =>
        client.files.uploadV2({
          channel_id: channel,
          filename: name,
          title,
          content,
          ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
        } as Parameters<typeof client.files.uploadV2>[0]),
      ),
  };
};

const findPosted = async (
  client: WebClient,
  { channel, key, threadTs }: PostTarget,
): Promise<Posted | undefined> => {
  const { messages = [] } =
    threadTs === undefined
      ? await client.conversations.history({ channel, limit: LOOK_BACK, include_all_metadata: true })
      : await client.conversations.replies({
          channel,
          ts: threadTs,
          limit: LOOK_BACK,
          include_all_metadata: true,
        });
  const own = messages.find(({ metadata }) => {
    const found = metadata as { event_type?: string; event_payload?: { key?: unknown } } | undefined;
    return found?.event_type === METADATA_TYPE && found.event_payload?.key === key;
  });
  return own?.ts === undefined ? undefined : { channel, ts: own.ts };
};

const hasFile = async (
  client: WebClient,
  { channel, threadTs }: { channel: string; threadTs: string },
  { name, since }: { name: string; since: Instant },
): Promise<boolean> => {
  const { messages = [] } = await client.conversations.replies({
    channel,
    ts: threadTs,
    oldest: String(since / SECOND),
    limit: LOOK_BACK,
  });
  return messages.some(({ files = [] }) => files.some((file) => file.name === name));
};

const respond = async (send: typeof globalThis.fetch, url: string, content: Content): Answer<void> => {
  try {
    const response = await send(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ ...body(content), response_type: 'ephemeral', replace_original: false }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.ok) return ok(undefined);
    return err(
      response.status >= 500
        ? { kind: 'unanswered', what: `status ${response.status}` }
        : { kind: 'refused', error: `response_url_${response.status}`, detail: '' },
    );
  } catch (error) {
    return err({ kind: 'unanswered', what: error instanceof Error ? error.message : 'no answer' });
  }
};
