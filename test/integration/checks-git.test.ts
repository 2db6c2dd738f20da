import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CheckDefinition, CheckResult } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { commitMore, gitIn, makeCheckouts, makeRepository, type Checkouts } from '../support/checkout.ts';
import { run } from '../support/checks.ts';

let checkouts: Checkouts;
let base: string;
let root: string;
let made = 0;
let repository: string;

const git = (...args: readonly string[]): Promise<string> => gitIn(repository, ...args);

beforeAll(async () => {
  checkouts = await makeCheckouts();
  ({ base, root } = checkouts);
});

afterAll(() => checkouts.remove());

beforeEach(async () => {
  made += 1;
  repository = join(root, `app-${made}`);
  await makeRepository(repository);
});

type Given = Readonly<Record<string, Json>>;

const check = (
  given: Given = {},
  more: Omit<CheckDefinition, 'kind' | 'params'> = {},
): Promise<CheckResult> =>
  run({
    kind: 'git',
    params: { directory: repository, ...given },
    with: more,
    connections: { fileRoots: [root] },
  });

describe('a checkout', () => {
  it('is at a commit of a branch, perhaps with a tag, and clean', async () => {
    const commit = await git('rev-parse', 'HEAD');
    expect(await check({}, { expect: { dirty: false, branch: 'main' } })).toMatchObject({
      outcome: 'pass',
      line: 'main at v1.0.0',
      observation: {
        branch: 'main',
        commit,
        describe: 'v1.0.0',
        tags: ['v1.0.0'],
        dirty: false,
        changes: [],
      },
    });
    await commitMore(repository, 'second');
    expect((await check()).observation).toMatchObject({
      tags: [],
      describe: expect.stringMatching(/^v1\.0\.0-1-g[0-9a-f]{12}$/),
    });
    await git('checkout', '--quiet', '--detach', 'v1.0.0');
    expect(await check({}, { expect: { branch: 'main' } })).toMatchObject({
      outcome: 'fail',
      observation: { branch: '(detached)' },
    });
  });

  it('is dirty with what is changed, staged or untracked, not with what is ignored', async () => {
    await writeFile(join(repository, '.gitignore'), 'build/\n');
    await writeFile(join(repository, '.git', 'info', 'exclude'), 'local.txt\n');
    await git('add', '.gitignore');
    await git('commit', '--quiet', '-m', 'ignore');
    await mkdir(join(repository, 'build'));
    await writeFile(join(repository, 'build', 'out'), '');
    await writeFile(join(repository, 'local.txt'), '');
    expect((await check()).observation).toMatchObject({ dirty: false });
    await appendFile(join(repository, 'app.py'), 'changed\n');
    await writeFile(join(repository, 'new file'), '');
    await writeFile(join(repository, 'staged'), '');
    await git('add', 'staged');
    expect(await check({}, { expect: { changes: { length: 0 } } })).toMatchObject({
      outcome: 'fail',
      observation: { dirty: true, changed: 3, changes: ['M app.py', 'A staged', '? new file'] },
    });
  });

  it('is before and behind what it follows, as it was last fetched', async () => {
    await git('remote', 'add', 'origin', join(base, 'origin'));
    await commitMore(repository, 'pushed');
    await git('push', '--quiet', '--force', '--set-upstream', 'origin', 'main');
    await git('reset', '--quiet', '--hard', 'HEAD~1');
    await commitMore(repository, 'own');
    await commitMore(repository, 'own too');
    expect((await check()).observation).toMatchObject({ upstream: 'origin/main', ahead: 2, behind: 1 });
    await git('checkout', '--quiet', '-b', 'alone');
    expect((await check({}, { expect: { ahead: 0 } })).outcome).toBe('inconclusive');
  });

  it('holds a commit in its history or not', async () => {
    const first = await git('rev-parse', 'HEAD');
    await git('checkout', '--quiet', '-b', 'other');
    await commitMore(repository, 'of another branch');
    const other = await git('rev-parse', 'HEAD');
    await git('checkout', '--quiet', 'main');
    await commitMore(repository, 'second');
    for (const contains of [first, first.slice(0, 10), 'v1.0.0', 'main'])
      expect((await check({ contains })).outcome, contains).toBe('pass');
    for (const contains of [other, 'other', 'v9.9.9', 'f'.repeat(40)])
      expect(await check({ contains }), contains).toMatchObject({
        outcome: 'fail',
        line: 'contains: expected true, got false',
      });
  });

  it('of which only a part was fetched is not judged by its history', async () => {
    await commitMore(repository, 'second');
    const first = await git('rev-parse', 'v1.0.0');
    const whole = repository;
    repository = join(root, `shallow-${made}`);
    await gitIn(base, 'clone', '--quiet', '--depth=1', `file://${whole}`, repository);
    expect((await check({ contains: first })).outcome).toBe('inconclusive');
    expect((await check({ contains: 'main' })).outcome).toBe('pass');
  });

  it('tracks paths, has a log and lines that match', async () => {
    const result = await check({
      tracked: ['app.py', '.env', '*'],
      log: 5,
      grep: { pattern: 'PASSWORD|secret', ignore_case: true, paths: ['*.py'] },
    });
    expect(result.observation).toMatchObject({
      tracked: ['app.py'],
      commits: [{ subject: 'first' }],
      hits: 1,
      hit_files: ['app.py'],
    });
    const none = await check({ grep: { pattern: 'nothing' } }, { expect: { hits: 0 } });
    expect(none.outcome).toBe('pass');
    expect(await check({ grep: { pattern: '(' } })).toMatchObject({ outcome: 'error' });
  });

  it('may be a work tree of another, and may have no commit yet', async () => {
    const tree = join(root, `tree-${made}`);
    await git('worktree', 'add', '--quiet', '-b', 'beside', tree);
    expect((await check({ directory: tree })).observation).toMatchObject({ branch: 'beside', dirty: false });
    const empty = join(root, `empty-${made}`);
    await mkdir(empty);
    await gitIn(empty, 'init', '--quiet', '--initial-branch=main');
    expect(await check({ directory: empty })).toMatchObject({
      outcome: 'fail',
      observation: { branch: 'main' },
    });
  });

  it('is one, or an error', async () => {
    await mkdir(join(root, `plain-${made}`));
    for (const directory of [join(root, `plain-${made}`), join(root, 'none'), join(repository, 'app.py')])
      expect(await check({ directory }), directory).toMatchObject({ outcome: 'error', observation: {} });
    const below = join(repository, 'below');
    await mkdir(below);
    expect(await check({ directory: below })).toMatchObject({ outcome: 'error' });
  });
});
