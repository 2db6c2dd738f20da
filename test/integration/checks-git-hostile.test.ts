import { access, appendFile, chmod, cp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { findKind } from '../../src/checks/registry.ts';
import type { CheckDefinition, CheckResult } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { commitMore, gitIn, makeCheckouts, makeRepository, type Checkouts } from '../support/checkout.ts';
import { run } from '../support/checks.ts';

const SECRET = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789';
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

describe('a hostile checkout', () => {
  let outside: string;
  beforeAll(() => {
    outside = join(base, 'outside');
  });

  const wasRun = async (): Promise<boolean> =>
    access(join(base, 'was-run')).then(
      () => true,
      () => false,
    );

  const everything: Given = { contains: 'v1.0.0', tracked: ['app.py'], log: 5, grep: { pattern: 'x' } };

  it('runs nothing: no filter, hook, monitor, pager, signature check, conversion or include', async () => {
    const evil = join(base, 'evil.sh');
    await writeFile(evil, `#!/bin/sh\ntouch ${join(base, 'was-run')}\nexit 1\n`);
    await chmod(evil, 0o755);
    await writeFile(join(repository, '.gitattributes'), '* filter=evil diff=evil ident\n');
    await git('add', '.gitattributes');
    await git('commit', '--quiet', '-m', 'attributes');
    await writeFile(join(repository, 'included'), `[core]\n\tfsmonitor = ${evil}\n`);
    await appendFile(
      join(repository, '.git', 'config'),
      `[core]\n\tfsmonitor = ${evil}\n\thooksPath = ${base}\n\tpager = ${evil}\n\tsshCommand = ${evil}\n\teditor = ${evil}\n` +
        `[filter "evil"]\n\tclean = ${evil}\n\tsmudge = ${evil}\n\tprocess = ${evil}\n\trequired = true\n` +
        `[diff "evil"]\n\ttextconv = ${evil}\n\tcommand = ${evil}\n[diff]\n\texternal = ${evil}\n` +
        `[log]\n\tshowSignature = true\n[gpg]\n\tprogram = ${evil}\n[pager]\n\tlog = ${evil}\n\tstatus = ${evil}\n` +
        `[alias]\n\tstatus = !${evil}\n[include]\n\tpath = ${join(repository, 'included')}\n` +
        `[uploadpack]\n\tpackObjectsHook = ${evil}\n`,
    );
    for (const hook of ['post-index-change', 'fsmonitor-watchman', 'post-checkout', 'pre-commit']) {
      await cp(evil, join(repository, '.git', 'hooks', hook));
      await cp(evil, join(base, hook));
    }
    // The same size at another time: git has to look into the file, and so would filter it.
    await writeFile(join(repository, 'app.py'), 'password = LOAD()\nname = "x"\n');
    const result = await check(everything);
    expect(result.outcome).toBe('pass');
    expect(await wasRun()).toBe(false);
    expect((await check({}, { expect: { dirty: false } })).line).toMatch(/filters of the checkout/);
    // The trap is a trap: git itself walks into it.
    await git('status').catch(() => undefined);
    expect(await wasRun()).toBe(true);
  });

  it('fetches nothing that is missing, and asks nobody', async () => {
    const trap = join(base, 'fetched.sh');
    await writeFile(trap, `#!/bin/sh\ntouch ${join(base, 'was-fetched')}\n`);
    await chmod(trap, 0o755);
    await appendFile(
      join(repository, '.git', 'config'),
      `[core]\n\trepositoryformatversion = 1\n[extensions]\n\tpartialClone = origin\n[remote "origin"]\n\turl = ${join(base, 'origin')}\n\tuploadpack = ${trap}\n\tpromisor = true\n`,
    );
    await commitMore(repository, 'second');
    const [tree] = (await git('rev-parse', 'HEAD^{tree}')).split('\n');
    await rm(join(repository, '.git', 'objects', tree!.slice(0, 2), tree!.slice(2)));
    await check({ ...everything, contains: 'f'.repeat(40) });
    await expect(access(join(base, 'was-fetched'))).rejects.toThrow();
    // Again a trap that git itself walks into.
    await git('ls-tree', 'HEAD').catch(() => undefined);
    await access(join(base, 'was-fetched'));
  });

  it('leads nowhere else: not by its files, its pointer, its objects, nor a work tree in its config', async () => {
    await gitIn(outside, 'init', '--quiet', '--initial-branch=main').catch(() => undefined);
    await writeFile(join(outside, 'private'), 'x');
    await gitIn(outside, 'add', '.');
    await gitIn(outside, 'commit', '--quiet', '--allow-empty', '-m', 'outside');
    const cases: Readonly<Record<string, (folder: string) => Promise<unknown>>> = {
      link: (folder) => symlink(join(outside, '.git'), join(folder, '.git')),
      pointer: (folder) => writeFile(join(folder, '.git'), `gitdir: ${join(outside, '.git')}\n`),
      dots: (folder) => writeFile(join(folder, '.git'), 'gitdir: ../../outside/.git\n'),
      objects: async (folder) => {
        await cp(join(repository, '.git'), join(folder, '.git'), { recursive: true });
        await rm(join(folder, '.git', 'objects'), { recursive: true });
        await symlink(join(outside, '.git', 'objects'), join(folder, '.git', 'objects'));
      },
      head: async (folder) => {
        await cp(join(repository, '.git'), join(folder, '.git'), { recursive: true });
        await rm(join(folder, '.git', 'HEAD'));
        await symlink('/etc/passwd', join(folder, '.git', 'HEAD'));
      },
      index: async (folder) => {
        await cp(join(repository, '.git'), join(folder, '.git'), { recursive: true });
        await rm(join(folder, '.git', 'index'));
        await symlink(join(outside, '.git', 'index'), join(folder, '.git', 'index'));
      },
      alternates: async (folder) => {
        await cp(join(repository, '.git'), join(folder, '.git'), { recursive: true });
        await writeFile(
          join(folder, '.git', 'objects', 'info', 'alternates'),
          `${join(outside, '.git', 'objects')}\n`,
        );
      },
      common: async (folder) => {
        await cp(join(repository, '.git'), join(folder, '.git'), { recursive: true });
        await writeFile(join(folder, '.git', 'commondir'), `${join(outside, '.git')}\n`);
      },
    };
    for (const [name, make] of Object.entries(cases)) {
      const folder = join(root, `${name}-${made}`);
      await mkdir(folder);
      await make(folder);
      const result = await check({ directory: folder });
      expect(result, name).toMatchObject({ outcome: 'error', observation: {} });
      expect(JSON.stringify(result), name).not.toMatch(/root:|private/);
    }
    await appendFile(join(repository, '.git', 'config'), `[core]\n\tworktree = ${outside}\n`);
    const result = await check();
    expect(result.observation).toMatchObject({ dirty: false });
    for (const directory of [outside, join(repository, '../../outside'), 'app', '/'])
      expect(await check({ directory }), directory).toMatchObject({ outcome: 'error' });
  });

  it('does not lead a search out by a folder that became a link', async () => {
    await mkdir(join(repository, 'sub'));
    await writeFile(join(repository, 'sub', 'private'), 'harmless');
    await git('add', '.');
    await git('commit', '--quiet', '-m', 'sub');
    await rm(join(repository, 'sub'), { recursive: true });
    await writeFile(join(outside, 'private'), 'needle');
    await symlink(outside, join(repository, 'sub'));
    expect((await check({ grep: { pattern: 'needle' } })).observation).toMatchObject({ hits: 0 });
  });

  it('shows no secret of its remotes, subjects or names, and no control characters', async () => {
    await git('remote', 'add', 'origin', `https://user:${SECRET}@127.0.0.1/x.git`);
    await commitMore(repository, `token ${SECRET}`);
    await writeFile(join(repository, `\u001b[31mred\nline ${SECRET}`), '');
    await git('tag', `x-${SECRET}`);
    const result = await check({ log: 5 });
    expect(result.outcome).toBe('pass');
    expect(JSON.stringify(result)).not.toContain(SECRET);
    expect(JSON.stringify(result)).not.toContain('u001b');
  });

  it('that says without end is cut, and then not judged clean', async () => {
    await mkdir(join(repository, 'many'));
    await writeFile(join(repository, 'many', 'tracked'), '');
    await git('add', '.');
    await git('commit', '--quiet', '-m', 'many');
    const names = Array.from({ length: 1000 }, (_, i) => `${String(i).padStart(4, '0')}${'n'.repeat(100)}`);
    await Promise.all(names.map((name) => writeFile(join(repository, 'many', name), '')));
    expect(await check({}, { expect: { changed: { lt: 900 } } })).toMatchObject({ outcome: 'inconclusive' });
    expect(await check({}, { expect: { dirty: false } })).toMatchObject({ outcome: 'fail' });
  });

  it('leaves nothing behind in it or beside it', async () => {
    const before = await readdir(join(repository, '.git'), { recursive: true });
    const folder = join(base, `temporary-${made}`);
    await mkdir(folder);
    vi.stubEnv('TMPDIR', folder);
    await check(everything);
    await check({ grep: { pattern: '(' } });
    vi.unstubAllEnvs();
    expect(await readdir(join(repository, '.git'), { recursive: true })).toEqual(before);
    expect(await readdir(folder)).toEqual([]);
  });

  it('cannot be asked for with options', () => {
    const { problems } = findKind('git')!;
    for (const contains of ['--upload-pack=x', '-x', 'a b', '', 'a:b', 'a^{/x}', ':/x', 'a..b;'])
      expect(problems({ directory: '/a', contains }), contains).toHaveLength(1);
  });
});
