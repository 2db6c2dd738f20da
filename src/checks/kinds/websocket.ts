import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket, type RawData } from 'ws';
import { z } from 'zod';
import type { Json, JsonObject } from '../../lib/json.ts';
import { compilePattern } from '../../lib/matching/regex.ts';
import { show } from '../../lib/matching/rule.ts';
import { formatDuration } from '../../lib/matching/units.ts';
import { defineCheck, numberOf, type CheckContext, type Fault, type Measured } from '../check.ts';
import { nameTarget } from '../guard/hosts.ts';
import { untilAborted } from '../guard/network.ts';
import { requestNeeds, requestOf, requestShape, targetName } from '../http/params.ts';
import { targetOf } from '../http/request.ts';
import { CheckProblem, ourFault, problemOf } from '../problem.ts';
import { startTimer } from '../timer.ts';

const { headers, auth } = requestShape;

const params = z.strictObject({
  url: z.string().min(1).describe('Absolute ws or wss URL.'),
  headers,
  auth,
  protocol: z
    .string()
    .regex(/^[\w!#$%&'*+.^`|~-]{1,100}$/, 'is not the name of a subprotocol')
    .optional()
    .describe('Subprotocol to ask for; absent: none.'),
  send: z
    .json()
    .optional()
    .describe('Message to send once it is open: a text as it is, anything else as JSON.'),
  matching: z
    .string()
    .refine((text) => compilePattern(text).ok, 'is not a pattern RE2 knows')
    .optional()
    .describe('RE2 pattern: the first message that matches is waited for. Absent: the first message.'),
  receive: z
    .boolean()
    .optional()
    .describe('Whether to wait for a message; absent: only with send or matching.'),
});

type Params = z.output<typeof params>;

const MAX_MESSAGE_BYTES = 64 * 1024;
const MAX_MESSAGES = 1000;
/** How long the other side may take to answer that it closes. */
const CLOSE_MS = 500;

// One set of rules for hosts and logins: a WebSocket begins as an HTTP request.
const httpTwin = (url: string): string => url.replace(/^ws(?=s?:)/i, 'http');

const isWebSocketUrl = (url: string): boolean => /^wss?:\/\//i.test(url) && URL.canParse(url);

const openSocket = async (url: URL, { network, signal }: CheckContext): Promise<Socket> => {
  const place = targetOf(url);
  const socket = await network.connect(place, signal);
  return url.protocol === 'https:' ? network.secure({ socket, servername: place.host }, signal) : socket;
};

const createClient = (given: Params, socket: Socket, context: CheckContext): WebSocket => {
  const request = requestOf(
    { url: httpTwin(given.url), method: 'GET', headers: given.headers, auth: given.auth },
    context,
  );
  const { accept: _, ...sent } = request.headers;
  return new WebSocket(
    request.url.href.replace(/^http/, 'ws'),
    given.protocol === undefined ? [] : [given.protocol],
    {
      // An open socket to an address that was tested; the library makes none of its own.
      createConnection: () => socket,
      headers: sent,
      followRedirects: false,
      // A small frame cannot unfold into a large message.
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
    },
  );
};

const textOf = (data: RawData): string =>
  (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer)).toString('utf8');

const valueOf = (text: string): Json => {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text; // not JSON after all
  }
};

type Opened = { readonly kind: 'open' } | { readonly kind: 'refused'; readonly status: number };

const opening = (client: WebSocket): Promise<Opened> =>
  new Promise((resolve, reject) => {
    client.once('open', () => resolve({ kind: 'open' }));
    client.once('unexpected-response', (_request, response: IncomingMessage) => {
      response.destroy();
      resolve({ kind: 'refused', status: response.statusCode ?? 0 });
    });
    client.on('error', reject);
  });

type Closed = { readonly code: number; readonly reason: string };
type Received = { readonly message?: Json; readonly messages: number; readonly closed?: Closed };

const closing = (client: WebSocket): Promise<Closed> =>
  new Promise((resolve) =>
    client.once('close', (code: number, reason: Buffer) =>
      resolve({ code, reason: reason.toString('utf8').slice(0, 123) }),
    ),
  );

/** The first message that is wanted, or how the connection ended before one came. */
const receiving = (
  client: WebSocket,
  pattern: string | undefined,
  ended: Promise<Closed>,
): Promise<Received> => {
  const compiled = pattern === undefined ? undefined : compilePattern(pattern);
  const isWanted = (text: string): boolean => compiled === undefined || (compiled.ok && compiled.value(text));
  let messages = 0;
  return new Promise((resolve, reject) => {
    void ended.then((closed) => resolve({ messages, closed }));
    client.on('error', reject);
    client.on('message', (data: RawData) => {
      messages += 1;
      const text = textOf(data);
      if (isWanted(text)) resolve({ message: valueOf(text), messages });
      else if (messages >= MAX_MESSAGES)
        reject(
          ourFault(`none of the first ${MAX_MESSAGES} messages matches`, 'too_many_messages', {
            scope: 'target',
          }),
        );
    });
  });
};

const pause = (ms: number): Promise<undefined> =>
  new Promise((resolve) => setTimeout(() => resolve(undefined), ms));

const wantsMessage = ({ send, matching, receive }: Params): boolean =>
  receive ?? (send !== undefined || matching !== undefined);

const converse = async (client: WebSocket, given: Params): Promise<Measured> => {
  const elapsed = startTimer();
  const ended = closing(client);
  // Listens before it is open: a message may come with the very packet that opens it.
  const received = receiving(client, given.matching, ended);
  received.catch(() => undefined);
  const opened = await opening(client);
  const duration = elapsed();
  if (opened.kind === 'refused') return { observation: { opened: false, status: opened.status, duration } };
  const answered = startTimer();
  if (given.send !== undefined)
    client.send(typeof given.send === 'string' ? given.send : JSON.stringify(given.send));
  const { message, messages, closed: early } = wantsMessage(given) ? await received : { messages: 0 };
  const reply = answered();
  client.close(1000);
  const closed = early ?? (await Promise.race([ended, pause(CLOSE_MS)]));
  const observation: JsonObject = {
    opened: true,
    duration,
    ...(client.protocol !== '' && { protocol: client.protocol }),
    ...(wantsMessage(given) && { messages }),
    ...(message !== undefined && { message, reply }),
    ...(closed && { close: { ...closed } }),
  };
  return { observation, ...(early && { faults: [noMessage(early)] }) };
};

const noMessage = ({ code, reason }: Closed): Fault => ({
  path: 'message',
  line: `closed with ${code}${reason === '' ? '' : ` (${reason})`} before the message came`,
});

const problemAt = (error: unknown, name: string): CheckProblem => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
    return ourFault(`${name}: the message is larger than 64 KiB`, 'answer_too_large', {
      scope: 'target',
      cause: error,
    });
  // The library gives no code to what is wrong with a handshake.
  const isUpgrade = error instanceof Error && /^(?:Invalid|Server sent|No )/.test(error.message);
  if (!code.startsWith('WS_ERR_') && !isUpgrade) return problemOf(error, name);
  return new CheckProblem(`${name} does not speak WebSocket`, {
    outcome: 'fail',
    code: 'not_websocket',
    cause: error,
  });
};

const run = async (given: Params, context: CheckContext): Promise<Measured> => {
  if (!isWebSocketUrl(given.url)) throw ourFault('url is not an absolute ws or wss URL', 'not_websocket_url');
  const url = new URL(httpTwin(given.url));
  const socket = await openSocket(url, context);
  try {
    const client = createClient(given, socket, context);
    client.on('error', (error) => context.log.debug({ err: error }, 'check_connection_error'));
    try {
      return await untilAborted(converse(client, given), context.signal);
    } finally {
      client.terminate();
    }
  } catch (error) {
    context.signal.throwIfAborted();
    throw problemAt(error, nameTarget(targetOf(url)));
  } finally {
    socket.destroy();
  }
};

/** A WebSocket: whether it opens, what it says, and how it closes. */
export const websocket = defineCheck({
  kind: 'websocket',
  title: 'A WebSocket opens and says what it should.',
  params,
  defaultTimeoutMs: 10_000,
  // What was sent may have arrived although the connection was lost.
  defaultRetries: ({ send }) => (send === undefined ? 2 : 0),
  observation: {
    opened: 'true when it opened, false when the server answered with an HTTP status instead',
    status: 'that HTTP status; absent when it opened',
    duration: 'milliseconds until it was open or refused',
    protocol: 'subprotocol the server chose; absent when none',
    message:
      'the message that was waited for: JSON, else text; at most 64 KiB; absent when none was or none came',
    messages: 'messages that came until then',
    reply: 'milliseconds from open, or sent, to that message',
    'close.code':
      'code the connection closed with: 1000 is well; absent when the server did not answer the close',
    'close.reason': 'what the server said about it; empty when nothing',
  },
  passes: { opened: true },
  target: ({ url }) => targetName(httpTwin(url)),
  needs: ({ url, ...rest }, context) => requestNeeds({ ...rest, url: httpTwin(url) }, context),
  run,
  say: (observation) => {
    const open = `open in ${formatDuration(numberOf(observation['duration']))}`;
    const { message } = observation;
    return message === undefined
      ? open
      : `${open}, ${show(message)} after ${formatDuration(numberOf(observation['reply']))}`;
  },
});
