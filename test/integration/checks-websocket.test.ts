import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import type { CheckDefinition, CheckResult } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { run } from '../support/checks.ts';
import { certificate, serverKey, TEST_ROOT } from '../support/http-target.ts';

const sockets: Record<string, (socket: WebSocket) => void> = {
  '/echo': (socket) => socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
  '/greets': (socket) => {
    socket.send('{"type":"hello"}');
    socket.send('{"type":"ready","users":3}');
  },
  '/silent': () => undefined,
  '/closes': (socket) => socket.close(1008, 'policy'),
  '/large': (socket) => socket.send('x'.repeat(70_000)),
  '/flood': (socket) => {
    for (let sent = 0; sent < 1500; sent += 1) socket.send('noise');
  },
};

const plain = createServer((_request, response) => void response.end('page'));
const secure = createSecureServer({ key: serverKey(), cert: certificate('server.pem') });

beforeAll(async () => {
  for (const server of [plain, secure]) {
    const webSockets = new WebSocketServer({ noServer: true });
    server.on('upgrade', (request, socket, head) => {
      const path = request.url ?? '';
      if (path === '/away')
        socket.end('HTTP/1.1 302 Found\r\nLocation: ws://169.254.169.254/\r\nContent-Length: 0\r\n\r\n');
      else if (path === '/private' && request.headers.authorization !== 'Bearer very-secret')
        socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
      else if (path === '/lies')
        socket.end(
          'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: no\r\n\r\n',
        );
      else
        webSockets.handleUpgrade(request, socket, head, (client) =>
          sockets[path === '/private' ? '/greets' : path]?.(client),
        );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }
});

afterAll(() => {
  for (const server of [plain, secure]) {
    server.close();
    server.closeAllConnections();
  }
});

const portOf = (server: { address: () => unknown }): number => (server.address() as AddressInfo).port;

const websocket = (
  path: string,
  params: Record<string, Json> = {},
  { scheme = 'ws', ...definition }: Omit<CheckDefinition, 'kind' | 'params'> & { scheme?: string } = {},
): Promise<CheckResult> =>
  run({
    kind: 'websocket',
    params: { url: `${scheme}://127.0.0.1:${portOf(scheme === 'ws' ? plain : secure)}${path}`, ...params },
    with: { timeoutMs: 3000, ...definition },
    connections: { allow: ['127.0.0.1'], secrets: { token: 'env:T' } },
    deps: { world: { ca: [TEST_ROOT] }, env: () => 'very-secret' },
  });

describe('a websocket', () => {
  it.each(['ws', 'wss'])('opens over %s, answers and closes well', async (scheme) => {
    const result = await websocket(
      '/echo',
      { send: { ping: 1 } },
      { scheme, expect: { 'message.ping': 1, 'close.code': 1000 } },
    );
    expect(result).toMatchObject({
      outcome: 'pass',
      line: expect.stringMatching(/^open in .*, \{"ping":1\} after /),
      observation: { opened: true, messages: 1 },
    });
    expect((await websocket('/silent', {}, { scheme })).outcome).toBe('pass');
  });

  it('is waited at for the first message, or for the one that matches', async () => {
    expect((await websocket('/greets', { receive: true })).observation['message']).toEqual({ type: 'hello' });
    const ready = await websocket(
      '/greets',
      { matching: '"type":"ready"' },
      { expect: { 'message.users': { gte: 1 } } },
    );
    expect(ready).toMatchObject({ outcome: 'pass', observation: { messages: 2 } });
  });

  it('signs in with what the environment gives', async () => {
    expect((await websocket('/private', { auth: '${token}' })).outcome).toBe('pass');
    expect(await websocket('/private')).toMatchObject({
      outcome: 'fail',
      line: 'opened: expected true, got false',
      observation: { opened: false, status: 401 },
    });
    expect((await websocket('/private', {}, { expect: { status: 401 } })).outcome).toBe('pass');
  });

  it('that closes before it says anything is a fail', async () => {
    expect(await websocket('/closes', { receive: true })).toMatchObject({
      outcome: 'fail',
      line: 'closed with 1008 (policy) before the message came',
      observation: { close: { code: 1008, reason: 'policy' } },
    });
  });

  it.each<[string, string, Record<string, Json>, string, string]>([
    ['says too much', '/large', { receive: true }, 'error', 'larger than 64 KiB'],
    ['floods', '/flood', { matching: '^never$' }, 'error', 'none of the first 1000 messages matches'],
    ['lies about the handshake', '/lies', {}, 'fail', 'does not speak WebSocket'],
  ])('that %s goes no further', async (_name, path, params, outcome, line) => {
    expect(await websocket(path, params)).toMatchObject({ outcome, line: expect.stringContaining(line) });
  });

  it('that says nothing ends at the deadline', async () => {
    expect((await websocket('/silent', { receive: true }, { timeoutMs: 200 })).outcome).toBe('timed_out');
  });

  it('follows no redirect, and goes nowhere that is not allowed', async () => {
    expect(await websocket('/away')).toMatchObject({
      outcome: 'fail',
      observation: { opened: false, status: 302 },
    });
    for (const url of ['ws://169.254.169.254/', 'ws://other.example/', 'http://127.0.0.1/', 'ws+unix:/tmp/x'])
      expect((await websocket('', { url })).outcome).toBe('error');
  });

  it('that is not there is a fail', async () => {
    expect(await websocket('', { url: 'ws://127.0.0.1:1/' })).toMatchObject({
      outcome: 'fail',
      line: '127.0.0.1:1 refused the connection',
    });
  });
});
