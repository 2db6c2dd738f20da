import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readiness } from '../../src/checks/readiness.ts';
import type { CheckDefinition, CheckResult } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { connections, run } from '../support/checks.ts';
import { httpTarget, type Target } from '../support/http-target.ts';

let target: Target;
let now = 0;
let most = 0;
let count = 0;

const answer = (request: IncomingMessage, response: ServerResponse): void => {
  now += 1;
  count += 1;
  most = Math.max(most, now);
  response.on('close', () => (now -= 1));
  const { pathname } = new URL(request.url ?? '/', 'http://x');
  if (pathname === '/limited') response.writeHead(count > 30 ? 429 : 200).end();
  else if (pathname === '/broken') response.writeHead(500).end();
  else if (pathname === '/drops') request.socket.destroy();
  else if (pathname === '/half-drops' && count % 2 === 0) request.socket.destroy();
  else if (pathname === '/hang') return;
  else if (pathname === '/endless') {
    const timer = setInterval(() => response.write('x'.repeat(1000)), 5);
    response.on('close', () => clearInterval(timer));
  } else if (pathname === '/away') response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
  else setTimeout(() => response.end('ok'), 3);
};

beforeAll(async () => {
  target = await httpTarget(answer);
});

beforeEach(() => {
  most = 0;
  count = 0;
});

afterAll(() => target.close());

const load = (
  path: string,
  params: Record<string, Json> = {},
  definition: Omit<CheckDefinition, 'kind' | 'params'> = {},
): Promise<CheckResult> =>
  run({
    kind: 'load',
    params: { url: `${target.url}${path}`, ...params },
    with: definition,
    connections: { allow: ['127.0.0.1'] },
  });

describe('a load', () => {
  it('is as many requests as asked for, and no more at a time', async () => {
    const result = await load('/', { total: 120, concurrency: 8 });
    expect(result).toMatchObject({
      outcome: 'pass',
      line: expect.stringMatching(/^120 requests, 100 % good, p95 .* ms, [\d.]+\/s$/),
      observation: {
        requests: 120,
        answered: 120,
        success: 100,
        statuses: { 200: 120 },
        throttled: false,
        stopped: false,
        errors: {},
      },
    });
    expect(count).toBe(120);
    expect(most).toBeLessThanOrEqual(8);
    expect(most).toBeGreaterThan(1);
    const [p50, p95, p99, max] = ['p50', 'p95', 'p99', 'max'].map((name) => Number(result.observation[name]));
    expect([p50, p95, p99, max]).toEqual([p50!, p95!, p99!, max!].toSorted((a, b) => a - b));
  });

  it('tells whether it was throttled, which is no failure', async () => {
    const expected = { 'statuses["429"]': { gte: 1 }, throttled: true };
    expect(await load('/limited', { total: 60 }, { expect: expected })).toMatchObject({
      outcome: 'pass',
      observation: { requests: 60, statuses: { 200: 30, 429: 30 }, success: 50, stopped: false },
    });
  });

  it('stops when half of it fails, and says so', async () => {
    const result = await load('/broken', { total: 2000, concurrency: 5 }, { expect: { throttled: false } });
    expect(result.outcome).toBe('fail');
    expect(result.line).toMatch(/^stopped after 2\d of 2000 requests: 2\d of them failed$/);
    expect(count).toBeLessThan(40);
    expect(await load('/half-drops', { total: 500, concurrency: 1 })).toMatchObject({
      outcome: 'fail',
      observation: { stopped: true, errors: { connection_reset: expect.any(Number) } },
    });
  });

  it('of which nothing is answered is a target that is down', async () => {
    expect(await load('/drops', { total: 50 })).toMatchObject({
      outcome: 'fail',
      line: expect.stringContaining('closed the connection'),
    });
  });

  it('ends with its time, whatever the target does', async () => {
    const startedAt = performance.now();
    expect((await load('/hang', { total: 50, duration: '300ms' })).outcome).toBe('timed_out');
    expect((await load('/endless', { total: 50, duration: '300ms' })).outcome).toBe('timed_out');
    const part = await load('/', { total: 2000, concurrency: 1, duration: '300ms' });
    expect(part.outcome).toBe('pass');
    expect(Number(part.observation['requests'])).toBeLessThan(2000);
    expect(performance.now() - startedAt).toBeLessThan(6000);
  });

  it('is one at a time for a target', async () => {
    const both = await Promise.all([load('/', { total: 40 }), load('/other', { total: 40 })]);
    expect(both.map(({ outcome }) => outcome).toSorted()).toEqual(['inconclusive', 'pass']);
    expect(both.find(({ outcome }) => outcome === 'inconclusive')?.line).toBe(
      `another load of 127.0.0.1:${target.port} is under way`,
    );
    expect((await load('/', { total: 5 })).outcome).toBe('pass');
  });

  it('follows no redirect, and goes nowhere that is not allowed', async () => {
    expect(await load('/away', { total: 5 })).toMatchObject({ observation: { statuses: { 302: 5 } } });
    const blocked = await run({ kind: 'load', params: { url: 'http://169.254.169.254/' } });
    expect(blocked).toMatchObject({ outcome: 'error', line: expect.stringContaining('never reachable') });
  });

  it.each<Record<string, Json>>([
    { total: 2001 },
    { concurrency: 51 },
    { duration: '31s' },
    { duration: '-5s' },
    { total: 0 },
  ])('beyond its limits is refused: %j', async (params) => {
    expect(await load('/', params)).toMatchObject({ outcome: 'error', observation: {} });
    expect(count).toBe(0);
  });

  it('never runs by itself, whatever its checklist says', () => {
    const effect = 'read';
    const definition = { kind: 'load', params: { url: target.url } };
    expect(
      readiness(
        { definition, effect, connections: connections({ allow: ['127.0.0.1'] }) },
        { hasEnv: () => true },
      ),
    ).toEqual({ kind: 'by_click', effect: 'load' });
  });
});
