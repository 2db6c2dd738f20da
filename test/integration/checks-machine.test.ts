import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { hostname, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findKind } from '../../src/checks/registry.ts';
import type { CheckDefinition, CheckResult } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { httpTarget } from '../support/http-target.ts';
import { NOW, run } from '../support/checks.ts';

type Given = Readonly<Record<string, Json>>;
type More = Omit<CheckDefinition, 'kind' | 'params'>;

let base: string;
let root: string;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'tminus-machine-'));
  root = join(base, 'run');
  await mkdir(root);
});

afterAll(() => rm(base, { recursive: true }));

const check = (kind: string, params: Given, more: More = {}): Promise<CheckResult> =>
  run({ kind, params, with: more, connections: { host: true, fileRoots: [root], allow: ['127.0.0.1'] } });

describe('the machine of the worker', () => {
  const system = (params: Given = {}, more: More = {}) => check('system', { every: '50ms', ...params }, more);

  it('is measured: processors, load, memory, how long it is up', async () => {
    const { observation } = await system({ samples: 3 }, { expect: { uptime: { gt: 0 } } });
    expect(observation).toMatchObject({ host: hostname(), clock: NOW.toISOString() });
    expect(observation['memory']).toMatchObject({ total: totalmem() });
    for (const path of ['cpu', 'memory'] as const) {
      const { percent } = observation[path] as { percent: number };
      expect(percent).toBeGreaterThanOrEqual(0);
      expect(percent).toBeLessThanOrEqual(100);
    }
    expect(observation).not.toHaveProperty('disk');
  });

  it('has disks by path, the fullest apart, and says what is not mounted', async () => {
    const result = await system(
      { disks: ['/', root] },
      {
        expect: {
          'disks[0].percent': { between: [0, 100] },
          'disk.free': { gt: 0 },
          'disks[0].mounted': true,
        },
      },
    );
    expect(result).toMatchObject({
      outcome: 'pass',
      observation: { disks: [{ path: '/' }, { path: root }] },
    });
    expect(await system({ disks: [root] }, { expect: { 'disk.mounted': true } })).toMatchObject({
      outcome: 'fail',
    });
  });

  it('has no disk where there is no path', async () => {
    const result = await system({ disks: [join(root, 'nothing; rm -rf "$HOME"')] });
    expect(result).toMatchObject({ outcome: 'error', observation: {} });
    const { problems } = findKind('system')!;
    for (const disk of ['data', '', '/a\nb', '/a\0b', '-rf'])
      expect(problems({ disks: [disk] })).toHaveLength(1);
    expect(problems({ samples: 20, every: '30s' })).toHaveLength(1);
  });

  it('is compared with the clock of another', async () => {
    let date: string | undefined = new Date(NOW.getTime() - 600_000).toUTCString();
    const server = await httpTarget((_request, response) => {
      response.sendDate = false;
      if (date !== undefined) response.setHeader('date', date);
      response.end();
    });
    const late = await system({ clock_url: server.url }, { expect: { clock_offset: { lt: '5s' } } });
    expect(late).toMatchObject({ outcome: 'fail', observation: { clock_offset: 599_500 } });
    date = undefined;
    expect(await system({ clock_url: server.url }, { expect: { clock_offset: { lt: '5s' } } })).toMatchObject(
      {
        outcome: 'inconclusive',
      },
    );
    expect(await system({ clock_url: 'http://169.254.169.254' })).toMatchObject({ outcome: 'error' });
    await server.close();
  });

  it('is only looked at where the environment file says that it is the one', async () => {
    for (const [kind, params] of [
      ['system', {}],
      ['process', { name: 'sh' }],
    ] as const)
      expect(await run({ kind, params })).toMatchObject({ outcome: 'error', observation: {} });
  });
});

describe('a process', () => {
  const SECRET = 'password-in-arguments-42';
  const children: ChildProcess[] = [];

  const start = async (program: string, args: readonly string[], argv0 = program): Promise<ChildProcess> => {
    const child = spawn(program, [...args], { stdio: 'ignore', argv0 });
    children.push(child);
    await once(child, 'spawn');
    return child;
  };

  afterAll(async () => {
    for (const child of children) {
      const ended = once(child, 'exit');
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await ended;
      }
    }
  });

  const process_ = (params: Given, more: More = {}) => check('process', params, more);

  it('is found by its name and its command line, which is not shown', async () => {
    await start('/bin/sleep', ['871.5'], `sleep-${SECRET}`);
    await start('/bin/sleep', ['872.5']);
    await expect
      .poll(async () => (await process_({ name: 'sleep', command: ' 872\\.5$' })).outcome, {
        timeout: 10_000,
      })
      .toBe('pass');
    const result = await process_(
      { command: SECRET },
      { expect: { count: 1, age: { lt: '10m' }, rss: { gt: 0 } } },
    );
    expect(result.outcome).toBe('pass');
    expect(JSON.stringify(result)).not.toContain(SECRET);
    expect(await process_({ name: 'sleep', command: 'no such argument' })).toMatchObject({
      outcome: 'fail',
      line: 'count: expected >= 1, got 0',
      observation: { count: 0 },
    });
  });

  it('is found by its file, unless that is stale or another took its number', async () => {
    const child = await start('/bin/sleep', ['873.5']);
    const file = join(root, 'app.pid');
    await writeFile(file, `${child.pid}\n`);
    await expect
      .poll(async () => (await process_({ pid_file: file, name: 'sleep' })).outcome, { timeout: 10_000 })
      .toBe('pass');
    expect((await process_({ pid_file: file })).observation).toMatchObject({ pids: [child.pid] });
    expect((await process_({ pid_file: file, name: 'postgres' })).outcome).toBe('fail');
    await writeFile(file, '999999999\n');
    expect((await process_({ pid_file: file })).outcome).toBe('fail');
    expect((await process_({ pid_file: join(root, 'none.pid') })).outcome).toBe('fail');
  });

  it('is not looked for by a file outside the folders, nor by one without a number', async () => {
    await writeFile(join(base, 'outside.pid'), '1');
    await symlink(join(base, 'outside.pid'), join(root, 'link.pid'));
    await writeFile(join(root, 'text.pid'), `1 ${SECRET}`);
    await writeFile(join(root, 'negative.pid'), '-1');
    for (const name of ['link.pid', '../outside.pid', 'text.pid', 'negative.pid']) {
      const result = await process_({ pid_file: `${root}/${name}` });
      expect(result, name).toMatchObject({ outcome: 'error', observation: {} });
      expect(JSON.stringify(result)).not.toContain(SECRET);
    }
  });

  it('is found by the port it listens on', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await process_({ port })).toMatchObject({
      outcome: 'pass',
      observation: { listening: true, count: 1, pids: [process.pid] },
    });
    expect((await process_({ port, name: 'postgres' })).outcome).toBe('fail');
    server.close();
    await once(server, 'close');
    expect(await process_({ port })).toMatchObject({ outcome: 'fail', observation: { listening: false } });
  });

  it('is watched for the processor time it takes', async () => {
    await start('/bin/sh', ['-c', 'while :; do :; done # busy-874']);
    const result = await process_({ command: 'busy-874', sample: '300ms' }, { expect: { cpu: { gt: 1 } } });
    expect(result.outcome).toBe('pass');
  });

  it('is asked for by something', () => {
    const { problems } = findKind('process')!;
    expect(problems({})).toHaveLength(1);
    for (const name of ['a b', '$(id)', '../x', '']) expect(problems({ name }), name).toHaveLength(1);
    expect(problems({ command: '(' })).toHaveLength(1);
  });
});
