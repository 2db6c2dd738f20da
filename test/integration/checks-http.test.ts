import type { Json } from '../../src/lib/json.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../support/checks.ts';
import { moodyTarget, type MoodyTarget } from '../support/moody-target.ts';
import type { Target } from '../support/http-target.ts';

let moody: MoodyTarget;
let target: Target;

const http: MoodyTarget['http'] = (params, extra) => moody.http(params, extra);

beforeAll(async () => {
  moody = await moodyTarget();
  ({ target } = moody);
});

afterAll(() => target.close());

describe('an HTTP check', () => {
  it('passes below 400 when nothing was expected', async () => {
    const result = await http({ url: '${api-url}/health' });
    expect(result).toMatchObject({ outcome: 'pass', tries: 1, captured: {} });
    expect(result.line).toMatch(/^200 in [\d.]+ ms$/);
    expect(result).not.toHaveProperty('cause');
    expect((await http({ url: '${api-url}/missing' })).outcome).toBe('fail');
  });

  it('observes what the documentation promises', async () => {
    const { observation } = await http({ url: '${api-url}/health', samples: 4 });
    expect(observation).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: { status: 'healthy', database: 'ok' },
      url: `${target.url}/health`,
      hops: 0,
    });
    const [p50, p95, p99] = ['p50', 'p95', 'p99'].map((name) => Number(observation[name]));
    expect(p50).toBeLessThanOrEqual(p95!);
    expect(p95).toBeLessThanOrEqual(p99!);
    expect(observation).not.toHaveProperty('tls');
  });

  it('judges expectations, warns on the stricter ones, and captures', async () => {
    const result = await http(
      { url: '${api-url}/health', samples: 3 },
      {
        expect: {
          status: 200,
          'body.status': 'healthy',
          p95: { lt: '2s' },
          'headers.content-type': { contains: 'json' },
        },
        warn: { p95: { lt: '0.001ms' } },
        capture: { database: 'body.database' },
      },
    );
    expect(result).toMatchObject({ outcome: 'warn', captured: { database: 'ok' } });
    expect(result.line).toMatch(/^p95: expected < 0.001 ms, got [\d.]+ ms$/);
    expect(result.findings).toHaveLength(5);
  });

  it('says what was expected and what came', async () => {
    const result = await http(
      { url: '${api-url}/down' },
      { expect: { status: 200, 'body.status': 'healthy' } },
    );
    expect(result).toMatchObject({ outcome: 'fail', line: 'status: expected 200, got 503' });
    expect(result.findings[1]).toMatchObject({ verdict: 'unknown' });
  });

  it('does not hide one bad answer among good ones', async () => {
    moody.flaky.push(200, 200, 500, 200, 200);
    expect(await http({ url: '${api-url}/flaky', samples: 5 })).toMatchObject({
      outcome: 'fail',
      line: 'status: expected < 400, got 500',
    });
  });

  it('sends what it is told to', async () => {
    const { observation } = await http(
      {
        url: '${api-url}/echo',
        method: 'POST',
        json: { name: 'smoke' },
        headers: { 'X-Trace': 5 },
        auth: 'env:API_TOKEN',
      },
      { env: { API_TOKEN: 'abc' }, capture: {} },
    );
    expect(observation['body']).toMatchObject({
      method: 'POST',
      sent: '{"name":"smoke"}',
      headers: {
        'x-trace': '5',
        'content-type': 'application/json',
        'user-agent': 'tminus',
        authorization: '[redacted]',
      },
    });
  });

  it('sends a token as Bearer unless it names its scheme', async () => {
    const sent = async (
      params: Record<string, Json>,
      extra: Parameters<typeof http>[1],
    ): Promise<unknown> => {
      await http({ url: '${api-url}/echo', ...params }, extra);
      return target.requests.at(-1)?.headers.authorization;
    };
    expect(await sent({ auth: 'env:T' }, { env: { T: 'abc' } })).toBe('Bearer abc');
    expect(await sent({ auth: 'env:T' }, { env: { T: 'Basic dXNlcjpw' } })).toBe('Basic dXNlcjpw');
    expect(await sent({ auth: '${token}' }, { env: { T: 'abc' }, secrets: { token: 'env:T' } })).toBe(
      'Bearer abc',
    );
    expect(
      await sent(
        { headers: { authorization: 'Token ${token}' } },
        { env: { T: 'abc' }, secrets: { token: 'env:T' } },
      ),
    ).toBe('Token abc');
    const withLogin = target.url.replace('://', '://us%40er:p%2Fw@');
    expect(await sent({ url: '${url}/echo' }, { env: { U: withLogin }, secrets: { url: 'env:U' } })).toBe(
      `Basic ${Buffer.from('us@er:p/w').toString('base64')}`,
    );
  });

  it('reads JSON as JSON and the rest as text, compressed or not', async () => {
    expect((await http({ url: '${api-url}/gzip' }, { expect: { 'body.a': 1 } })).outcome).toBe('pass');
    expect((await http({ url: '${api-url}/brotli' }, { expect: { 'body.a': 1 } })).outcome).toBe('pass');
    expect((await http({ url: '${api-url}/text' }, { expect: { body: '15' } })).outcome).toBe('pass');
    expect(
      (await http({ url: '${api-url}/health', method: 'HEAD' }, { expect: { status: 200, body: '' } }))
        .outcome,
    ).toBe('pass');
  });

  it('does not take a body it could not read for an empty one', async () => {
    expect(await http({ url: '${api-url}/not-gzip' })).toMatchObject({
      outcome: 'fail',
      line: 'the body is not valid gzip',
    });
    expect(
      await http({ url: '${api-url}/zstd' }, { expect: { body: { not_contains: 'error' } } }),
    ).toMatchObject({
      outcome: 'inconclusive',
      line: 'body: not judged, body is encoded as zstd, which is not read',
    });
  });
});

describe('secrets', () => {
  it('leave no trace in a result, whatever the target does with them', async () => {
    const result = await http(
      { url: '${api-url}/secrets', headers: { 'x-token': '${token}' } },
      {
        env: { T: 'very-secret-value' },
        secrets: { token: 'env:T' },
        expect: { 'body.env': 'something else', 'body.password': 'x', 'body.note': { contains: '${token}' } },
        capture: { 'kept-${token}': 'body.env' },
      },
    );
    expect(result.outcome).toBe('fail');
    expect(JSON.stringify(result)).not.toMatch(/very-secret-value|in-the-body|abcdefgh12345/);
  });

  it('that tminus itself runs on cannot be sent', async () => {
    for (const name of ['SLACK_BOT_TOKEN', 'DATABASE_URL']) {
      const result = await http(
        { url: '${api-url}/echo', auth: `env:${name}` },
        { env: { [name]: 'xoxb-own' } },
      );
      expect(result).toMatchObject({
        outcome: 'error',
        line: `auth may not be ${name}, which belongs to tminus`,
      });
    }
  });

  it('that the environment file does not name for this system cannot be sent', async () => {
    const result = await run({
      kind: 'http',
      params: { url: `${target.url}/echo`, auth: 'env:OF_ANOTHER_SYSTEM' },
      connections: { allow: [new URL(target.url).host] },
      deps: { env: () => 'secret of another system' },
    });
    expect(result).toMatchObject({
      outcome: 'error',
      line: 'auth may not be OF_ANOTHER_SYSTEM, which the environment file does not name',
    });
  });

  it('that are not there are named', async () => {
    expect(
      await http({ url: '${api-url}/echo', auth: 'env:NOT_THERE' }, { env: { NOT_THERE: '' } }),
    ).toMatchObject({ outcome: 'error', line: 'NOT_THERE is not set on this worker' });
  });
});

describe('a wrong definition', () => {
  it.each<[string, Record<string, Json>, string]>([
    ['an unknown parameter', { url: 'http://a', link: 1 }, 'http: unknown parameter link'],
    ['too many samples', { url: 'http://a', samples: 21 }, 'http: samples: '],
    ['no URL', { url: 'nothing' }, 'url is not an absolute http or https URL'],
    ['another scheme', { url: 'file:///etc/passwd' }, 'file: is not http or https'],
    ['two bodies', { url: 'http://a', json: {}, body: 'x' }, 'json and body exclude each other'],
    [
      'two logins',
      { url: 'http://a', auth: 'x', headers: { Authorization: 'y' } },
      'auth and an authorization header exclude each other',
    ],
    [
      'a header with a line break',
      { url: '${api-url}/echo', headers: { a: 'b\r\nc: d' } },
      'cannot be asked like this',
    ],
    [
      'a header that is the connection’s',
      { url: '${api-url}/echo', headers: { 'transfer-encoding': 'chunked' } },
      'cannot be asked like this',
    ],
    ['a name without a value', { url: '${nobody}/echo' }, 'nobody has no value'],
  ])('with %s is an error that says so', async (_name, params, line) => {
    expect(await http(params)).toMatchObject({
      outcome: 'error',
      line: expect.stringContaining(line),
      observation: {},
    });
  });

  it('of a kind that is not there, or with a broken expectation, is an error', async () => {
    expect(await run({ kind: 's3', params: {} })).toMatchObject({
      outcome: 'error',
      line: 'there is no kind of check named s3',
      tries: 0,
    });
    expect(await http({ url: '${api-url}/health' }, { expect: { status: { about: 200 } } })).toMatchObject({
      outcome: 'error',
    });
    expect(await http({ url: '${api-url}/health' }, { expect: {} })).toMatchObject({
      outcome: 'error',
      line: 'expect: an empty map expects nothing',
    });
  });

  it('of state is judged elsewhere', async () => {
    expect(await run({ kind: 'state', params: { of: ['environment'] } })).toMatchObject({
      outcome: 'error',
      line: 'state is judged by the loop',
    });
  });
});
