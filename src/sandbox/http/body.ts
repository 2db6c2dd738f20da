import type { IncomingMessage } from 'node:http';
import type { RawArgs } from '../api/method.ts';

/** Large enough for a file upload, small enough to keep a runaway client from filling memory. */
const MAX_BYTES = 64 * 1024 * 1024;

export const readBytes = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error('The request body is larger than 64 MB.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const typeOf = (request: IncomingMessage): string =>
  (request.headers['content-type'] ?? '').split(';')[0] ?? '';

const parseMultipart = async (type: string, bytes: Buffer): Promise<FormData> =>
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the advice is about unbounded public uploads; these are local and capped above
  new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();

const asRecord = (value: unknown): RawArgs =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

/** A JSON body; undefined when it is none. */
export const readJsonBody = async (request: IncomingMessage): Promise<unknown> => {
  try {
    return JSON.parse((await readBytes(request)).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
};

/** Arguments of a Web API call from query, form, JSON or multipart; undefined when the body cannot be read. */
export const readArgs = async (
  request: IncomingMessage,
  query: URLSearchParams,
): Promise<RawArgs | undefined> => {
  const fromQuery = Object.fromEntries(query);
  const bytes = await readBytes(request);
  const type = typeOf(request);
  try {
    if (type === 'application/json') {
      return bytes.length === 0
        ? fromQuery
        : { ...fromQuery, ...asRecord(JSON.parse(bytes.toString('utf8'))) };
    }
    if (type === 'multipart/form-data') {
      const form = await parseMultipart(request.headers['content-type'] ?? '', bytes);
      const texts = [...form].filter((pair): pair is [string, string] => typeof pair[1] === 'string');
      return { ...fromQuery, ...Object.fromEntries(texts) };
    }
    return { ...fromQuery, ...Object.fromEntries(new URLSearchParams(bytes.toString('utf8'))) };
  } catch {
    return undefined;
  }
};

/** The bytes of an uploaded file: the first file of a form, or the body itself. */
export const readUpload = async (request: IncomingMessage): Promise<Buffer> => {
  const bytes = await readBytes(request);
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return bytes;
  const form = await parseMultipart(type, bytes);
  for (const [, value] of form) {
    if (typeof value !== 'string') return Buffer.from(await value.arrayBuffer());
  }
  return Buffer.alloc(0);
};
