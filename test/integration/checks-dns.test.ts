import { createSocket, type Socket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { run } from '../support/checks.ts';

const NXDOMAIN = 3;
const SERVFAIL = 2;
const TYPES: Readonly<Record<string, number>> = { A: 1, MX: 15, TXT: 16 };

const labels = (name: string): Buffer =>
  Buffer.concat([
    ...name.split('.').flatMap((part) => [Buffer.from([part.length]), Buffer.from(part)]),
    Buffer.from([0]),
  ]);

const text = (value: string): Buffer => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);

const records: Readonly<Record<string, readonly Buffer[]>> = {
  'app.example A': [Buffer.from([10, 0, 0, 2]), Buffer.from([10, 0, 0, 1])],
  'app.example MX': [Buffer.concat([Buffer.from([0, 10]), labels('mail.example')])],
  'app.example TXT': [Buffer.concat([text('v=spf1 '), text('-all')])],
};

const questionOf = (message: Buffer): { name: string; type: number; bytes: Buffer } => {
  const parts: string[] = [];
  let at = 12;
  while (message[at] !== 0) {
    const length = message[at] ?? 0;
    parts.push(message.subarray(at + 1, at + 1 + length).toString());
    at += length + 1;
  }
  return {
    name: parts.join('.').toLowerCase(),
    type: message.readUInt16BE(at + 1),
    bytes: message.subarray(12, at + 5),
  };
};

/** The least of a name server: one question, answers from a table. */
const answer = (message: Buffer): Buffer | undefined => {
  const { name, type, bytes } = questionOf(message);
  if (name === 'silent.example') return undefined;
  const typeName = Object.keys(TYPES).find((key) => TYPES[key] === type) ?? '?';
  const found = records[`${name} ${typeName}`] ?? [];
  const code = name === 'broken.example' ? SERVFAIL : name === 'app.example' ? 0 : NXDOMAIN;
  const header = Buffer.alloc(12);
  message.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(found.length, 6);
  const answers = found.map((data) => {
    const head = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length]);
    return Buffer.concat([head, data]);
  });
  return Buffer.concat([header, bytes, ...answers]);
};

let server: Socket;
let port: number;

beforeAll(async () => {
  server = createSocket('udp4');
  server.on('message', (message, from) => {
    const reply = answer(message);
    if (reply) server.send(reply, from.port, from.address);
  });
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  ({ port } = server.address());
});

afterAll(() => void server.close());

const dns = (
  name: string,
  type = 'A',
  expectation?: Readonly<Record<string, Json>>,
): Promise<CheckResult> => {
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  return run({
    kind: 'dns',
    params: { name, type },
    with: { timeoutMs: 300, ...(expectation && { expect: expectation }) },
    connections: { allow: ['app.example', 'gone.example', 'broken.example', 'silent.example'] },
    deps: { world: { dns: resolver } },
  });
};

describe('a name', () => {
  it('is answered with its records, sorted, as a zone file writes them', async () => {
    expect(await dns('app.example')).toMatchObject({
      outcome: 'pass',
      observation: { answers: ['10.0.0.1', '10.0.0.2'], rcode: 'NOERROR' },
    });
    expect((await dns('app.example', 'MX')).observation['answers']).toEqual(['10 mail.example']);
    expect((await dns('app.example', 'TXT', { answers: { contains: 'v=spf1 -all' } })).outcome).toBe('pass');
  });

  it('that is not there was measured, and so can be wanted', async () => {
    expect(await dns('gone.example')).toMatchObject({
      outcome: 'fail',
      line: 'rcode: expected "NOERROR", got "NXDOMAIN" (and 1 more)',
    });
    expect((await dns('gone.example', 'A', { rcode: 'NXDOMAIN' })).outcome).toBe('pass');
  });

  it('without records of the type fails, but not as unknown', async () => {
    expect(await dns('app.example', 'AAAA')).toMatchObject({
      outcome: 'fail',
      observation: { answers: [], rcode: 'NOERROR' },
    });
  });

  it('that the server could not look up is an error of ours', async () => {
    expect(await dns('broken.example')).toMatchObject({
      outcome: 'error',
      line: 'broken.example could not be looked up (SERVFAIL)',
    });
  });

  it('that nobody answers for ends at the deadline', async () => {
    const startedAt = performance.now();
    expect((await dns('silent.example')).outcome).toBe('timed_out');
    // Its own deadline, not the 5 s of the kind.
    expect(performance.now() - startedAt).toBeLessThan(4500);
  });

  it('that the environment did not give is not asked for', async () => {
    expect(await dns('other.example')).toMatchObject({
      outcome: 'error',
      line: 'other.example is not allowed for this environment',
    });
  });
});

describe('a name server', () => {
  const askAt = (resolver: string, allow: string[]): Promise<CheckResult> =>
    run({
      kind: 'dns',
      params: { name: 'app.example', resolver },
      with: { timeoutMs: 2000 },
      connections: { allow: ['app.example', ...allow] },
    });

  it('can be named, when it is allowed', async () => {
    expect(await askAt(`127.0.0.1:${port}`, [`127.0.0.1:${port}`])).toMatchObject({
      outcome: 'pass',
      observation: { answers: ['10.0.0.1', '10.0.0.2'] },
    });
    expect(await askAt(`127.0.0.1:${port}`, [])).toMatchObject({
      outcome: 'error',
      line: `127.0.0.1:${port} is not allowed for this environment`,
    });
  });

  it('is never a metadata service, and never a name', async () => {
    expect(await askAt('169.254.169.254', ['169.254.169.254', '0.0.0.0/0'])).toMatchObject({
      outcome: 'error',
      line: expect.stringContaining('never reachable'),
    });
    for (const resolver of ['ns.example', '10.0.0.1:99999', '-h', '10.0.0.1\n10.0.0.2'])
      expect((await askAt(resolver, [])).line).toContain('is not an address');
  });
});
