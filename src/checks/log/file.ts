import { readdir } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { locate, readBytes, withFile } from '../host/files.ts';
import { CheckProblem, ourFault } from '../problem.ts';
import type { CheckContext } from '../check.ts';
import type { Clock } from './times.ts';
import { reachesBack, windowOf, type Asked, type Window } from './window.ts';

/** Most that is read of a log, rotated files included, from its end. */
export const MAX_LOG_BYTES = 8 * 1024 * 1024;
/** Most of a compressed file that is unpacked to find its end. */
const MAX_UNPACKED = 64 * 1024 * 1024;
const MAX_ROTATED = 20;
/** Most lines that are looked at; a log of line breaks alone has as many as bytes. */
const MAX_LINES = 200_000;

type Piece = { readonly bytes: Buffer; readonly isCut: boolean };

/** The last bytes of a stream; undefined when it is longer than may be unpacked. */
const tailOf = async (packed: Buffer, room: number): Promise<Piece | undefined> => {
  const chunks: Buffer[] = [];
  let [kept, seen] = [0, 0];
  const unpacking = createGunzip();
  unpacking.end(packed);
  for await (const chunk of unpacking as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    [kept, seen] = [kept + chunk.length, seen + chunk.length];
    if (seen > MAX_UNPACKED) return undefined;
    while (kept - (chunks[0]?.length ?? 0) >= room) kept -= chunks.shift()?.length ?? 0;
  }
  return { bytes: Buffer.concat(chunks).subarray(-room), isCut: seen > room };
};

const plainPiece = async (file: FileHandle, room: number): Promise<Piece> => {
  const { size } = await file.stat();
  const from = Math.max(0, size - room);
  return { bytes: await readBytes(file, from, Math.min(room, size)), isCut: from > 0 };
};

const packedPiece = async (file: FileHandle, room: number): Promise<Piece> => {
  const { size } = await file.stat();
  const nothing: Piece = { bytes: Buffer.alloc(0), isCut: true };
  if (size > MAX_LOG_BYTES) return nothing;
  try {
    return (await tailOf(await readBytes(file, 0, size), room)) ?? nothing;
  } catch {
    return nothing; // no gzip, or half of one: what it holds is not known
  }
};

const pieceOf = async (path: string, room: number): Promise<Piece> => {
  const piece = await withFile(path, (file) =>
    path.endsWith('.gz') ? packedPiece(file, room) : plainPiece(file, room),
  );
  if (typeof piece === 'string') throw ourFault(`${path} cannot be read (${piece})`, 'log_unreadable');
  return piece;
};

// app.log.1, app.log.2.gz, app.log-20261120, app.log.2026-11-20
const SUFFIX = /^[.-](\d{1,14}(?:[-_]\d{1,10}){0,5})(?:\.gz)?$/;

const byAge = (left: string, right: string): number => {
  const [a, b] = [left, right].map((suffix) => SUFFIX.exec(suffix)?.[1]?.replace(/\D/g, '') ?? '');
  // Small numbers count up with age; dates count down.
  const order = Number(a) - Number(b);
  return (a ?? '').length >= 8 ? -order : order;
};

/** Rotated files of a log, the youngest first. */
const rotatedOf = async (path: string): Promise<readonly string[]> => {
  const name = basename(path);
  const names = await readdir(dirname(path)).catch(() => [] as string[]);
  return names
    .filter((other) => other.startsWith(name) && SUFFIX.test(other.slice(name.length)))
    .map((other) => other.slice(name.length))
    .sort(byAge)
    .slice(0, MAX_ROTATED)
    .map((suffix) => join(dirname(path), `${name}${suffix}`));
};

const linesOf = ({ bytes, isCut }: Piece): readonly string[] => {
  const lines = bytes.toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  // The first line of a part may be half of one.
  return isCut ? lines.slice(1) : lines;
};

type Reading = Pick<CheckContext, 'connections' | 'signal'> & { readonly clock: Clock };

const missing = (path: string) =>
  new CheckProblem(`${path} is not there: nothing to read`, {
    outcome: 'inconclusive',
    code: 'no_log',
    scope: 'check',
  });

type Read = { readonly lines: readonly string[]; readonly room: number; readonly cut?: string | undefined };

const withOlder = (after: Read, piece: Piece): Read => {
  const all = [...linesOf(piece), ...after.lines];
  const room = after.room - piece.bytes.length;
  const isFull = piece.isCut || room <= 0;
  return {
    lines: all.slice(-MAX_LINES).map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line)),
    room,
    cut:
      all.length > MAX_LINES
        ? `the log has more than the ${MAX_LINES} lines that are looked at`
        : isFull
          ? 'the log is longer than the 8 MiB that are read'
          : undefined,
  };
};

/** Lines of files, the youngest file first, as far back as is asked for and may be read. */
const readBack = async (paths: readonly string[], asked: Asked, reading: Reading): Promise<Read> => {
  let read: Read = { lines: [], room: MAX_LOG_BYTES };
  for (const path of paths) {
    reading.signal.throwIfAborted();
    const real = await locate(path, reading.connections.fileRoots);
    if (real === undefined) continue;
    read = withOlder(read, await pieceOf(real, read.room));
    if (read.cut !== undefined || reachesBack(read.lines, asked, reading.clock)) break;
  }
  return read;
};

/**
 * The window of a log file: from its end, on into rotated files while it reaches further back, at most 8 MiB. Without a
 * beginning the window is the file itself. Rejects with a problem when it is not there or outside the allowed folders.
 */
export const readLogFile = async (path: string, asked: Asked, reading: Reading): Promise<Window> => {
  const isOpenEnded = asked.since === undefined && asked.lines === undefined;
  const current = await locate(path, reading.connections.fileRoots);
  const older = isOpenEnded ? [] : await rotatedOf(path);
  if (current === undefined && older.length === 0) throw missing(path);
  const { lines, cut } = await readBack([path, ...older], asked, reading);
  const more =
    older.length === MAX_ROTATED
      ? `there may be more than the ${MAX_ROTATED} rotated files that are read`
      : undefined;
  return windowOf(lines, asked, { clock: reading.clock, cut: cut ?? more });
};
