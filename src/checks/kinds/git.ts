import { z } from 'zod';
import type { Json, JsonObject } from '../../lib/json.ts';
import { plain } from '../../lib/matching/rule.ts';
import { placeholdersIn } from '../../lib/placeholders.ts';
import { defineCheck, type CheckContext, type Incomplete, type Measured } from '../check.ts';
import { askGit, currentBranch, runGit, writeSafeConfig, type OwnConfig } from '../git/git.ts';
import { withCheckout, type Checkout } from '../git/shadow.ts';
import { isAllowed } from '../host/files.ts';

const text = z.string().min(1).max(500);

const params = z.strictObject({
  directory: z
    .string()
    .min(1)
    .describe('Absolute path of the checkout on the worker, below a folder the environment file allows.'),
  contains: z
    .string()
    .regex(/^[A-Za-z0-9_][\w./+-]{0,200}$/, 'is not a commit, tag or branch')
    .optional()
    .describe('Commit, tag or branch that the history of what is checked out has to hold.'),
  tracked: z
    .array(text)
    .min(1)
    .max(100)
    .optional()
    .describe('Paths in the checkout; those of them that git tracks are listed.'),
  log: z.int().min(1).max(50).optional().describe('List so many of the last commits.'),
  grep: z
    .strictObject({
      pattern: text.describe('Extended regular expression, as git grep -E takes it.'),
      paths: z
        .array(text)
        .max(50)
        .default([])
        .describe('Only in these paths: ["*.py"]; default: everywhere.'),
      ignore_case: z
        .boolean()
        .default(false)
        .describe('Whether the case of letters does not matter; default no.'),
    })
    .optional()
    .describe('Count lines of the tracked files that match.'),
});

type Params = z.output<typeof params>;

type Asking = {
  readonly given: Params;
  readonly checkout: Checkout;
  readonly config: OwnConfig;
  readonly context: CheckContext;
};

type Part = { readonly seen: JsonObject; readonly incomplete?: readonly Incomplete[] };

const MAX_LISTED = 50;

const cutOff = (key: string): Incomplete => ({ key, reason: 'cannot be told: git says more than is read' });

const headOf = async ({ checkout, context }: Asking): Promise<Part> => {
  const branch = (await currentBranch(checkout)) ?? '(detached)';
  const parsed = await runGit(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], checkout, context);
  if (parsed.exit !== 0) return { seen: { branch } };
  const described = await runGit(['describe', '--tags', '--abbrev=12', 'HEAD'], checkout, context);
  const tags = await askGit(['tag', '--points-at', 'HEAD'], { checkout, context });
  return {
    seen: {
      branch,
      commit: parsed.stdout.text.trim(),
      ...(described.exit === 0 && { describe: described.stdout.text.trim() }),
      tags: tags.stdout.text.split('\n').filter((tag) => tag !== ''),
    },
    incomplete: tags.stdout.isCut ? [cutOff('tags')] : [],
  };
};

/** `1 .M N... 100644 100644 100644 <oid> <oid> path`, `u ...`, `? path`. */
const changeOf = (entry: string): string | undefined => {
  if (entry.startsWith('? ')) return `? ${entry.slice(2)}`;
  const [, states, path] =
    /^1 (\S\S) (?:\S+ ){6}([^]+)$/.exec(entry) ?? /^u (\S\S) (?:\S+ ){8}([^]+)$/.exec(entry) ?? [];
  return states === undefined ? undefined : `${states.replaceAll('.', '')} ${path ?? ''}`;
};

const statusOf = async ({ checkout, context, config }: Asking): Promise<Part> => {
  const { stdout } = await askGit(
    ['status', '--porcelain=v2', '-z', '--untracked-files=normal', '--ignore-submodules=all', '--no-renames'],
    { checkout, context },
  );
  const changes = stdout.text.split('\0').flatMap((entry) => changeOf(entry) ?? []);
  const isDirty = changes.length > 0;
  const isCut = stdout.isCut || changes.length > MAX_LISTED;
  const isFiltered = config.hasFilters && isDirty;
  const unsure = 'cannot be told: filters of the checkout (as for LFS) are not run, and change what differs';
  return {
    seen: { dirty: isDirty, changed: changes.length, changes: changes.slice(0, MAX_LISTED) },
    incomplete: isFiltered
      ? ['dirty', 'changed', 'changes'].map((key) => ({ key, reason: unsure }))
      : [...(isCut ? [cutOff('changes')] : []), ...(stdout.isCut ? [cutOff('changed')] : [])],
  };
};

const upstreamOf = async ({ checkout, context, config }: Asking): Promise<Part> => {
  const branch = await currentBranch(checkout);
  const upstream = branch === undefined ? undefined : config.upstreams.get(branch);
  if (upstream === undefined) return { seen: {} };
  const { exit, stdout } = await runGit(
    ['rev-list', '--left-right', '--count', `HEAD...${upstream}`, '--'],
    checkout,
    context,
  );
  const [, ahead, behind] = /^(\d+)\s+(\d+)\s*$/.exec(stdout.text) ?? [];
  if (exit !== 0 || ahead === undefined) return { seen: {} };
  const reason = 'cannot be told: only a part of the history is there';
  return {
    seen: {
      upstream: upstream.replace(/^refs\/(?:remotes|heads)\//, ''),
      ahead: Number(ahead),
      behind: Number(behind),
    },
    incomplete: checkout.isShallow ? ['ahead', 'behind'].map((key) => ({ key, reason })) : [],
  };
};

const containsOf = async ({ checkout, context, given: { contains } }: Asking): Promise<Part> => {
  if (contains === undefined) return { seen: {} };
  const named = await runGit(
    ['rev-parse', '--verify', '--quiet', '--end-of-options', `${contains}^{commit}`],
    checkout,
    context,
  );
  const commit = named.stdout.text.trim();
  const isKnown = named.exit === 0 && /^[0-9a-f]{40,64}$/.test(commit);
  const isHeld =
    isKnown &&
    (await askGit(['merge-base', '--is-ancestor', commit, 'HEAD'], { checkout, context, exits: [0, 1] }))
      .exit === 0;
  const reason = 'cannot be told: only a part of the history is there';
  return {
    seen: { contains: isHeld },
    incomplete: checkout.isShallow && !isHeld ? [{ key: 'contains', reason }] : [],
  };
};

const trackedOf = async ({ checkout, context, given: { tracked } }: Asking): Promise<Part> => {
  if (tracked === undefined) return { seen: {} };
  const { stdout } = await askGit(['--literal-pathspecs', 'ls-files', '-z', '--', ...tracked], {
    checkout,
    context,
  });
  return {
    seen: {
      tracked: stdout.text
        .split('\0')
        .filter((path) => path !== '')
        .slice(0, MAX_LISTED),
    },
    incomplete: stdout.isCut ? [cutOff('tracked')] : [],
  };
};

const logOf = async ({ checkout, context, given: { log } }: Asking): Promise<Part> => {
  if (log === undefined) return { seen: {} };
  const { stdout } = await askGit(
    ['log', `--max-count=${log}`, '--no-show-signature', '--format=%H%x00%cI%x00%s', 'HEAD', '--'],
    { checkout, context },
  );
  const commits = stdout.text.split('\n').flatMap((line): Json[] => {
    const [commit, at, subject] = line.split('\0');
    return at === undefined ? [] : [{ commit: commit ?? '', at, subject: subject ?? '' }];
  });
  return { seen: { commits }, incomplete: stdout.isCut ? [cutOff('commits')] : [] };
};

const grepOf = async ({ checkout, context, given: { grep } }: Asking): Promise<Part> => {
  if (!grep) return { seen: {} };
  const { pattern, paths, ignore_case: ignoresCase } = grep;
  // What is in the index, not the files: a folder of the checkout may be a link that leads out.
  const args = ['grep', '--cached', '--no-textconv', '--threads=1', '-I', '-c', '-z', '-E'];
  const { stdout } = await askGit([...args, ...(ignoresCase ? ['-i'] : []), '-e', pattern, '--', ...paths], {
    checkout,
    context,
    exits: [0, 1],
  });
  const files = stdout.text.split('\n').flatMap((line): [string, number][] => {
    const [path = '', count] = line.split('\0');
    return count === undefined ? [] : [[path, Number(count)]];
  });
  return {
    seen: {
      hits: files.reduce((sum, [, count]) => sum + count, 0),
      hit_files: files.map(([path]) => path).slice(0, MAX_LISTED),
    },
    incomplete: stdout.isCut ? [cutOff('hits'), cutOff('hit_files')] : [],
  };
};

const PARTS = [headOf, statusOf, upstreamOf, containsOf, trackedOf, logOf, grepOf];

const measure = (given: Params, context: CheckContext): Promise<Measured> =>
  withCheckout(given.directory, context.connections.fileRoots, async (checkout) => {
    const asking = { given, checkout, context, config: await writeSafeConfig(checkout, context) };
    const parts: Part[] = [];
    for (const part of PARTS) parts.push(await part(asking));
    return {
      observation: Object.assign({}, ...parts.map(({ seen }) => seen)) as JsonObject,
      incomplete: parts.flatMap(({ incomplete = [] }) => incomplete),
    };
  });

/** What is checked out on the machine of the worker. Nothing of the checkout is run, and nothing is fetched. */
export const git = defineCheck({
  kind: 'git',
  title: 'A checkout on the host is at the right commit, and nothing in it is changed.',
  params,
  defaultTimeoutMs: 20_000,
  defaultRetries: 0,
  observation: {
    branch: 'name of the branch, or (detached)',
    commit: 'full hash of what is checked out; absent before the first commit',
    describe: 'nearest tag, v1.2.0 or v1.2.0-3-gabcdef: three commits later; absent without tags',
    tags: 'tags of the very commit',
    dirty: 'whether something is changed or untracked; submodules do not count',
    changed: 'how many paths are',
    changes: 'the first 50 of them, as M path, ? path',
    upstream: 'branch that it follows, as it was last fetched; absent when it follows none',
    ahead: 'commits that upstream does not have; behind: commits that only upstream has',
    contains: 'whether the history holds the commit asked for; absent without contains',
    tracked: 'those paths of tracked that git tracks; absent without it',
    'commits[i].subject': 'the last commits, besides commit and at; absent without log',
    hits: 'lines that match grep; hit_files: the first 50 files with such lines; absent without it',
  },
  passes: { commit: { exists: true } },
  demands: ({ contains }) => (contains === undefined ? {} : { contains: true }),
  target: ({ directory }) => directory,
  needs: ({ directory }, { connections }) =>
    placeholdersIn(directory).length > 0 || isAllowed(directory, connections.fileRoots)
      ? []
      : ['runner on the host'],
  run: measure,
  say: ({ branch = null, commit = null, describe, changed }) => {
    const at = describe === undefined ? plain(commit).slice(0, 12) : plain(describe);
    return `${plain(branch)} at ${at}${changed === 0 ? '' : `, ${plain(changed ?? null)} changed`}`;
  },
});
