import { ourFault } from '../problem.ts';
import { getBytes, jsonOf, type RestApi } from '../rest.ts';
import { engineProblem } from './engine.ts';
import { inspectContainer } from './read.ts';

/** Most of a log that is read unless the caller wants less. */
export const MAX_LOG_BYTES = 8 * 1024 * 1024;

export type LogLine = { readonly stream: 'stdout' | 'stderr'; readonly text: string };

export type LogWindow = {
  /** Name or id of the container. */
  readonly container: string;
  /** Lines written at or after it. */
  readonly since: Date;
  /** Lines written before it; absent: up to now. */
  readonly until?: Date;
  /** At most so many lines, the newest; absent: all of the window. */
  readonly tail?: number;
  /** At most so many bytes, the oldest; absent: 8 MiB. */
  readonly maxBytes?: number;
};

export type ContainerLog = {
  /** Oldest first. With a terminal everything is stdout. */
  readonly lines: readonly LogLine[];
  /** The window holds more than was read: newer lines are missing, and the last line may be cut. */
  readonly isCut: boolean;
};

const HEADER_BYTES = 8;
const STREAMS = ['stdout', 'stdout', 'stderr'] as const;

type Frame = { readonly stream: LogLine['stream']; readonly bytes: Buffer };

const headerOf = (bytes: Buffer, name: string): { stream: LogLine['stream']; length: number } => {
  const stream = STREAMS[bytes[0] ?? 255];
  if (stream === undefined || bytes.readUIntBE(1, 3) !== 0)
    throw ourFault(`${name}: the log is not in the form the Engine sends`, 'bad_log');
  return { stream, length: bytes.readUInt32BE(4) };
};

/** Takes apart what the Engine sends: eight bytes that name the stream and the length, then so many bytes. */
const framesOf = (bytes: Buffer, name: string): readonly Frame[] => {
  const frames: Frame[] = [];
  for (let at = 0; at + HEADER_BYTES <= bytes.length;) {
    const { stream, length } = headerOf(bytes.subarray(at, at + HEADER_BYTES), name);
    // The last frame may be cut by the cap.
    frames.push({ stream, bytes: bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length) });
    at += HEADER_BYTES + length;
  }
  return frames;
};

/** A line may come in several frames, and the two streams take turns in between. */
const linesOf = (frames: readonly Frame[]): readonly LogLine[] => {
  const lines: LogLine[] = [];
  const open = new Map<LogLine['stream'], Buffer[]>();
  const close = (stream: LogLine['stream']): void => {
    const parts = open.get(stream) ?? [];
    open.delete(stream);
    if (parts.length > 0)
      lines.push({ stream, text: Buffer.concat(parts).toString('utf8').replace(/\r$/, '') });
  };
  for (const { stream, bytes } of frames) {
    for (let from = 0; from < bytes.length;) {
      const end = bytes.indexOf(10, from);
      const part = bytes.subarray(from, end < 0 ? bytes.length : end);
      open.set(stream, [...(open.get(stream) ?? []), part]);
      if (end < 0) break;
      close(stream);
      from = end + 1;
    }
  }
  close('stdout');
  close('stderr');
  return lines;
};

const seconds = (at: Date): string => (at.getTime() / 1000).toFixed(3);

/**
 * What a container wrote within a window, byte-capped; undefined: there is no such container. Never waits for more
 * lines. Rejects with a problem, also for a log driver that cannot be read back.
 */
export const readContainerLog = async (
  api: RestApi,
  { container, since, until, tail, maxBytes = MAX_LOG_BYTES }: LogWindow,
): Promise<ContainerLog | undefined> => {
  const inspected = await inspectContainer(api, container);
  if (!inspected) return undefined;
  const search = new URLSearchParams({
    stdout: 'true',
    stderr: 'true',
    follow: 'false',
    since: seconds(since),
    ...(until && { until: seconds(until) }),
    tail: tail === undefined ? 'all' : String(tail),
  });
  const path = `/containers/${inspected.Id}/logs?${search.toString()}`;
  const { status, bytes, isCut } = await getBytes(api, path, maxBytes);
  if (status !== 200) throw engineProblem(api, status, jsonOf(bytes));
  const frames = inspected.Config.Tty
    ? [{ stream: 'stdout' as const, bytes }]
    : framesOf(bytes, inspected.Name);
  return { lines: linesOf(frames), isCut };
};
