import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckContext } from '../check.ts';
import { ourFault } from '../problem.ts';
import { runProcess, type ProcessEnd } from '../process.ts';
import type { Checkout } from './shadow.ts';

const PROGRAMS = ['/usr/bin/git', '/usr/local/bin/git', '/opt/homebrew/bin/git'];

const envOf = ({ gitDir, workTree, indexFile }: Checkout): Readonly<Record<string, string>> => ({
  HOME: gitDir,
  PATH: '/usr/bin:/bin',
  LC_ALL: 'C',
  GIT_DIR: gitDir,
  GIT_WORK_TREE: workTree,
  GIT_INDEX_FILE: indexFile,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  // Nothing is written, nothing is fetched, nobody is asked, and no other history is put in the place of this one.
  GIT_OPTIONAL_LOCKS: '0',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_NO_LAZY_FETCH: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_NO_REPLACE_OBJECTS: '1',
});

const isNotInstalled = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'spawn_enoent';

/** Runs git on a checkout, without its config, hooks, filters, network or a shell. How it ended is the caller's to judge. */
export const runGit = async (
  args: readonly string[],
  checkout: Checkout,
  context: CheckContext,
): Promise<ProcessEnd> => {
  for (const program of PROGRAMS) {
    try {
      return await runProcess(
        { program, args: ['--no-pager', ...args], env: envOf(checkout), cwd: checkout.workTree },
        context,
      );
    } catch (error) {
      if (!isNotInstalled(error)) throw error;
    }
  }
  throw ourFault('git is not installed on the worker', 'no_git', { scope: 'worker' });
};

/** The same for what has to succeed; `exits`: those that are answers. */
export const askGit = async (
  args: readonly string[],
  {
    checkout,
    context,
    exits = [0],
  }: { checkout: Checkout; context: CheckContext; exits?: readonly number[] },
): Promise<ProcessEnd> => {
  const end = await runGit(args, checkout, context);
  if (exits.includes(end.exit)) return end;
  const words = end.stderr.text.trim().split('\n')[0]?.slice(0, 200) ?? '';
  throw ourFault(`git ${args[0] ?? ''} ends with ${end.exit}: ${words}`, 'git_failed');
};

/** What the checkout's own config says that is worth knowing and harmless. */
export type OwnConfig = {
  /** Branch -> the branch it follows, by its full name here. */
  readonly upstreams: ReadonlyMap<string, string>;
  /** Files are changed on their way in and out by programs that are not run here. */
  readonly hasFilters: boolean;
};

const REF_PART = /^[A-Za-z0-9_.][A-Za-z0-9_./+@-]{0,200}$/;
const TAKEN: Readonly<Record<string, RegExp>> = {
  'core.repositoryformatversion': /^[01]$/,
  'core.filemode': /^(?:true|false)$/,
  'core.ignorecase': /^(?:true|false)$/,
  'core.symlinks': /^(?:true|false)$/,
  'core.autocrlf': /^(?:true|false|input)$/,
  'core.eol': /^(?:lf|crlf|native)$/,
  'extensions.objectformat': /^sha(?:1|256)$/,
  'extensions.refstorage': /^(?:files|reftable)$/,
};

const SAFE_CONFIG = `[core]
\tbare = false
\thooksPath = /dev/null
\tfsmonitor = false
\tuntrackedCache = false
\tattributesFile = /dev/null
\texcludesFile = /dev/null
\tsshCommand = false
[protocol]
\tallow = never
[gc]
\tauto = 0
[log]
\tshowSignature = false
[submodule]
\trecurse = false
[status]
\tsubmoduleSummary = false
`;

const upstreamsOf = (entries: ReadonlyMap<string, string>): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  for (const [key, merge] of entries) {
    const branch = /^branch\.(.+)\.merge$/.exec(key)?.[1];
    const remote = entries.get(`branch.${branch ?? ''}.remote`);
    const name = /^refs\/heads\/(.+)$/.exec(merge)?.[1];
    if (branch === undefined || remote === undefined || name === undefined) continue;
    if (!REF_PART.test(remote) || !REF_PART.test(name)) continue;
    found.set(branch, remote === '.' ? merge : `refs/remotes/${remote}/${name}`);
  }
  return found;
};

/**
 * Reads the config of the checkout as text, takes over what says how its objects and files are stored, and writes the
 * config that git obeys instead.
 */
export const writeSafeConfig = async (checkout: Checkout, context: CheckContext): Promise<OwnConfig> => {
  const { gitDir, configFile } = checkout;
  await writeFile(join(gitDir, 'config'), SAFE_CONFIG);
  if (configFile === undefined) return { upstreams: new Map(), hasFilters: false };
  // Not all of it: addresses of remotes may hold passwords.
  const wanted = '^(core|extensions|branch|filter)\\.';
  const { stdout } = await askGit(
    ['config', '--file', configFile, '--no-includes', '-z', '--get-regexp', wanted],
    { checkout, context, exits: [0, 1] },
  );
  if (stdout.isCut) throw ourFault('the config of the checkout is larger than 64 KiB', 'git_failed');
  const entries = new Map(
    stdout.text.split('\0').flatMap((entry): [string, string][] => {
      const end = entry.indexOf('\n');
      return end > 0 ? [[entry.slice(0, end), entry.slice(end + 1)]] : [];
    }),
  );
  const taken = Object.entries(TAKEN).flatMap(([key, pattern]) => {
    const value = entries.get(key);
    const [section = '', name = ''] = key.split('.');
    return value !== undefined && pattern.test(value) ? [`[${section}]\n\t${name} = ${value}\n`] : [];
  });
  await writeFile(join(gitDir, 'config'), `${SAFE_CONFIG}${taken.join('')}`);
  return {
    upstreams: upstreamsOf(entries),
    hasFilters: [...entries.keys()].some((key) => /^filter\..*\.(?:clean|smudge|process)$/.test(key)),
  };
};

/** Branch that is checked out; undefined when it is none. */
export const currentBranch = async ({ gitDir }: Checkout): Promise<string | undefined> =>
  /^ref: refs\/heads\/([^\n]+)/.exec(await readFile(join(gitDir, 'HEAD'), 'utf8'))?.[1];
