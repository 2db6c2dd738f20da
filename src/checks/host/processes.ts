import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { errorCodeOf, ourFault } from '../problem.ts';

/** One process, as /proc tells it. */
export type Process = {
  readonly pid: number;
  /** What it calls itself, at most 15 characters. */
  readonly comm: string;
  /** Program and arguments; empty for a thread of the kernel. Arguments may be secrets: matched, never shown. */
  readonly argv: readonly string[];
  /** Dead, and not yet taken note of by its parent. */
  readonly isZombie: boolean;
  /** Milliseconds since it was started. */
  readonly ageMs: number;
  /** Seconds of processor time it has used so far. */
  readonly cpuSeconds: number;
  /** Bytes in memory. */
  readonly rss: number;
};

// USER_HZ, which is 100 on every architecture Linux runs Node on.
const TICKS_PER_SECOND = 100;
const MAX_PROCESSES = 50_000;
const MAX_ARGV = 16 * 1024;

// What is hidden from the worker is to it as if it had ended; `areOthersHidden` and `isUnclear` tell the difference.
const isGone = (error: unknown): boolean =>
  ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(errorCodeOf(error) ?? '');

/** Undefined: the process ended meanwhile, or is hidden. */
const unlessGone = async <T>(reading: Promise<T>): Promise<T | undefined> => {
  try {
    return await reading;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
};

const uptimeSeconds = async (): Promise<number> => {
  try {
    return Number((await readFile('/proc/uptime', 'utf8')).split(' ')[0]);
  } catch (error) {
    throw ourFault('processes can be looked at on Linux only', 'no_proc', { cause: error });
  }
};

const parseProcess = (
  texts: { readonly stat: string; readonly status: string; readonly cmdline: string },
  uptime: number,
): Process | undefined => {
  // The name stands in brackets and may hold brackets and blanks itself.
  const [open, close] = [texts.stat.indexOf('('), texts.stat.lastIndexOf(')')];
  const fields = texts.stat.slice(close + 2).split(' ');
  const [state = '', utime, stime, started] = [fields[0], fields[11], fields[12], fields[19]];
  const pid = Number.parseInt(texts.stat, 10);
  if (open < 0 || Number.isNaN(pid) || started === undefined) return undefined;
  const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(texts.status)?.[1] ?? 0);
  return {
    pid,
    comm: texts.stat.slice(open + 1, close),
    argv: texts.cmdline
      .slice(0, MAX_ARGV)
      .split('\0')
      .filter((part) => part !== ''),
    isZombie: state === 'Z' || state === 'X',
    ageMs: Math.max(0, Math.round((uptime - Number(started) / TICKS_PER_SECOND) * 1000)),
    cpuSeconds: (Number(utime) + Number(stime)) / TICKS_PER_SECOND,
    rss: kilobytes * 1024,
  };
};

const readProcess = async (pid: number, uptime: number): Promise<Process | undefined> => {
  const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8');
  const texts = await unlessGone(Promise.all([read('stat'), read('status'), read('cmdline')]));
  return texts && parseProcess({ stat: texts[0], status: texts[1], cmdline: texts[2] }, uptime);
};

/** One process; undefined when there is none of that number. */
export const findProcess = async (pid: number): Promise<Process | undefined> =>
  readProcess(pid, await uptimeSeconds());

/** Whether only the worker's own processes can be seen: then one that is not found may still run. */
export const areOthersHidden = async (): Promise<boolean> =>
  (await unlessGone(readFile('/proc/1/stat', 'utf8'))) === undefined;

/** Every process that can be seen, by number. Rejects with a problem where there is no /proc. */
export const listProcesses = async (signal: AbortSignal): Promise<readonly Process[]> => {
  const uptime = await uptimeSeconds();
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found: Process[] = [];
  for (const pid of pids.slice(0, MAX_PROCESSES)) {
    signal.throwIfAborted();
    const process = await readProcess(pid, uptime);
    if (process) found.push(process);
  }
  return found;
};

const INTERPRETER = /^(?:python|node|ruby|perl|php|bash|sh|dash|java)[\d.]*$/;

/** Whether a process goes by a name: what it calls itself, its program, or the script its interpreter runs. */
export const isNamed = ({ comm, argv }: Process, name: string): boolean => {
  const [program = '', script = ''] = argv.map((part) => basename(part));
  // Names that a process gives itself are cut by the kernel.
  if (comm === name.slice(0, 15) && (name.length <= 15 || program === '')) return true;
  return program === name || (INTERPRETER.test(program) && script === name);
};

const LISTEN = '0A';

/** Inodes of the TCP sockets that listen on a port. */
const listeningInodes = async (port: number): Promise<ReadonlySet<string>> => {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => unlessGone(readFile(`/proc/net/${name}`, 'utf8'))),
  );
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = tables
    .flatMap((table = '') => table.split('\n').slice(1))
    .map((row) => row.trim().split(/\s+/));
  return new Set(
    rows
      .filter(([, local = '', , state]) => local.endsWith(wanted) && state === LISTEN)
      .map((row) => row[9] ?? ''),
  );
};

const socketsOf = async (pid: number): Promise<readonly string[]> => {
  const handles = (await unlessGone(readdir(`/proc/${pid}/fd`))) ?? [];
  const links = await Promise.all(handles.map((handle) => unlessGone(readlink(`/proc/${pid}/fd/${handle}`))));
  return links.map((link = '') => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? '');
};

/** Who listens on a port. */
export type Listeners = {
  readonly isListening: boolean;
  readonly pids: ReadonlySet<number>;
  /** Somebody listens, and it cannot be told who: the worker's user may not look into all processes. */
  readonly isUnclear: boolean;
};

export const findListeners = async (
  port: number,
  { processes, signal }: { readonly processes: readonly Process[]; readonly signal: AbortSignal },
): Promise<Listeners> => {
  const inodes = await listeningInodes(port);
  const pids = new Set<number>();
  const explained = new Set<string>();
  for (const { pid } of inodes.size > 0 ? processes : []) {
    signal.throwIfAborted();
    for (const inode of await socketsOf(pid)) {
      if (!inodes.has(inode)) continue;
      pids.add(pid);
      explained.add(inode);
    }
  }
  return { isListening: inodes.size > 0, pids, isUnclear: explained.size < inodes.size };
};
