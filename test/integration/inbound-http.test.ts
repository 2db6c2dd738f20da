import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startHttp, type HttpServer } from '../../src/http/server.ts';
import { Secret } from '../../src/lib/secret.ts';
import { createAddresses } from '../../src/usecases/inbound-address.ts';
import type { Reception, Statement } from '../../src/usecases/receive.ts';
import { recordingLog } from '../support/app.ts';

const SECRET = 'inbound-signing-secret-of-32-chars';
const log = recordingLog();
let server: HttpServer;
let reception: Reception;
let received: Statement[];

const addresses = createAddresses({ secret: new Secret(SECRET), publicUrl: '' });
const RESULT = addresses.urlOf({ kind: 'result', id: 'f00d', expiresAt: 1_900_000_000_000 });
const BEAT = addresses.urlOf({ kind: 'heartbeat', id: 'production/shop/backup' });

beforeAll(async () => {
  server = await startHttp({
    host: '127.0.0.1',
    port: 0,
    readiness: [],
    metrics: () => Promise.resolve({ contentType: 'text/plain', text: '' }),
    slack: undefined,
    inbound: {
      read: addresses.read,
      receive: ({ statement }) => {
        received.push(statement);
        return Promise.resolve(reception);
      },
      log,
      bodyMs: 300,
    },
  });
});
afterAll(() => server.close());
beforeEach(() => {
  reception = 'taken';
  received = [];
  log.lines.length = 0;
});

const JSON_TYPE = { 'content-type': 'application/json' };

const post = async (
  path: string,
  body: string | undefined,
  headers: Record<string, string> = JSON_TYPE,
): Promise<{ status: number; answer: { error?: string; message?: string; accepted?: boolean } }> => {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers,
    ...(body !== undefined && { body }),
  });
  return { status: response.status, answer: (await response.json()) as never };
};

const PASS = '{"state":"pass","line":"ok","metrics":{"tests":412,"green":true}}';

describe('a statement that is sent', () => {
  it('is taken once it is signed and well formed', async () => {
    expect(await post(RESULT, PASS)).toEqual({ status: 202, answer: { accepted: true } });
    expect(received).toEqual([{ state: 'pass', line: 'ok', metrics: { tests: 412, green: true } }]);
  });

  it('may be as short as a state, or for a heartbeat nothing at all', async () => {
    await post(RESULT, '{"state":"fail"}', { 'content-type': 'application/json; charset=utf-8' });
    await post(BEAT, undefined, {});
    await post(BEAT, '', { 'content-type': 'application/x-www-form-urlencoded' });
    expect(received).toEqual([
      { state: 'fail', line: '', metrics: {} },
      { state: 'pass', line: '', metrics: {} },
      { state: 'pass', line: '', metrics: {} },
    ]);
  });

  it.each<[string, string, string | undefined, Record<string, string>, number, string]>([
    [
      'to an address nobody gave out',
      '/inbound/result/f00d.1900000000.00000000000000000000000000000000',
      PASS,
      JSON_TYPE,
      404,
      'unknown_address',
    ],
    ['to no address', '/inbound/', PASS, JSON_TYPE, 404, 'unknown_address'],
    [
      'as a form',
      RESULT,
      'state=pass',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'not_json',
    ],
    [
      'as text that says it is JSON-like',
      RESULT,
      PASS,
      { 'content-type': 'application/jsonp' },
      415,
      'not_json',
    ],
    [
      'as a form, by a job',
      BEAT,
      'state=fail',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'not_json',
    ],
    ['that is no JSON', RESULT, '{"state":', JSON_TYPE, 400, 'not_json'],
    ['that is empty', RESULT, '', JSON_TYPE, 400, 'not_json'],
    ['with a state that is none', RESULT, '{"state":"warn"}', JSON_TYPE, 400, 'not_a_statement'],
    [
      'with more than is asked',
      RESULT,
      '{"state":"pass","url":"http://evil"}',
      JSON_TYPE,
      400,
      'not_a_statement',
    ],
    [
      'with metrics of another form',
      RESULT,
      '{"state":"pass","metrics":{"a":{"b":1}}}',
      JSON_TYPE,
      400,
      'not_a_statement',
    ],
    [
      'with the name of a prototype',
      RESULT,
      '{"state":"pass","metrics":{"a b":1}}',
      JSON_TYPE,
      400,
      'not_a_statement',
    ],
    ['that is a list', RESULT, '[]', JSON_TYPE, 400, 'not_a_statement'],
    [
      'that is too large',
      RESULT,
      JSON.stringify({ state: 'pass', line: 'x'.repeat(4096) }),
      JSON_TYPE,
      413,
      'too_large',
    ],
  ])('%s is refused', async (_name, path, body, headers, status, error) => {
    expect(await post(path, body, headers)).toMatchObject({
      status,
      answer: { error, message: expect.any(String) },
    });
    expect(received).toEqual([]);
  });

  it.each<[Reception, number]>([
    ['used', 409],
    ['expired', 410],
    ['over', 410],
    ['unknown', 404],
  ])('that is %s is said so', async (outcome, status) => {
    reception = outcome;
    expect(await post(RESULT, PASS)).toMatchObject({ status, answer: { message: expect.any(String) } });
  });

  it.each(['GET', 'HEAD', 'PUT', 'DELETE'])(
    'with %s does nothing: a preview must not be a heartbeat',
    async (method) => {
      const response = await fetch(`${server.url}${BEAT}`, { method });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('POST');
      expect(received).toEqual([]);
    },
  );

  const raw = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(server.url);
      const socket = connect(Number(port), hostname, () => socket.write(text));
      let heard = '';
      socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
      socket.on('close', () => resolve(heard));
      socket.on('error', reject);
    });

  it('that trickles, or grows without saying how large it is, is cut off', async () => {
    const head = `POST ${RESULT} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n`;
    expect(await raw(`${head}content-length: 50\r\n\r\n{"state"`)).toContain('408');
    const chunk = `800\r\n${'x'.repeat(2048)}\r\n`;
    expect(await raw(`${head}transfer-encoding: chunked\r\n\r\n${chunk.repeat(3)}`)).toContain('413');
    expect(received).toEqual([]);
  });

  it('leaves no address, body or secret in the log', async () => {
    await post(RESULT, '{"state":"pass","line":"hunter2"}');
    await post(`${RESULT}0`, '{"state":"hunter2"}');
    const said = JSON.stringify(log.lines);
    expect(log.lines).toHaveLength(2);
    for (const hidden of [SECRET, 'hunter2', '/inbound/', RESULT.slice(-32)])
      expect(said).not.toContain(hidden);
  });

  it('is not known to an installation that takes nothing in', async () => {
    const closed = await startHttp({
      host: '127.0.0.1',
      port: 0,
      readiness: [],
      metrics: () => Promise.resolve({ contentType: '', text: '' }),
      slack: undefined,
      inbound: undefined,
    });
    const response = await fetch(`${closed.url}${RESULT}`, { method: 'GET' });
    expect(response.status).toBe(404);
    await closed.close();
  });
});
