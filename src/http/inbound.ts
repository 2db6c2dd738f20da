import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Log } from '../lib/log.ts';
import { SECOND } from '../lib/time.ts';
import type { Addressed } from '../usecases/inbound-address.ts';
import type { Reception, Statement } from '../usecases/receive.ts';

export type InboundOptions = {
  /** Undefined: not an address we gave out. */
  readonly read: (path: string) => Addressed | undefined;
  readonly receive: (arrival: {
    readonly addressed: Addressed;
    readonly statement: Statement;
  }) => Promise<Reception>;
  readonly log: Log;
  /** How long a body may take; default 10 s. */
  readonly bodyMs?: number;
};

export const MAX_BODY_BYTES = 4096;
const BODY_MS = 10 * SECOND;

const value = z.union([z.number(), z.string().max(200), z.boolean()]);

const statementSchema = z.strictObject({
  state: z.enum(['pass', 'fail']),
  line: z.string().max(500).default(''),
  metrics: z
    .record(z.string().regex(/^[A-Za-z_][\w.-]{0,99}$/), value)
    .refine((metrics) => Object.keys(metrics).length <= 50, 'at most 50')
    .default({}),
});

const ALIVE: Statement = { state: 'pass', line: '', metrics: {} };

type Answer = readonly [status: number, error: string, message: string];

const ANSWERS: Readonly<Record<Exclude<Reception, 'taken'>, Answer>> = {
  unknown: [404, 'unknown_address', 'This is not an address that tminus gave out.'],
  used: [
    409,
    'used',
    'A result came in here before. Details of the item shows a new address if another one may come.',
  ],
  expired: [410, 'expired', 'This address is no longer valid. Run the check again for a new one.'],
  over: [410, 'over', 'Nobody waits for this result any more.'],
};

const answer = (response: ServerResponse, [status, error, message]: Answer): void => {
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    ...(status === 405 && { allow: 'POST' }),
    // What is left of a body nobody reads ends with the connection.
    ...(status >= 400 && { connection: 'close' }),
  });
  response.end(JSON.stringify(status < 400 ? { accepted: true } : { error, message }));
};

/** A body of at most 4 KiB; an answer when it is more, or does not come. */
const readBody = (request: IncomingMessage, ms: number): Promise<string | Answer> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const end = (result: string | Answer): void => {
      clearTimeout(timer);
      request.off('data', take);
      request.pause();
      resolve(result);
    };
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) end([413, 'too_large', 'A statement has at most 4 KiB.']);
      else chunks.push(chunk);
    };
    const timer = setTimeout(() => end([408, 'too_slow', 'The statement did not arrive in time.']), ms);
    request.on('data', take);
    request.once('end', () => end(Buffer.concat(chunks).toString('utf8')));
    request.once('error', () => end([400, 'broken_off', 'The statement broke off.']));
  });

const isJson = ({ headers }: IncomingMessage): boolean =>
  /^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? '');

const isAnswer = (result: string | Answer | Statement): result is Answer => Array.isArray(result);

const parseStatement = (text: string): Statement | Answer => {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return [400, 'not_json', 'The body is not JSON.'];
  }
  const parsed = statementSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  // The path is the sender's own; what stood there is not repeated.
  return [
    400,
    'not_a_statement',
    `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`.replace(/^: /, ''),
  ];
};

const statementIn = async (
  request: IncomingMessage,
  { kind }: Addressed,
  ms: number,
): Promise<Statement | Answer> => {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES)
    return [413, 'too_large', 'A statement has at most 4 KiB.'];
  const body = await readBody(request, ms);
  if (isAnswer(body)) return body;
  if (kind === 'heartbeat' && body.trim() === '') return ALIVE;
  if (!isJson(request)) return [415, 'not_json', 'Send the statement as application/json.'];
  return parseStatement(body);
};

const answerTo = async (
  { read, receive, bodyMs = BODY_MS }: InboundOptions,
  request: IncomingMessage,
): Promise<Answer> => {
  // Looking must do nothing: whatever shows the address may fetch it for a preview.
  if (request.method !== 'POST') return [405, 'method_not_allowed', 'Send it with POST.'];
  const addressed = read(request.url ?? '');
  if (addressed === undefined) return ANSWERS.unknown;
  const statement = await statementIn(request, addressed, bodyMs);
  if (isAnswer(statement)) return statement;
  const reception = await receive({ addressed, statement });
  return reception === 'taken' ? [202, '', ''] : ANSWERS[reception];
};

/** What other systems statement: the signature is looked at before a byte of the body, and no address is ever logged. */
export const handleInbound = async (
  options: InboundOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const given = await answerTo(options, request);
  const [status, error] = given;
  if (status < 400) options.log.info({ status }, 'statement_taken');
  else options.log.info({ status, error }, 'statement_refused');
  answer(response, given);
};
