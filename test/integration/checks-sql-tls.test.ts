import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/domain/check.ts';
import { run } from '../support/checks.ts';
import { certificate, serverKey, TEST_ROOT } from '../support/http-target.ts';

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const SSL_REQUEST_LENGTH = 8;

/** A message a server sends before it has let anyone in: its text tells that the startup arrived here. */
const fatal = (text: string): Buffer => {
  const fields = Buffer.from(`SFATAL\0C28P01\0M${text}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
};

const refuse = (socket: Socket, text: string): void => {
  socket.on('error', () => undefined);
  socket.once('data', () => socket.end(fatal(text)));
};

/** Speaks just enough of the protocol to be asked for TLS, and then refuses every login. */
const server = async (answer: string, cert: string): Promise<number> => {
  const listening = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (first) => {
      if (first.length !== SSL_REQUEST_LENGTH) {
        socket.end(fatal('startup without TLS'));
        return;
      }
      socket.write(answer);
      if (answer === 'S')
        refuse(new TLSSocket(socket, { isServer: true, key: serverKey(), cert }), 'startup over TLS');
      else refuse(socket, 'startup without TLS');
    });
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  closing.push(() => listening.close());
  return (listening.address() as AddressInfo).port;
};

type How = {
  readonly answer?: string;
  readonly host?: string;
  readonly ca?: string[];
  readonly cert?: string;
};

const connect = async (
  sslmode: string,
  { answer = 'S', host = 'localhost', ca = [TEST_ROOT], cert = 'server.pem' }: How = {},
): Promise<CheckResult> => {
  const port = await server(answer, certificate(cert));
  return run({
    kind: 'sql',
    params: { connection: '${database-url}', query: 'select 1' },
    with: { timeoutMs: 2000 },
    connections: { secrets: { 'database-url': 'env:U' }, allow: ['localhost', 'db.localhost'] },
    deps: {
      env: () => `postgres://reader:pw-reader@${host}:${port}/app${sslmode}`,
      world: { ca, lookup: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]) },
    },
  });
};

const over = (text: string): object => ({ outcome: 'error', line: expect.stringContaining(text) });

describe('a database connection', () => {
  it('is encrypted when the server offers it, also when nobody asked', async () => {
    expect(await connect('')).toMatchObject(over('startup over TLS'));
    expect(await connect('?sslmode=require', { ca: [] })).toMatchObject(over('startup over TLS'));
    expect(await connect('?sslmode=verify-full')).toMatchObject(over('startup over TLS'));
    expect(await connect('?sslmode=verify-ca', { host: 'db.localhost' })).toMatchObject(
      over('startup over TLS'),
    );
  });

  it('is not when the string says so, or the server cannot and the string permits it', async () => {
    expect(await connect('?sslmode=disable')).toMatchObject(over('startup without TLS'));
    expect(await connect('', { answer: 'N' })).toMatchObject(over('startup without TLS'));
  });

  it('does not send the login where encryption was wanted and is not to be had', async () => {
    for (const mode of ['require', 'verify-ca', 'verify-full']) {
      expect(await connect(`?sslmode=${mode}`, { answer: 'N' })).toMatchObject(over('does not offer TLS'));
    }
  });

  it.each([
    ['is nobody known', '?sslmode=verify-full', { ca: [] }],
    ['is nobody known', '?sslmode=verify-ca', { ca: [] }],
    ['has another name', '?sslmode=verify-full', { host: 'db.localhost' }],
    ['has ended', '?sslmode=verify-full', { cert: 'expired.pem' }],
  ])('does not send the login to a server that %s (%s)', async (_name, mode, how) => {
    const result = await connect(mode, how);
    expect(result).toMatchObject({ outcome: 'fail', line: expect.stringContaining('TLS handshake') });
  });

  it('does not trust text that comes before the encryption', async () => {
    expect(await connect('', { answer: 'Sextra' })).toMatchObject({
      outcome: 'fail',
      line: expect.stringContaining('does not speak'),
    });
  });
});
