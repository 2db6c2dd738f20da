import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findKind } from '../../src/checks/registry.ts';
import type { CheckResult, Connections } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { run } from '../support/checks.ts';
import { readerDatabase, type ReaderDatabase } from '../support/reader-database.ts';
import { redisAvailable, testRedis, type TestRedis } from '../support/redis.ts';

let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const text = decodeURIComponent((request.url ?? '/').slice(1));
    if (text === 'down') response.writeHead(503).end('{"version":"1.2.3"}');
    else if (text === 'moved') response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    else if (text === 'endless') response.writeHead(200).end(`{"version":"${'9'.repeat(400_000)}"}`);
    else response.writeHead(200, { 'content-type': 'application/json', server: 'nginx/1.25.3' }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

type Given = Readonly<Record<string, Json>>;

const check = (params: Given, more: Partial<Connections> = {}, secret = ''): Promise<CheckResult> =>
  run({
    kind: 'version',
    params,
    connections: { values: { api: url }, secrets: { secret: 'env:CHECK_URL' }, ...more },
    deps: { env: (name) => (name === 'CHECK_URL' && secret !== '' ? secret : undefined) },
  });

const answering = (body: Json, more: Given = {}): Promise<CheckResult> =>
  check({ http: { url: `${url}/${encodeURIComponent(JSON.stringify(body))}` }, ...more });

describe('a version', () => {
  it.each<[string | number, Given, string, string]>([
    ['15.7.0', { range: '>=15 <16' }, 'pass', '15.7.0'],
    ['PostgreSQL 15.7 (Debian 15.7-1.pgdg120+1)', { range: '15.x' }, 'pass', '15.7.0'],
    ['v2.0.0-rc.1', { range: '^1.2' }, 'fail', '2.0.0-rc.1'],
    [7, { range: '>=7' }, 'pass', '7.0.0'],
    ['1.9.9', { range: '>=2' }, 'fail', '1.9.9'],
    ['v1.2.3', { range: '1.2.3', coerce: false }, 'pass', '1.2.3'],
  ])('%j with %j comes to %s', async (body, more, outcome, version) => {
    expect(await answering({ version: body }, more)).toMatchObject({
      outcome,
      observation: { version, raw: String(body) },
    });
  });

  it('shows what it was read from', async () => {
    expect((await answering({ version: 'Python 3.11.2' })).line).toBe('3.11.2 (read from "Python 3.11.2")');
    expect((await answering({ version: '3.11.2' })).line).toBe('3.11.2');
  });

  it.each<[string, Json, Given]>([
    ['that names no number', { version: 'latest' }, {}],
    ['that is not one as it stands', { version: 'nginx 1.2' }, { coerce: false }],
    ['that is not there', { release: '1.2.3' }, {}],
    ['that is no text', { version: { major: 1 } }, {}],
  ])('%s is inconclusive', async (_name, body, more) => {
    expect(await answering(body, { range: '*', ...more })).toMatchObject({ outcome: 'inconclusive' });
  });

  it('stands in a header too', async () => {
    expect(
      await check({ http: { url: `${url}/{}`, path: 'headers.server' }, range: '1.25.x' }),
    ).toMatchObject({
      outcome: 'pass',
      observation: { major: 1, minor: 25, patch: 3 },
    });
  });

  it('of a service that answers with an error is a fail, whatever the answer says', async () => {
    expect(await check({ http: { url: `${url}/down` } })).toMatchObject({
      outcome: 'fail',
      line: 'nothing to read: status: expected < 400, got 503',
    });
  });

  it('is never read from elsewhere or from a body that was cut', async () => {
    expect(await check({ http: { url: `${url}/moved` } })).toMatchObject({ outcome: 'inconclusive' });
    expect(await check({ http: { url: `${url}/endless` }, range: '*' })).toMatchObject({
      outcome: 'inconclusive',
    });
    expect(await check({ http: { url: 'http://169.254.169.254/' } })).toMatchObject({ outcome: 'error' });
  });

  it('is printed by a named command', async () => {
    const commands = { node: { argv: [process.execPath, '--version'] }, broken: { argv: ['/bin/false'] } };
    expect(await check({ command: { name: 'node' }, range: '>=20' }, { commands })).toMatchObject({
      outcome: 'pass',
    });
    expect(await check({ command: { name: 'broken' } }, { commands })).toMatchObject({ outcome: 'fail' });
    expect(await check({ command: { name: 'rm -rf' } }, { commands })).toMatchObject({ outcome: 'error' });
  });

  it.each<[string, Given]>([
    ['no source', {}],
    ['two sources', { http: { url: 'http://a' }, command: { name: 'b' } }],
    ['no range', { http: { url: 'http://a' }, range: 'newest' }],
  ])('with %s is refused', (_name, params) => {
    expect(findKind('version')!.problems(params)).toHaveLength(1);
  });

  it('needs what its source needs', () => {
    const prepared = findKind('version')!.prepare({ http: { url: 'http://a.example/' } });
    const context = {
      connections: { values: {}, secrets: {}, allow: [], commands: {}, fileRoots: [] },
      hasEnv: () => false,
      isPermitted: () => false,
    };
    expect(prepared.ok && prepared.value.needs(context)).toEqual(['host a.example:80 not allowed']);
  });
});

describe('the version of a server', () => {
  let database: ReaderDatabase;
  let redis: TestRedis | undefined;

  beforeAll(async () => {
    database = await readerDatabase(`check_version_${process.pid}`);
    if (redisAvailable()) redis = await testRedis();
  });

  afterAll(async () => {
    await database.close();
    await redis?.close();
  });

  it('is asked of Postgres', async () => {
    const sql = { connection: '${secret}' };
    expect(await check({ sql, range: '>=13' }, {}, database.readerUrl)).toMatchObject({
      outcome: 'pass',
      observation: { raw: expect.stringContaining('PostgreSQL') },
    });
    const writing = { ...sql, query: 'delete from customer returning 1' };
    expect(await check({ sql: writing }, {}, database.readerUrl)).toMatchObject({ outcome: 'error' });
  });

  it.runIf(redisAvailable())('is asked of Redis', async () => {
    expect(await check({ redis: { connection: '${secret}' }, range: '>=5' }, {}, redis!.url)).toMatchObject({
      outcome: 'pass',
    });
  });
});
