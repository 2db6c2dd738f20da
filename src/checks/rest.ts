import { errors, type Agent } from 'undici';
import type { Json } from '../lib/json.ts';
import { formatSize } from '../lib/matching/units.ts';
import { CheckProblem, ourFault, problemOf } from './problem.ts';

/** One API that is only read: nothing here can send another verb than GET, a body, or follow a redirect. */
export type RestApi = {
  readonly agent: Agent;
  /** Scheme, host and port. */
  readonly origin: string;
  /** Who is asked, for people. */
  readonly name: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
};

/** `value`: the answer as JSON; undefined when it is none. */
export type RestAnswer = { readonly status: number; readonly value: Json | undefined };

/** `isCut`: there was more, and it was not waited for. */
export type RestBytes = { readonly status: number; readonly bytes: Buffer; readonly isCut: boolean };

const problemWith = ({ name, signal }: RestApi, error: unknown): CheckProblem => {
  signal.throwIfAborted();
  if (!(error instanceof errors.HTTPParserError)) return problemOf(error, name);
  return new CheckProblem(`${name} does not speak HTTP`, { outcome: 'fail', code: 'not_http', cause: error });
};

/** Asks for a path with its query and reads the answer up to a cap: one that never ends costs no more. */
export const getBytes = async (api: RestApi, path: string, maxBytes: number): Promise<RestBytes> => {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    const { statusCode: status, body } = await api.agent.request({
      origin: api.origin,
      path,
      method: 'GET',
      headers: { 'user-agent': 'tminus', ...api.headers },
      signal: api.signal,
    });
    // Leaving the loop destroys the body, and with it the connection.
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxBytes) break;
    }
    return { status, bytes: Buffer.concat(chunks).subarray(0, maxBytes), isCut: size > maxBytes };
  } catch (error) {
    throw problemWith(api, error);
  }
};

/** A body as JSON; undefined when it is none. */
export const jsonOf = (bytes: Buffer): Json | undefined => {
  try {
    return JSON.parse(bytes.toString('utf8')) as Json;
  } catch {
    return undefined; // said above
  }
};

/** Asks for a path and reads the answer. More than `maxBytes` is a problem: a part of JSON says nothing. */
export const getJson = async (api: RestApi, path: string, maxBytes: number): Promise<RestAnswer> => {
  const { status, bytes, isCut } = await getBytes(api, path, maxBytes);
  if (isCut)
    throw ourFault(`${api.name}: the answer is larger than ${formatSize(maxBytes)}`, 'answer_too_large');
  return { status, value: jsonOf(bytes) };
};
