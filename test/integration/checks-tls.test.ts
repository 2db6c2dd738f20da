import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/domain/check.ts';
import { run } from '../support/checks.ts';
import { certificate, httpsTarget, serverKey, TEST_ROOT } from '../support/http-target.ts';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const tlsServer = async (cert: string): Promise<number> => {
  const server = createTlsServer({ key: serverKey(), cert }, (socket) => socket.on('error', () => undefined));
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
};

type How = { readonly servername?: string; readonly ca?: string[]; readonly now?: Date };

const tls = async (cert: string, { servername, ca = [TEST_ROOT], now }: How = {}): Promise<CheckResult> =>
  run({
    kind: 'tls',
    params: { host: '127.0.0.1', port: await tlsServer(cert), ...(servername && { servername }) },
    connections: { allow: ['127.0.0.1'] },
    deps: { world: { ca }, ...(now && { now: () => now }) },
  });

describe('a certificate', () => {
  it('that is trusted and carries the name is valid, with its days', async () => {
    const result = await tls(certificate('server.pem'), { now: new Date('2109-12-31T00:00:00Z') });
    expect(result).toMatchObject({
      outcome: 'pass',
      observation: {
        valid: true,
        days: 1,
        chain_days: 1,
        issuer: 'tminus tests tminus test root',
        protocol: 'TLSv1.3',
      },
    });
    expect(result.line).toBe('valid for 1 days, tminus tests tminus test root');
    expect(result.observation).not.toHaveProperty('error');
  });

  it('is only as good as its chain', async () => {
    const result = await tls(certificate('chained.pem', 'intermediate.pem'), {
      now: new Date('2099-12-27T00:00:00Z'),
    });
    expect(result.observation).toMatchObject({ valid: true, chain_days: 5, days: 5 + 3652 });
  });

  it.each([
    ['has ended', certificate('expired.pem'), {}, 'CERT_HAS_EXPIRED'],
    ['comes from nobody known', certificate('server.pem'), { ca: [] }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['lacks its intermediate', certificate('chained.pem'), {}, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    [
      'carries another name',
      certificate('server.pem'),
      { servername: 'other.example' },
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
  ])('that %s is measured as not valid', async (_name, cert, how, error) => {
    expect(await tls(cert, how)).toMatchObject({
      outcome: 'fail',
      line: 'valid: expected true, got false',
      observation: { valid: false, error },
    });
  });

  it('is told with its whole chain', async () => {
    const result = await tls(certificate('chained.pem', 'intermediate.pem'), {
      now: new Date('2099-12-27T00:00:00Z'),
    });
    expect(result.observation).toMatchObject({
      until: '2110-01-01T00:00:00.000Z',
      hostname: true,
      subject: 'localhost',
      address: '127.0.0.1',
      chain: {
        days: 5,
        complete: true,
        certificates: [
          { subject: 'localhost', issuer: 'tminus tests tminus test intermediate', days: 5 + 3652 },
          { subject: 'tminus tests tminus test intermediate', until: '2100-01-01T00:00:00.000Z', days: 5 },
          { subject: 'tminus tests tminus test root', until: '2120-01-01T00:00:00.000Z' },
        ],
      },
    });
    expect(result.observation['chain']).not.toHaveProperty('missing');
  });

  it('whose intermediate is not sent is named as incomplete, although its own days are many', async () => {
    const { observation } = await tls(certificate('chained.pem'));
    expect(observation).toMatchObject({
      valid: false,
      hostname: true,
      chain: { complete: false, missing: 'tminus tests tminus test intermediate' },
    });
    expect((observation['chain'] as { certificates: unknown[] }).certificates).toHaveLength(1);
  });

  it('for another name is told apart from one that nobody trusts', async () => {
    expect((await tls(certificate('server.pem'), { servername: 'other.example' })).observation).toMatchObject(
      {
        valid: false,
        hostname: false,
        chain: { complete: true },
      },
    );
    expect((await tls(certificate('server.pem'), { ca: [] })).observation).toMatchObject({
      valid: false,
      hostname: true,
      chain: { complete: false, missing: 'tminus tests tminus test root' },
    });
  });

  it('may carry the name that is asked for', async () => {
    expect(await tls(certificate('server.pem'), { servername: 'app.example.test' })).toMatchObject({
      outcome: 'pass',
    });
  });
});

describe('a server', () => {
  it('without TLS is a fail', async () => {
    const server = createServer((socket) => socket.end('220 smtp.example\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const result = await run({
      kind: 'tls',
      params: { host: '127.0.0.1', port },
      connections: { allow: ['127.0.0.1'] },
    });
    expect(result).toMatchObject({ outcome: 'fail', line: expect.stringContaining('TLS handshake') });
  });

  it('that never shakes hands ends at the deadline', async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const result = await run({
      kind: 'tls',
      params: { host: '127.0.0.1', port },
      with: { timeoutMs: 150 },
      connections: { allow: ['127.0.0.1'] },
    });
    expect(result.outcome).toBe('timed_out');
  });
});

/** Speaks a script in the clear, a line for a line, and goes over to TLS after the last one. */
const talker = async (greeting: string, replies: readonly string[]): Promise<number> => {
  const server = createServer((socket) => {
    const left = [...replies];
    socket.on('error', () => undefined);
    if (greeting !== '') socket.write(greeting);
    const listen = (): void => {
      const reply = left.shift();
      socket.write(reply ?? '');
      if (left.length > 0 || reply === undefined) return;
      socket.off('data', listen);
      const secure = new TLSSocket(socket, {
        isServer: true,
        key: serverKey(),
        cert: certificate('server.pem'),
      });
      secure.on('error', () => undefined);
    };
    socket.on('data', listen);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
};

describe('starttls', () => {
  const over = async (starttls: string, greeting: string, ...replies: string[]): Promise<CheckResult> =>
    run({
      kind: 'tls',
      params: { host: '127.0.0.1', port: await talker(greeting, replies), starttls },
      with: { timeoutMs: 3000 },
      connections: { allow: ['127.0.0.1'] },
      deps: { world: { ca: [TEST_ROOT] } },
    });
  const offers = '250-mail.example\r\n250-SIZE 1000\r\n250 STARTTLS\r\n';

  it('goes over to TLS as the protocol does', async () => {
    expect(await over('smtp', '220 mail.example ESMTP\r\n', offers, '220 go ahead\r\n')).toMatchObject({
      outcome: 'pass',
      observation: { valid: true },
    });
    expect(await over('postgres', '', 'S')).toMatchObject({ outcome: 'pass' });
  });

  it.each([
    ['does not offer it', ['250-mail.example\r\n250 SIZE\r\n'], 'does not offer STARTTLS'],
    ['takes it back', [offers, '454 not now\r\n'], 'offers STARTTLS and refuses it'],
    ['is spoken over', [offers, '220 go\r\n250 evil\r\n'], 'said more in the clear after STARTTLS'],
    ['babbles', ['250-x'.repeat(4000)], 'said more than 8 KiB and no end'],
  ])('that a server %s is a fail', async (_name, replies, line) => {
    expect(await over('smtp', '220 mail.example\r\n', ...replies)).toMatchObject({
      outcome: 'fail',
      line: expect.stringContaining(line),
    });
  });

  it('with something else than the protocol is a fail', async () => {
    expect(await over('smtp', 'SSH-2.0-OpenSSH\r\n', 'x')).toMatchObject({
      outcome: 'fail',
      line: expect.stringContaining('does not speak SMTP'),
    });
    expect(await over('postgres', '', 'N')).toMatchObject({
      outcome: 'fail',
      line: expect.stringContaining('does not offer TLS'),
    });
  });
});

describe('https', () => {
  const https = async (cert: string, ca: string[]): Promise<CheckResult> => {
    const target = await httpsTarget((_request, response) => void response.end('ok'), cert);
    closing.push(() => target.close());
    return run({
      kind: 'http',
      params: { url: `https://localhost:${target.port}/` },
      connections: { allow: ['localhost'] },
      deps: { world: { ca, lookup: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]) } },
    });
  };

  it('tells the days of the certificate it was answered with', async () => {
    const result = await https(certificate('server.pem'), [TEST_ROOT]);
    expect(result.outcome).toBe('pass');
    expect((result.observation['tls'] as { days: number }).days).toBeGreaterThan(30_000);
  });

  it('does not talk to a server whose certificate is not good', async () => {
    expect(await https(certificate('server.pem'), [])).toMatchObject({
      outcome: 'fail',
      line: expect.stringContaining('failed the TLS handshake (UNABLE_TO_VERIFY_LEAF_SIGNATURE)'),
    });
    expect((await https(certificate('expired.pem'), [TEST_ROOT])).cause).toMatch(
      /^http localhost:\d+: tls_cert_has_expired$/,
    );
  });
});
