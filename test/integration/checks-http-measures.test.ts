import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lookup } from '../../src/checks/guard/network.ts';
import type { CheckDefinition, CheckResult } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { run } from '../support/checks.ts';
import { certificate, httpsTarget, httpTarget, TEST_ROOT, type Target } from '../support/http-target.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

let plain: Target;
let long: Target;
let short: Target;

/** Leads to what its query says; without it, it is there. Drops every connection a list says to. */
const leading = (request: IncomingMessage, response: ServerResponse): void => {
  const to = new URL(request.url ?? '/', 'http://x').searchParams.get('to');
  if (to === null) response.end('here');
  else response.writeHead(302, { location: to, connection: 'close' }).end();
};

const drops: boolean[] = [];

beforeAll(async () => {
  plain = await httpTarget((request, response) => {
    if (drops.shift() === true) request.socket.destroy();
    else leading(request, response);
  });
  long = await httpsTarget(leading, certificate('server.pem'));
  short = await httpsTarget(leading, certificate('chained.pem', 'intermediate.pem'));
});

afterAll(() => Promise.all([plain.close(), long.close(), short.close()]));

const lookup: Lookup = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
const NOW = new Date('2026-11-20T10:00:00.000Z');

const get = (
  params: Record<string, Json>,
  definition: Omit<CheckDefinition, 'kind' | 'params'> = {},
): Promise<CheckResult> =>
  run({
    kind: 'http',
    params,
    with: definition,
    connections: { allow: ['127.0.0.1', 'localhost'] },
    deps: { world: { ca: [TEST_ROOT], lookup } },
  });

const daysUntil = (date: string): number => Math.floor((Date.parse(date) - NOW.getTime()) / DAY_MS);

describe('the phases of a request', () => {
  it('are told apart, and those that did not happen are absent', async () => {
    const named = await get({ url: `https://localhost:${long.port}/` });
    const timings = named.observation['timings'] as Record<string, number>;
    expect(Object.keys(timings)).toEqual(['dns', 'connect', 'tls', 'first_byte', 'total']);
    for (const value of Object.values(timings)) expect(value).toBeGreaterThanOrEqual(0);
    expect(timings['tls']).toBeGreaterThan(0);
    expect(timings['first_byte']).toBeLessThanOrEqual(timings['total']!);
    expect(timings['total']).toBe(named.observation['duration']);
    const literal = await get({ url: plain.url });
    expect(Object.keys(literal.observation['timings'] as object)).toEqual(['connect', 'first_byte', 'total']);
  });

  it('can be expected to be short', async () => {
    const result = await get(
      { url: plain.url },
      { expect: { 'timings.connect': { lt: '5s' }, 'timings.dns': { lt: '5s' } } },
    );
    // An address has no lookup: what was not measured never passes.
    expect(result).toMatchObject({ outcome: 'inconclusive', line: expect.stringContaining('timings.dns') });
  });
});

describe('redirects', () => {
  it('are listed with the address and the certificate of each, not of another', async () => {
    const second = `https://localhost:${short.port}/`;
    const first = `https://127.0.0.1:${long.port}/start?to=${encodeURIComponent(`${second}?code=from-the-login&to=${encodeURIComponent(plain.url)}`)}`;
    const { outcome, observation } = await get(
      { url: first, follow: 3 },
      { expect: { hops: { gte: 1, lte: 2 } } },
    );
    expect(outcome).toBe('pass');
    expect(observation).toMatchObject({
      hops: 2,
      url: `${plain.url}/`,
      address: '127.0.0.1',
      redirects: [
        {
          status: 302,
          url: `https://127.0.0.1:${long.port}/start`,
          address: '127.0.0.1',
          tls: { days: daysUntil('2110-01-01'), protocol: 'TLSv1.3' },
        },
        { status: 302, url: second, address: '127.0.0.1', tls: { protocol: 'TLSv1.3' } },
      ],
    });
    // The last hop speaks plain http: no certificate of an earlier one stands for it.
    expect(observation).not.toHaveProperty('tls');
    expect(JSON.stringify(observation['redirects'])).not.toContain('from-the-login');
  });

  it('to a certificate that is not good end as a fail, not as days', async () => {
    const bad = await httpsTarget(leading, certificate('expired.pem'));
    const result = await get({ url: `${plain.url}/?to=${encodeURIComponent(bad.url)}`, follow: 1 });
    await bad.close();
    expect(result).toMatchObject({
      outcome: 'fail',
      line: expect.stringContaining('CERT_HAS_EXPIRED'),
      observation: {},
    });
  });
});

describe('samples', () => {
  it('are counted, with the shortest and the longest', async () => {
    const { observation } = await get({ url: plain.url, samples: 5 });
    expect(observation['samples']).toEqual({ asked: 5, measured: 5, failed: 0 });
    const [min, p50, max] = ['min', 'p50', 'max'].map((name) => Number(observation[name]));
    expect(min).toBeLessThanOrEqual(p50!);
    expect(p50).toBeLessThanOrEqual(max!);
    expect(observation['p99']).toBe(max);
  });

  it('that are lost fail the check unless it says how many are enough', async () => {
    drops.push(false, true);
    expect(await get({ url: plain.url, samples: 5 })).toMatchObject({ outcome: 'fail' });
    drops.length = 0;
    drops.push(false, true);
    expect(await get({ url: plain.url, samples: 5, min_samples: 4 })).toMatchObject({
      outcome: 'pass',
      observation: { samples: { asked: 5, measured: 4, failed: 1 } },
    });
  });

  it('of which too few are left prove nothing', async () => {
    drops.push(true, false, true, true);
    expect(await get({ url: plain.url, samples: 4, min_samples: 3 })).toMatchObject({
      outcome: 'inconclusive',
      line: '1 of 4 samples were answered, 3 are needed',
    });
  });

  it('of which none came are a target that is down', async () => {
    expect(await get({ url: 'http://127.0.0.1:1/', samples: 3, min_samples: 1 })).toMatchObject({
      outcome: 'fail',
      line: '127.0.0.1:1 refused the connection',
    });
  });
});
