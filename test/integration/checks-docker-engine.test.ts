import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findKind } from '../../src/checks/registry.ts';
import { readiness } from '../../src/checks/readiness.ts';
import type { CheckDefinition, CheckResult } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { connections, run } from '../support/checks.ts';
import { startEngine, type FakeEngine } from '../support/docker-engine.ts';

let engine: FakeEngine;

beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.close());
beforeEach(() => {
  engine.containers = [];
  engine.asked.length = 0;
});
afterEach(() => {
  engine.misbehave = undefined;
});

type Given = Readonly<Record<string, Json>>;

const check = (
  params: Given,
  more: Omit<CheckDefinition, 'kind' | 'params'> = {},
  values: Given = { docker: engine.socketUrl },
): Promise<CheckResult> =>
  run({
    kind: 'docker',
    params: { connection: engine.socketUrl, ...params },
    with: more,
    connections: { values },
  });

type Misbehave = (request: IncomingMessage, response: ServerResponse) => void;

describe('the Engine', () => {
  it('is only ever asked with GET, and only for what can be looked at', async () => {
    engine.containers = [{ name: 'shop', labels: { 'com.docker.compose.project': 'shop' } }];
    await check({ container: 'shop', stats: true });
    await check({ project: 'shop' });
    await check({ image: 'shop:1.2.0' });
    expect(engine.asked.length).toBeGreaterThan(5);
    for (const { method, url } of engine.asked) {
      expect(method).toBe('GET');
      expect(url).toMatch(
        /^\/(?:containers\/json\?|(?:containers|images)\/[\w.:@-]+\/(?:json$|stats\?stream=false$))/,
      );
    }
  });

  it.each<[string, Given]>([
    ['a name that leads elsewhere', { container: '../../exec' }],
    ['a name with a query', { container: 'shop?all=1' }],
    ['a name that is encoded', { container: '..%2f' }],
    ['an image that leads elsewhere', { image: 'a/../../containers/shop' }],
    ['an image with an empty part', { image: 'a//b' }],
    ['nothing', {}],
    ['two things at once', { container: 'shop', image: 'shop' }],
    ['services of no project', { container: 'shop', services: ['api'] }],
    ['no label at all', { labels: {} }],
  ])('is not asked for %s', async (_name, params) => {
    expect(findKind('docker')!.problems({ connection: engine.socketUrl, ...params })).toHaveLength(1);
    expect(await check(params)).toMatchObject({ outcome: 'error' });
    expect(engine.asked).toEqual([]);
  });

  it.each<[string, Misbehave, string, string]>([
    [
      'refuses',
      (_, response) => void response.writeHead(403).end('<html>forbidden</html>'),
      'error',
      'does not let this worker look (status 403)',
    ],
    [
      'is a proxy without this path',
      (_, response) => void response.writeHead(404).end('not found'),
      'fail',
      'does not answer like Docker (status 404)',
    ],
    ['breaks', (_, response) => void response.writeHead(500).end('{"message":"boom"}'), 'error', 'boom'],
    ['says something else', (_, response) => void response.end('{"hello":1}'), 'fail', 'like Docker'],
    [
      'redirects',
      (_, response) => void response.writeHead(301, { location: 'http://169.254.169.254/' }).end(),
      'fail',
      'like Docker (status 301)',
    ],
    [
      'never stops talking',
      (_, response) => {
        response.writeHead(200);
        const more = (): void => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
        };
        response.on('drain', more);
        more();
      },
      'error',
      'larger than 2 MiB',
    ],
    ['hangs up', (request) => void request.socket.destroy(), 'fail', 'closed the connection'],
    [
      'does not speak HTTP',
      (request) => void request.socket.end('SSH-2.0-OpenSSH\r\n'),
      'fail',
      'does not speak HTTP',
    ],
  ])('that %s', async (_name, misbehave, outcome, line) => {
    engine.containers = [{ name: 'shop' }];
    engine.misbehave = (request, response) => {
      misbehave(request, response);
      return true;
    };
    const result = await check({ container: 'shop' });
    expect(result, result.line).toMatchObject({ outcome, line: expect.stringContaining(line) });
  });

  it('that is silent ends at the deadline', async () => {
    engine.misbehave = () => true;
    expect(await check({ container: 'shop' }, { timeoutMs: 200 })).toMatchObject({ outcome: 'timed_out' });
  });

  it('whose socket the environment file does not name is not opened', async () => {
    engine.containers = [{ name: 'shop' }];
    for (const values of [
      {},
      { docker: 'unix:///var/run/other.sock' },
      { docker: engine.socketPath },
    ] as Given[]) {
      expect(await check({ container: 'shop' }, {}, values)).toMatchObject({
        outcome: 'error',
        line: expect.stringContaining('is not named in the environment file'),
      });
    }
    expect(engine.asked).toEqual([]);
  });

  it('that is not there, or is no socket, is said so and is no bug', async () => {
    for (const [path, words] of [
      ['/nowhere/docker.sock', 'there is no socket at /nowhere/docker.sock'],
      ['/etc/hostname', 'refused the connection'],
    ] as const) {
      const connection = `unix://${path}`;
      const result = await check({ connection, container: 'shop' }, {}, { docker: connection });
      expect(result.line).toContain(words);
      expect(['error', 'fail']).toContain(result.outcome);
    }
  });

  it.each(['ssh://host', 'unix://relative', 'npipe:////./pipe/docker', 'docker', 'unix:///a?b'])(
    'cannot be reached through %s',
    async (connection) => {
      expect(await check({ connection, container: 'shop' }, {}, { docker: connection })).toMatchObject({
        outcome: 'error',
        line: expect.stringContaining('connection: it is not'),
      });
    },
  );

  it('may be reached over the guarded network, and never past it', async () => {
    engine.containers = [{ name: 'shop' }];
    const server = createServer(engine.listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const url = `tcp://127.0.0.1:${port}`;
    expect(await check({ connection: url, container: 'shop' }, {}, { docker: url })).toMatchObject({
      outcome: 'pass',
    });
    for (const connection of [url, 'tcp://169.254.169.254:2375'])
      expect(await check({ connection, container: 'shop' }, {}, {})).toMatchObject({ outcome: 'error' });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('what a docker check needs', () => {
  const needs = (connection: string, values: Given = {}) =>
    readiness(
      {
        definition: { kind: 'docker', params: { connection, container: 'shop' } },
        effect: 'read',
        connections: connections({ values }),
      },
      { hasEnv: () => false },
    );

  it('is said as a person would provide it', () => {
    expect(needs('${docker}')).toEqual({ kind: 'not_connected', missing: ['docker not set'] });
    expect(needs('unix:///run/docker.sock')).toEqual({
      kind: 'not_connected',
      missing: ['socket /run/docker.sock not named'],
    });
    expect(needs('tcp://docker.internal:2375')).toEqual({
      kind: 'not_connected',
      missing: ['host docker.internal:2375 not allowed'],
    });
    expect(needs('${docker}', { docker: 'unix:///run/docker.sock' })).toEqual({ kind: 'connected' });
    expect(needs('${docker}', { docker: 'tcp://docker.internal' })).toEqual({ kind: 'connected' });
  });
});
