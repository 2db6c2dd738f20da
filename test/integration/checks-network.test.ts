import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lookup } from '../../src/checks/guard/network.ts';
import type { CheckResult } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { run } from '../support/checks.ts';
import { httpTarget, type Target } from '../support/http-target.ts';

let target: Target;

beforeAll(async () => {
  target = await httpTarget((request, response) => {
    const to = new URL(request.url ?? '/', 'http://x').searchParams.get('to');
    if (to === null) response.end('here');
    else response.writeHead(302, { location: to }).end();
  });
});

afterAll(() => target.close());

const resolving =
  (...addresses: string[]): Lookup =>
  () =>
    Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));

const failing =
  (code: string): Lookup =>
  () =>
    Promise.reject(Object.assign(new Error('lookup'), { code }));

type Place = {
  readonly url: string;
  readonly allow?: string[];
  readonly lookup?: Lookup;
  readonly follow?: number;
};

const get = ({ url, allow = [], lookup, follow = 0 }: Place): Promise<CheckResult> =>
  run({
    kind: 'http',
    params: { url: url.replace('PORT', String(target.port)), follow },
    with: { timeoutMs: 2000 },
    connections: { allow: allow.map((entry) => entry.replace('PORT', String(target.port))) },
    ...(lookup && { deps: { world: { lookup } } }),
  });

describe('a name', () => {
  const given = { url: 'http://app.internal:PORT/', allow: ['app.internal:PORT'] };

  it.each([
    ['loopback', ['127.0.0.1']],
    ['loopback in IPv6', ['::1']],
    ['loopback mapped into IPv6', ['::ffff:127.0.0.1']],
    ['metadata', ['169.254.169.254']],
    ['metadata through a translator', ['64:ff9b::a9fe:a9fe']],
    ['nothing', ['0.0.0.0']],
    ['a good address and a bad one', ['203.0.113.7', '169.254.169.254']],
  ])('that leads to %s is blocked although it is allowed', async (_name, addresses) => {
    expect(await get({ ...given, lookup: resolving(...addresses) })).toMatchObject({
      outcome: 'error',
      line: expect.stringMatching(/^app\.internal:\d+ leads to .* which is not allowed$/),
    });
  });

  it('that is loopback by its own entry may lead there, and is connected where it was tested', async () => {
    let lookups = 0;
    const rebinding: Lookup = () => {
      lookups += 1;
      return Promise.resolve([{ address: lookups === 1 ? '127.0.0.1' : '169.254.169.254', family: 4 }]);
    };
    const result = await get({
      url: 'http://app.localhost:PORT/',
      allow: ['app.localhost'],
      lookup: rebinding,
    });
    expect(result).toMatchObject({ outcome: 'pass', observation: { body: 'here' } });
    expect(lookups).toBe(1);
  });

  it('that does not exist is a fail, one that cannot be looked up an error', async () => {
    expect(await get({ ...given, lookup: failing('ENOTFOUND') })).toMatchObject({
      outcome: 'fail',
      line: expect.stringContaining('no such host'),
    });
    expect(await get({ ...given, lookup: resolving() })).toMatchObject({
      outcome: 'fail',
      line: expect.stringContaining('no such host'),
    });
    expect(await get({ ...given, lookup: failing('EAI_AGAIN') })).toMatchObject({
      outcome: 'error',
      line: expect.stringContaining('name resolution is failing'),
    });
  });

  it('whose lookup never ends holds nobody up', async () => {
    const result = await run({
      kind: 'tcp',
      params: { host: 'app.internal', port: 1 },
      with: { timeoutMs: 100 },
      connections: { allow: ['app.internal'] },
      deps: { world: { lookup: () => new Promise(() => undefined) } },
    });
    expect(result.outcome).toBe('timed_out');
  });

  it('that nobody allowed is not even looked up', async () => {
    let isAsked = false;
    const lookup: Lookup = () => {
      isAsked = true;
      return Promise.resolve([]);
    };
    expect(await get({ url: 'http://other.internal/', allow: ['app.internal'], lookup })).toMatchObject({
      outcome: 'error',
      line: 'other.internal:80 is not allowed for this environment',
      cause: 'http other.internal:80: blocked',
    });
    expect(isAsked).toBe(false);
  });
});

describe('an address', () => {
  it.each([
    '127.0.0.1',
    '0x7f000001',
    '2130706433',
    '127.1',
    '0177.0.0.1',
    '[::ffff:127.0.0.1]',
    '①②⑦.0.0.1',
  ])('of this machine is out of reach unless given: %s', async (host) => {
    expect(await get({ url: `http://${host}:PORT/`, allow: ['0.0.0.0/0', '::/0'] })).toMatchObject({
      outcome: 'error',
      line: `127.0.0.1:${target.port} is not allowed for this environment`,
    });
    expect(await get({ url: `http://${host}:PORT/`, allow: ['127.0.0.1:PORT'] })).toMatchObject({
      outcome: 'pass',
    });
  });

  it('of a metadata service is out of reach even when given', async () => {
    for (const host of ['169.254.169.254', '[fd00:ec2::254]', '100.100.100.200']) {
      expect(await get({ url: `http://${host}/`, allow: [host, '0.0.0.0/0', '::/0'] })).toMatchObject({
        outcome: 'error',
        line: expect.stringContaining('never reachable'),
      });
    }
  });
});

describe('a redirect', () => {
  const from = (to: string): string =>
    `http://127.0.0.1:PORT/?to=${encodeURIComponent(to.replace('PORT', String(target.port)))}`;
  const allow = ['127.0.0.1:PORT'];

  it('is followed within what is allowed, and counted', async () => {
    const twice = from(from('/').replace('PORT', String(target.port)));
    expect(await get({ url: twice, allow, follow: 2 })).toMatchObject({
      outcome: 'pass',
      observation: { hops: 2, body: 'here', status: 200 },
    });
    expect(await get({ url: twice, allow })).toMatchObject({
      outcome: 'pass',
      observation: { hops: 0, status: 302 },
    });
    expect(await get({ url: twice, allow, follow: 1 })).toMatchObject({
      outcome: 'fail',
      line: 'more than 1 redirects',
    });
  });

  it.each([
    ['metadata', 'http://169.254.169.254/latest/meta-data/'],
    ['another port of this machine', 'http://127.0.0.1:1/'],
    ['another name of this machine', 'http://localhost:PORT/'],
    ['another host', 'http://evil.example/'],
    ['a file', 'file:///etc/passwd'],
  ])('to %s is not followed', async (_name, to) => {
    expect(await get({ url: from(to), allow, follow: 5 })).toMatchObject({ outcome: 'error' });
  });
});

describe('tcp', () => {
  const tcp = (port: number, expectation?: Json): Promise<CheckResult> =>
    run({
      kind: 'tcp',
      params: { host: '127.0.0.1', port },
      with: { timeoutMs: 500, ...(expectation !== undefined && { expect: { open: expectation } }) },
      connections: { allow: ['127.0.0.1'] },
    });

  it('measures whether a port is open, so that closed can be what is wanted', async () => {
    expect(await tcp(target.port)).toMatchObject({ outcome: 'pass', observation: { open: true } });
    expect(await tcp(1)).toMatchObject({ outcome: 'fail', line: 'open: expected true, got false' });
    expect(await tcp(1, false)).toMatchObject({ outcome: 'pass' });
    expect(await tcp(target.port, false)).toMatchObject({ outcome: 'fail' });
  });

  it('reads what the server says first', async () => {
    const servers = ['SSH-2.0-OpenSSH_9.6\r\nmore', 'x'.repeat(5000), ''].map((greeting) =>
      createServer((socket) => {
        socket.on('error', () => undefined);
        if (greeting !== '') socket.write(greeting);
      }).listen(0, '127.0.0.1'),
    );
    const banner = (position: number, pattern: string): Promise<CheckResult> =>
      run({
        kind: 'tcp',
        params: {
          host: '127.0.0.1',
          port: (servers[position]!.address() as AddressInfo).port,
          banner: pattern,
        },
        with: { timeoutMs: 300 },
        connections: { allow: ['127.0.0.1'] },
      });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await banner(0, '^SSH-2')).toMatchObject({
      outcome: 'pass',
      observation: { open: true, address: '127.0.0.1', banner: 'SSH-2.0-OpenSSH_9.6' },
    });
    expect(await banner(0, '^220 ')).toMatchObject({
      outcome: 'fail',
      line: 'banner: expected to match ^220 , got "SSH-2.0-OpenSSH_9.6"',
    });
    expect(await banner(1, 'x')).toMatchObject({
      outcome: 'fail',
      line: expect.stringContaining('said more than 1 KiB and no end'),
    });
    expect((await banner(2, 'x')).outcome).toBe('timed_out');
    expect((await banner(0, '(?=x)')).outcome).toBe('error');
    for (const server of servers) server.close();
  });

  it('tries a refused port again', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => free.once('listening', resolve));
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const running = run({
      kind: 'tcp',
      params: { host: '127.0.0.1', port: String(port) },
      with: { retry: { max: 5, delayMs: 50 } },
      connections: { allow: ['127.0.0.1'] },
    });
    setTimeout(() => free.listen(port, '127.0.0.1'), 75);
    const result = await running;
    free.close();
    expect(result.outcome).toBe('pass');
    expect(result.tries).toBeGreaterThan(1);
  });
});
