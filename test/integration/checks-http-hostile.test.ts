import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCheck } from '../../src/checks/run-check.ts';
import type { CheckResult } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { checkDeps, connections, run } from '../support/checks.ts';
import type { Target } from '../support/http-target.ts';
import { moodyTarget, type MoodyTarget } from '../support/moody-target.ts';

let moody: MoodyTarget;
let target: Target;

const http: MoodyTarget['http'] = (params, extra) => moody.http(params, extra);

beforeAll(async () => {
  moody = await moodyTarget();
  ({ target } = moody);
});

afterAll(() => target.close());

describe('a target that is down or hostile', () => {
  it('refusing the connection is a fail', async () => {
    const result = await run({
      kind: 'http',
      params: { url: 'http://127.0.0.1:1/' },
      connections: { allow: ['127.0.0.1:1'] },
    });
    expect(result).toMatchObject({
      outcome: 'fail',
      line: '127.0.0.1:1 refused the connection',
      cause: 'http 127.0.0.1:1: connection_refused',
    });
  });

  it.each(['/hang', '/endless'])('%s ends at the deadline', async (path) => {
    const startedAt = performance.now();
    const result = await http(
      { url: `\${api-url}${path}` },
      path === '/hang' ? { timeoutMs: 150 } : { timeoutMs: 150, expect: { status: 200 } },
    );
    // Its own deadline, not the 10 s of the kind.
    expect(performance.now() - startedAt).toBeLessThan(8000);
    // What never ends is cut at the cap when it is fast enough, and at the deadline when it is not.
    expect(result.outcome).toBe('timed_out');
    expect(result.cause).toBe(`http 127.0.0.1:${target.port}: timed_out`);
  });

  it('that accepts and says nothing ends at the deadline', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as AddressInfo;
    const result = await run({
      kind: 'http',
      params: { url: `https://127.0.0.1:${port}/` },
      with: { timeoutMs: 150 },
      connections: { allow: [`127.0.0.1:${port}`] },
    });
    expect(result.outcome).toBe('timed_out');
    silent.close();
  });

  it('that does not speak HTTP is a fail', async () => {
    const other = createServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n')).listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const result = await run({
      kind: 'http',
      params: { url: `http://127.0.0.1:${port}/` },
      connections: { allow: [`127.0.0.1:${port}`] },
    });
    expect(result).toMatchObject({ outcome: 'fail', line: expect.stringContaining('does not speak HTTP') });
    other.close();
  });

  it('sending too much is cut, and what was cut is not judged as if it were whole', async () => {
    const cut = (expectation: Json): Promise<CheckResult> =>
      http({ url: '${api-url}/large' }, { expect: { body: expectation } });
    expect(await cut({ not_contains: 'error' })).toMatchObject({
      outcome: 'inconclusive',
      line: 'body: not judged, body is larger than 256 KiB',
    });
    expect((await cut({ contains: 'begins well' })).outcome).toBe('pass');
    expect((await http({ url: '${api-url}/large' })).outcome).toBe('pass');
    expect(JSON.stringify(await http({ url: '${api-url}/large' })).length).toBeLessThan(10_000);
  });

  it('sending a decompression bomb is cut as well', async () => {
    const before = process.memoryUsage().rss;
    expect(await http({ url: '${api-url}/bomb' }, { expect: { body: { not_contains: 'x' } } })).toMatchObject(
      { outcome: 'inconclusive' },
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(80_000_000);
  });
});

describe('tries', () => {
  it('are repeated for a lost connection and counted', async () => {
    moody.drops.left = 2;
    expect(await http({ url: '${api-url}/drop' }, { retry: { max: 2, delayMs: 1 } })).toMatchObject({
      outcome: 'pass',
      tries: 3,
    });
    moody.drops.left = 2;
    expect(await http({ url: '${api-url}/drop' })).toMatchObject({
      outcome: 'fail',
      tries: 1,
      line: expect.stringContaining('closed the connection'),
    });
  });

  it('are not repeated for a bad answer, unless told', async () => {
    expect(await http({ url: '${api-url}/down' }, { retry: { max: 2, delayMs: 1 } })).toMatchObject({
      outcome: 'fail',
      tries: 1,
    });
    moody.flaky.push(500, 500, 200);
    expect(
      await http({ url: '${api-url}/flaky' }, { retry: { max: 2, delayMs: 1, on: 'any' } }),
    ).toMatchObject({ outcome: 'pass', tries: 3 });
  });

  it('are not repeated by themselves for what may have changed something', async () => {
    moody.drops.left = 2;
    const result = await runCheck(
      {
        definition: { kind: 'http', params: { url: `${target.url}/drop`, method: 'POST' } },
        connections: connections({ allow: [`127.0.0.1:${target.port}`] }),
      },
      checkDeps(),
    );
    expect(result).toMatchObject({ outcome: 'fail', tries: 1 });
  });

  it('stop when the worker stops', async () => {
    const controller = new AbortController();
    const before = target.requests.length;
    const running = run({
      kind: 'http',
      params: { url: `${target.url}/hang` },
      connections: { allow: [`127.0.0.1:${target.port}`] },
      deps: { signal: controller.signal },
    });
    await expect.poll(() => target.requests.length, { timeout: 10_000 }).toBeGreaterThan(before);
    controller.abort();
    expect(await running).toMatchObject({ outcome: 'inconclusive', line: 'stopped before it was finished' });
  });
});

describe('a cause', () => {
  it('is shared by checks of a server that is down, and by nothing else', async () => {
    const causes = await Promise.all(
      ['/down', '/broken', '/missing', '/gone'].map(
        async (path) => (await http({ url: `\${api-url}${path}` })).cause,
      ),
    );
    expect(causes[0]).toBe(`http 127.0.0.1:${target.port}: status 5xx`);
    expect(causes[1]).toBe(causes[0]);
    expect(new Set(causes).size).toBe(3);
    expect((await http({ url: '${api-url}/missing' })).cause).toBe(causes[2]);
  });
});
