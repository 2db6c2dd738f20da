import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Json } from '../../lib/json.ts';
import type { Incomplete } from '../check.ts';
import { CheckProblem } from '../problem.ts';

/** Most of a body that is read, after decompression. */
export const MAX_BODY_BYTES = 256 * 1024;

/** A body as far as it was read. */
export type Body = { readonly value: Json; readonly incomplete?: Incomplete };

type Encoded = { readonly stream: Readable; readonly encoding: string; readonly type: string };

const DECODERS = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
} as const;

const isKnown = (encoding: string): encoding is keyof typeof DECODERS => Object.hasOwn(DECODERS, encoding);

/** Reads until the end or the cap, and then stops the sender: a body that never ends costs no more than the cap. */
const readCapped = async (stream: Readable): Promise<{ text: string; isCut: boolean }> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_BODY_BYTES) break;
  }
  return {
    text: Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString('utf8'),
    isCut: size > MAX_BODY_BYTES,
  };
};

const readDecoded = async (
  stream: Readable,
  encoding: keyof typeof DECODERS,
): Promise<{ text: string; isCut: boolean }> => {
  const decoder = DECODERS[encoding]();
  stream.on('error', (error) => decoder.destroy(error));
  try {
    return await readCapped(stream.pipe(decoder));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))) throw error;
    throw new CheckProblem(`the body is not valid ${encoding}`, {
      outcome: 'fail',
      code: 'bad_encoding',
      cause: error,
    });
  } finally {
    stream.destroy();
  }
};

const isMeantAsJson = (text: string, type: string): boolean =>
  /[/+]json\b/i.test(type) || /^\s*[[{]/.test(text);

const parsed = (text: string, type: string): Json => {
  if (!isMeantAsJson(text, type)) return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text; // not JSON after all: judged as the text it is
  }
};

/** A body as JSON where it is JSON, else as text, at most 256 KiB of it; what is cut off is reported. */
export const readBody = async ({ stream, encoding, type }: Encoded): Promise<Body> => {
  const name = encoding.trim().toLowerCase();
  if (name !== '' && name !== 'identity' && !isKnown(name)) {
    stream.on('error', () => undefined).destroy();
    return { value: '', incomplete: { key: 'body', reason: `is encoded as ${name}, which is not read` } };
  }
  const { text, isCut } = isKnown(name) ? await readDecoded(stream, name) : await readCapped(stream);
  if (!isCut) return { value: parsed(text, type) };
  const reason = 'is larger than 256 KiB';
  return { value: text, incomplete: { key: 'body', reason, isOtherwise: isMeantAsJson(text, type) } };
};
