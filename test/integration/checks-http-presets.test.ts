import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { run } from '../support/checks.ts';
import { httpsTarget, httpTarget, TEST_ROOT, type Target } from '../support/http-target.ts';

let plain: Target;
let secure: Target;

/** Answers with the headers and the status its query asks for. */
const asAsked = (request: IncomingMessage, response: ServerResponse): void => {
  const query = new URL(request.url ?? '/', 'http://x').searchParams;
  for (const [name, value] of query) if (name !== 'status') response.setHeader(name, value);
  response.writeHead(Number(query.get('status') ?? 200)).end();
};

beforeAll(async () => {
  plain = await httpTarget(asAsked);
  secure = await httpsTarget(asAsked);
});

afterAll(() => Promise.all([plain.close(), secure.close()]));

const ask = (
  params: Record<string, Json>,
  {
    headers = {},
    over = plain,
    ...rest
  }: { headers?: Record<string, string>; over?: Target; env?: string } = {},
): Promise<CheckResult> =>
  run({
    kind: 'http',
    params: { url: `${over.url}/?${new URLSearchParams(headers).toString()}`, ...params },
    connections: { allow: ['127.0.0.1'], secrets: rest.env === undefined ? {} : { token: 'env:TOKEN' } },
    deps: { world: { ca: [TEST_ROOT] }, env: () => rest.env },
  });

describe('preset hsts', () => {
  const hsts = (value: string | undefined, over = secure): Promise<CheckResult> =>
    ask(
      { preset: 'hsts' },
      { over, headers: value === undefined ? {} : { 'strict-transport-security': value } },
    );

  it('holds with half a year or more, and says for how long', async () => {
    expect(await hsts('max-age=31536000; includeSubDomains')).toMatchObject({
      outcome: 'pass',
      line: 'HSTS for 365 d, subdomains included',
      observation: { preset: { ok: true } },
    });
    expect((await hsts('includeSubDomains; Max-Age="15552000"')).outcome).toBe('pass');
  });

  it.each([
    [undefined, 'hsts: no Strict-Transport-Security header'],
    ['max-age=0', 'hsts: Strict-Transport-Security is switched off (max-age=0)'],
    ['max-age=3600', 'hsts: it lasts only 1 h, expected at least 180 d'],
    ['includeSubDomains', 'hsts: Strict-Transport-Security has no max-age, so browsers ignore it'],
    ['x-max-age=31536000', 'hsts: Strict-Transport-Security has no max-age, so browsers ignore it'],
    ['max-age=0, max-age=31536000', 'hsts: Strict-Transport-Security is switched off (max-age=0)'],
  ])('%s is a fail that says what is wrong', async (value, line) => {
    expect(await hsts(value)).toMatchObject({ outcome: 'fail', line });
  });

  it('means nothing over plain http', async () => {
    expect(await hsts('max-age=31536000', plain)).toMatchObject({
      outcome: 'fail',
      line: 'hsts: browsers ignore HSTS over plain http',
    });
  });

  it('holds whatever else is expected', async () => {
    const result = await run({
      kind: 'http',
      params: { url: secure.url, preset: 'hsts' },
      with: { expect: { status: 200 } },
      connections: { allow: ['127.0.0.1'] },
      deps: { world: { ca: [TEST_ROOT] } },
    });
    expect(result).toMatchObject({ outcome: 'fail', line: 'hsts: no Strict-Transport-Security header' });
  });
});

describe('preset csp', () => {
  it.each([
    ["default-src 'self'", 'pass', 'Content-Security-Policy limits scripts'],
    ["script-src 'nonce-abc' 'unsafe-inline'", 'pass', 'Content-Security-Policy limits scripts'],
    ["frame-ancestors 'none'", 'fail', 'csp: the Content-Security-Policy does not limit scripts'],
    [
      "default-src 'self'; script-src 'self' 'unsafe-inline'",
      'fail',
      "csp: the Content-Security-Policy allows inline scripts ('unsafe-inline')",
    ],
    ['default-src *', 'fail', 'csp: the Content-Security-Policy allows scripts from anywhere (*)'],
  ])('%s is a %s', async (policy, outcome, line) => {
    expect(await ask({ preset: 'csp' }, { headers: { 'content-security-policy': policy } })).toMatchObject({
      outcome,
      line,
    });
  });

  it('is not fooled by a policy that only reports', async () => {
    const headers = { 'content-security-policy-report-only': "default-src 'self'" };
    expect(await ask({ preset: 'csp' }, { headers })).toMatchObject({
      outcome: 'fail',
      line: 'csp: only Content-Security-Policy-Report-Only: nothing is enforced',
    });
  });
});

describe('preset cors', () => {
  const origin = 'https://app.example';

  it('sends the preflight a browser would, without the login itself', async () => {
    const headers = {
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'PUT, DELETE',
      'access-control-allow-headers': 'authorization, Content-Type',
    };
    const params = { preset: 'cors', origin, method: 'PUT', json: {}, auth: '${token}' };
    expect(await ask(params, { headers, env: 'very-secret' })).toMatchObject({
      outcome: 'pass',
      line: 'https://app.example may ask with PUT',
    });
    const asked = plain.requests.at(-1);
    expect(asked?.method).toBe('OPTIONS');
    expect(asked?.headers).toMatchObject({
      origin,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization,content-type',
    });
    expect(asked?.headers).not.toHaveProperty('authorization');
  });

  it.each<[string, Record<string, string>, string]>([
    ['no permission', {}, `cors: ${origin} may not ask: no Access-Control-Allow-Origin (answered 200)`],
    [
      'another origin',
      { 'access-control-allow-origin': 'https://other.example' },
      `cors: ${origin} may not ask, only https://other.example (answered 200)`,
    ],
    [
      'a refused preflight',
      { 'access-control-allow-origin': origin, status: '403' },
      'cors: the preflight is answered with 403',
    ],
    ['a method left out', { 'access-control-allow-origin': '*' }, 'cors: DELETE is not allowed'],
  ])('says of %s what is wrong', async (_name, headers, line) => {
    expect(await ask({ preset: 'cors', origin, method: 'DELETE' }, { headers })).toMatchObject({
      outcome: 'fail',
      line,
    });
  });

  it('needs its origin, and nothing else does', async () => {
    for (const params of [{ preset: 'cors' }, { origin }, { preset: 'csp', origin }])
      expect(await ask(params)).toMatchObject({
        outcome: 'error',
        line: 'http: origin: stands with preset cors, and only there',
      });
  });
});

describe('preset https-redirect', () => {
  it.each([
    [301, 'https://127.0.0.1/', 'pass', '301 to https://127.0.0.1'],
    [307, 'https://www.example:8443/x', 'pass', '307 to https://www.example:8443'],
    [
      302,
      '/login',
      'fail',
      'https-redirect: plain http is redirected to http://127.0.0.1:PORT, which is not https',
    ],
    [
      301,
      'http://www.example/',
      'fail',
      'https-redirect: plain http is redirected to http://www.example, which is not https',
    ],
    [
      200,
      'https://a.example',
      'fail',
      'https-redirect: plain http is answered with 200 instead of a redirect to https',
    ],
  ])('%d to %s is a %s', async (status, location, outcome, line) => {
    expect(
      await ask({ preset: 'https-redirect', follow: 3 }, { headers: { status: String(status), location } }),
    ).toMatchObject({
      outcome,
      line: line.replace('PORT', String(plain.port)),
    });
  });

  it('asks the http twin of an https address, which needs its own permit', async () => {
    const result = await run({
      kind: 'http',
      params: { url: 'https://app.example/', preset: 'https-redirect' },
      connections: { allow: ['app.example:443'] },
    });
    expect(result).toMatchObject({
      outcome: 'error',
      line: 'app.example:80 is not allowed for this environment',
    });
  });
});

describe('preset auth-required', () => {
  it.each([
    [401, 'pass', '401 without credentials'],
    [403, 'pass', '403 without credentials'],
    [200, 'fail', 'auth-required: answers 200 without credentials, expected 401 or 403'],
    [302, 'fail', 'auth-required: answers 302 (a redirect) without credentials, expected 401 or 403'],
    [500, 'fail', 'auth-required: answers 500 without credentials, expected 401 or 403'],
  ])('%d is a %s', async (status, outcome, line) => {
    const headers: Record<string, string> = { status: String(status) };
    if (status === 302) headers['location'] = '/login';
    expect(await ask({ preset: 'auth-required' }, { headers })).toMatchObject({ outcome, line });
  });

  it('asks without what it would sign in with', async () => {
    const params = {
      preset: 'auth-required',
      auth: '${token}',
      headers: { cookie: 'a=b', 'x-api-key': 'k', 'x-auth-token': 't' },
    };
    await ask(params, { headers: { status: '401' }, env: 'very-secret' });
    for (const name of ['authorization', 'cookie', 'x-api-key', 'x-auth-token'])
      expect(plain.requests.at(-1)?.headers).not.toHaveProperty(name);
  });
});
