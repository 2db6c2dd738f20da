import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckResult, NamedCommand } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { NOW, run } from '../support/checks.ts';

let base: string;
let root: string;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'tminus-checks-'));
  root = join(base, 'allowed');
  await mkdir(join(root, 'folder'), { recursive: true });
  await mkdir(join(base, 'allowed-not'));
  await writeFile(join(base, 'outside'), 'outside');
  await writeFile(join(base, 'allowed-not', 'file'), 'outside');
  await writeFile(join(root, 'notes.txt'), 'one\ntwo\nthree');
  await utimes(join(root, 'notes.txt'), NOW, new Date(NOW.getTime() - 3_600_000));
  await chmod(join(root, 'notes.txt'), 0o640);
  await writeFile(join(root, 'binary'), Buffer.from([0xff, 0xfe, 0, 1]));
  await writeFile(join(root, 'large'), `begin ${'x'.repeat(2_000_000)}`);
  await writeFile(join(root, 'empty'), '');
  await symlink(join(base, 'outside'), join(root, 'link-out'));
  await symlink(base, join(root, 'folder-out'));
  await symlink(join(root, 'notes.txt'), join(root, 'link-in'));
  await symlink(join(root, 'nothing'), join(root, 'dangling'));
  await writeFile(
    join(root, '.env'),
    'NODE_ENV=production\nexport PORT=8080\nAPI_KEY=sk-aaaaaaaaaaaaaaaa\nDATABASE_URL=postgres://u:pw@h/d\nEMPTY=\nQUOTED="two words"\n',
  );
});

afterAll(() => rm(base, { recursive: true, force: true }));

describe('a file', () => {
  const file = (path: string, expectation?: Readonly<Record<string, Json>>): Promise<CheckResult> =>
    run({
      kind: 'file',
      params: { path },
      ...(expectation && { with: { expect: expectation } }),
      connections: { fileRoots: [root] },
    });

  it('is measured: size, age, mode, text and lines', async () => {
    const seen = { exists: true, size: 13, age: 3_600_000, mode: '0640' };
    expect((await file(join(root, 'notes.txt'))).observation).toEqual(seen);
    const named = await file(join(root, 'notes.txt'), { text: { starts: 'one' }, lines: 3 });
    expect(named).toMatchObject({
      outcome: 'pass',
      observation: { ...seen, text: 'one\ntwo\nthree', lines: 3 },
    });
    expect(await file(join(root, 'notes.txt'), { age: { lt: '30m' } })).toMatchObject({
      outcome: 'fail',
      line: 'age: expected < 30 min, got 1 h',
    });
    expect((await file(join(root, 'link-in'), { text: { contains: 'two' } })).outcome).toBe('pass');
    expect((await file(join(root, 'empty'), { text: '', lines: 0 })).outcome).toBe('pass');
    expect((await file(join(root, 'folder'))).observation).toMatchObject({ exists: true });
  });

  it('that is not there was measured, and so can be wanted', async () => {
    for (const path of ['nothing', 'folder/nothing', 'no/folder', 'notes.txt/below', 'dangling']) {
      expect((await file(join(root, path), { exists: false })).outcome).toBe('pass');
    }
    expect(await file(join(root, 'nothing'))).toMatchObject({
      outcome: 'fail',
      line: 'exists: expected true, got false',
    });
    await utimes(join(root, 'empty'), NOW, new Date('2099-01-01'));
    expect(await file(join(root, 'empty'), { age: { lt: '1h' } })).toMatchObject({
      outcome: 'inconclusive',
      line: expect.stringMatching(/^age: not judged, age cannot be told: it is dated \d+ d in the future$/),
    });
    expect((await file(join(root, 'nothing'), { age: { lt: '1h' } })).outcome).toBe('inconclusive');
  });

  it('below a folder that is not there yet is not there either', async () => {
    const missingRoot = join(base, 'later');
    const result = await run({
      kind: 'file',
      params: { path: join(missingRoot, 'backup.gz') },
      connections: { fileRoots: [root, missingRoot] },
    });
    expect(result).toMatchObject({ outcome: 'fail', observation: { exists: false } });
  });

  it('that is large or no text is not judged as if it had been read', async () => {
    expect((await file(join(root, 'large'), { text: { not_contains: 'end' } })).outcome).toBe('inconclusive');
    expect(
      (await file(join(root, 'large'), { text: { starts: 'begin' }, size: { gt: '1MB' } })).outcome,
    ).toBe('pass');
    expect(await file(join(root, 'binary'), { text: { absent: true } })).toMatchObject({
      outcome: 'inconclusive',
      line: 'text: not judged, text is not text',
    });
    expect((await file(join(root, 'binary'), { size: 4 })).outcome).toBe('pass');
  });

  it.each([
    ['outside', (): string => join(base, 'outside')],
    ['beside a folder of a similar name', (): string => join(base, 'allowed-not', 'file')],
    ['above by dots', (): string => `${root}/../outside`],
    ['behind a link', (): string => join(root, 'link-out')],
    ['behind a linked folder', (): string => join(root, 'folder-out', 'outside')],
    ['missing behind a linked folder', (): string => join(root, 'folder-out', 'nothing')],
    ['relative', (): string => 'notes.txt'],
    ['of the system', (): string => '/etc/passwd'],
  ])('%s is refused', async (_name, path) => {
    expect(await file(path())).toMatchObject({
      outcome: 'error',
      line: expect.stringContaining('outside the folders'),
      observation: {},
    });
  });

  it('that is a pipe or a socket is looked at and never opened', async () => {
    await promisify(execFile)('mkfifo', [join(root, 'pipe')]);
    const server = createServer().listen(join(root, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    expect((await file(join(root, 'pipe'))).observation).toMatchObject({ exists: true });
    expect((await file(join(root, 'socket'))).observation).toMatchObject({ exists: true });
    expect((await file(join(root, 'pipe'), { text: '' })).outcome).toBe('inconclusive');
    server.close();
  });
});

describe('a variable of the system', () => {
  const env = (
    name: string,
    expectation?: Readonly<Record<string, Json>>,
    path = join(root, '.env'),
  ): Promise<CheckResult> =>
    run({
      kind: 'env',
      params: { name },
      ...(expectation && { with: { expect: expectation } }),
      connections: { envSource: { kind: 'dotenv', path } },
      deps: { env: () => 'the worker’s own' },
    });

  it('is shown when neither its name nor its value is secret', async () => {
    const named = await env('NODE_ENV', { value: 'production' });
    expect(named.observation).toMatchObject({ set: true, length: 10, value: 'production' });
    expect((await env('NODE_ENV')).observation).not.toHaveProperty('value');
    expect((await env('PORT', { value: '8080' })).outcome).toBe('pass');
    expect((await env('QUOTED', { value: 'two words' })).outcome).toBe('pass');
  });

  it('is only measured when it is', async () => {
    expect((await env('API_KEY')).observation).toMatchObject({ set: true, length: 19 });
    expect((await env('DATABASE_URL')).observation).toMatchObject({ set: true, length: 19 });
    const result = await env('API_KEY', { value: { starts: 'sk-' } });
    expect(result.outcome).toBe('inconclusive');
    expect(JSON.stringify([result, await env('DATABASE_URL')])).not.toMatch(/sk-aaa|u:pw/);
  });

  it('never comes from the worker', async () => {
    for (const name of ['PATH', 'HOME', 'toString'])
      expect(await env(name)).toMatchObject({ outcome: 'fail', observation: { set: false } });
  });

  it('counts as set only when there is something in it', async () => {
    expect(await env('EMPTY')).toMatchObject({ outcome: 'fail', line: 'set: expected true, got false' });
    expect(await env('MISSING', { set: true, length: { gte: 32 } })).toMatchObject({ outcome: 'fail' });
  });

  it('cannot be read from a source that is not there: one cause for all of them', async () => {
    const [first, second] = [
      await env('A', undefined, join(root, 'none')),
      await env('B', undefined, join(root, 'none')),
    ];
    expect(first).toMatchObject({ outcome: 'error', line: 'the env source cannot be read (ENOENT)' });
    expect(second.cause).toBe(first.cause);
    expect(await run({ kind: 'env', params: { name: 'A' } })).toMatchObject({
      outcome: 'error',
      line: 'there is no env source here',
    });
  });
});

describe('a command', () => {
  type How = {
    readonly args?: Json[];
    readonly named?: Partial<NamedCommand>;
    readonly timeoutMs?: number;
    readonly expect?: Readonly<Record<string, Json>>;
    readonly env?: Record<string, string>;
  };

  const command = (
    argv: string[],
    { args = [], named, timeoutMs, expect: expected, env = {} }: How = {},
  ): Promise<CheckResult> =>
    run({
      kind: 'command',
      params: { name: 'it', args },
      with: { ...(timeoutMs !== undefined && { timeoutMs }), ...(expected && { expect: expected }) },
      connections: { commands: { it: { argv, ...named } } },
      deps: { env: (name) => env[name] },
    });

  const shell = (script: string, how?: How): Promise<CheckResult> => command(['/bin/sh', '-c', script], how);

  const isRunning = async (pattern: string): Promise<boolean> => {
    const { stdout } = await promisify(execFile)('ps', ['-eo', 'args']);
    return stdout.split('\n').some((line) => line.startsWith(pattern));
  };

  it('is measured: exit, outputs, JSON', async () => {
    const result = await shell('echo \'{"head":"a1"}\'; echo careful >&2; exit 3', {
      expect: { exit: 3, 'json.head': 'a1', stderr: { contains: 'careful' } },
    });
    expect(result).toMatchObject({
      outcome: 'pass',
      observation: { exit: 3, stdout: '{"head":"a1"}\n', json: { head: 'a1' } },
    });
    expect(await shell('exit 3')).toMatchObject({ outcome: 'fail', line: 'exit: expected 0, got 3' });
    expect((await shell('kill -9 $$', { expect: { exit: 137 } })).outcome).toBe('pass');
  });

  it('takes arguments as they are, past any shell', async () => {
    const result = await command(['/bin/echo', '${1}'], { args: ['; $(id) `id` | cat > /tmp/x && *'] });
    expect(result.observation['stdout']).toBe('; $(id) `id` | cat > /tmp/x && *\n');
  });

  it('is refused when it is not named, and so are arguments that could be options', async () => {
    expect(await run({ kind: 'command', params: { name: 'rm' } })).toMatchObject({
      outcome: 'error',
      line: 'the environment file names no command rm',
    });
    expect(await command(['/bin/echo', '${1}'], { args: ['--help'] })).toMatchObject({ outcome: 'error' });
  });

  it('sees of the environment only what is named, and what is secret there stays secret', async () => {
    const env = { GREETING: 'hello', API_TOKEN: 'tok-123456', OTHER: 'not for it' };
    const result = await command(['/usr/bin/env'], { named: { env: ['GREETING', 'API_TOKEN'] }, env });
    expect(result.observation['stdout']).toBe('GREETING=hello\nAPI_TOKEN=[redacted]\n');
    expect(await command(['/usr/bin/env'], { named: { env: ['MISSING'] }, env })).toMatchObject({
      outcome: 'error',
      line: 'MISSING is not set on this worker',
    });
  });

  it('has nothing to read and runs where it is told', async () => {
    expect((await command(['/bin/cat'])).observation).toMatchObject({ exit: 0, stdout: '' });
    expect((await command(['/bin/pwd'])).observation['stdout']).toBe('/\n');
    expect((await command(['/bin/pwd'], { named: { cwd: '/usr' } })).observation['stdout']).toBe('/usr\n');
  });

  it('that prints without end is cut and ended', async () => {
    const result = await shell('while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyy; done', { timeoutMs: 400 });
    expect(result.outcome).toBe('timed_out');
    expect(
      await shell('head -c 200000 /dev/zero | tr "\\0" x', { expect: { stdout: { not_contains: 'y' } } }),
    ).toMatchObject({
      outcome: 'inconclusive',
      line: 'stdout: not judged, stdout is longer than 64 KiB',
    });
  });

  it('ends at its deadline together with what it started', async () => {
    const startedAt = performance.now();
    expect((await shell('sleep 41.123 & echo started; exit 0', { timeoutMs: 300 })).outcome).toBe(
      'timed_out',
    );
    // Far from the 41 s of the sleep, with room for a busy machine.
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    await expect.poll(() => isRunning('sleep 41.123'), { timeout: 10_000 }).toBe(false);
  });

  it('ends even when it does not want to', async () => {
    expect(
      (await shell('trap "" TERM; while :; do sleep 0.05; : 42.123; done', { timeoutMs: 200 })).outcome,
    ).toBe('timed_out');
    await expect.poll(() => isRunning('/bin/sh -c trap "" TERM'), { timeout: 10_000 }).toBe(false);
  });

  it('leaves nothing running when it is done', async () => {
    expect((await shell('sleep 43.123 > /dev/null 2>&1 & exit 0')).outcome).toBe('pass');
    await expect.poll(() => isRunning('sleep 43.123'), { timeout: 10_000 }).toBe(false);
  });

  it('that cannot be started is an error', async () => {
    expect(await command(['/no/such/program'])).toMatchObject({
      outcome: 'error',
      line: '/no/such/program cannot be started (ENOENT)',
    });
    expect(await command(['/etc/passwd'])).toMatchObject({ outcome: 'error' });
    expect(await command(['sh', '-c', 'true'])).toMatchObject({ outcome: 'error' });
  });
});
