import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findKind } from '../../src/checks/registry.ts';
import type { CheckDefinition, CheckResult } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { NOW, run } from '../support/checks.ts';

const vector = (...values: readonly string[]): Json => ({
  resultType: 'vector',
  result: values.map((value, i) => ({ metric: { instance: `host-${i}` }, value: [1700000000, value] })),
});

const QUERIES: Readonly<Record<string, Json>> = {
  one: vector('0.25'),
  several: vector('1', '5', '3'),
  none: vector(),
  nan: vector('NaN'),
  many: vector(...Array.from({ length: 101 }, () => '1')),
  text: { resultType: 'string', result: [1, 'a'] },
};

const TARGETS = [
  { labels: { job: 'api', instance: 'a:1' }, health: 'up', lastError: '' },
  { labels: { job: 'api', instance: 'b:1' }, health: 'up', lastError: '' },
  { labels: { job: 'db', instance: 'c:1' }, health: 'down', lastError: 'connection refused' },
];

const RULES = [
  { name: 'HighErrors', type: 'alerting', health: 'ok', state: 'inactive' },
  { name: 'Broken', type: 'alerting', health: 'err', state: 'inactive', lastError: 'bad rule' },
];

const ALERTS = [
  {
    labels: { alertname: 'HighErrors', severity: 'critical' },
    state: 'firing',
    activeAt: '2026-11-20T09:00:00Z',
  },
  { labels: { alertname: 'Disk', severity: 'warning' }, state: 'pending', activeAt: '2026-11-20T09:00:00Z' },
];

let server: Server;
let url: string;
let asked: { path: string; search: URLSearchParams; auth: string | undefined };

const success = (response: ServerResponse, data: Json): void => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ status: 'success', data }));
};

/** Queries that are named after what goes wrong. */
const misbehave = (query: string, response: ServerResponse): void => {
  if (query === 'bad(') {
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: 'error', errorType: 'bad_data', error: 'parse error' }));
  } else if (query === 'slow') {
    response.writeHead(503, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: 'error', errorType: 'timeout', error: 'query timed out' }));
  } else if (query === 'secret') response.writeHead(401).end();
  else if (query === 'moved') response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
  else if (query === 'bomb') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    response.end(gzipSync(Buffer.alloc(50_000_000, ' ')));
  } else if (query !== 'silent') response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
};

const answer = (request: IncomingMessage, response: ServerResponse): void => {
  const { pathname, searchParams } = new URL(request.url ?? '/', url);
  asked = { path: pathname, search: searchParams, auth: request.headers.authorization };
  const query = searchParams.get('query') ?? '';
  const found = QUERIES[query];
  if (pathname.endsWith('/targets')) return success(response, { activeTargets: TARGETS, droppedTargets: [] });
  if (pathname.endsWith('/rules')) return success(response, { groups: [{ name: 'g', rules: RULES }] });
  if (pathname.endsWith('/alerts')) return success(response, { alerts: ALERTS });
  if (found !== undefined) return success(response, found);
  if (pathname.endsWith('/query_range')) {
    return success(response, {
      resultType: 'matrix',
      result: [
        {
          metric: {},
          values: [
            [1, '1'],
            [2, '4'],
            [3, '1'],
          ],
        },
      ],
    });
  }
  misbehave(query, response);
};

beforeAll(async () => {
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

type Given = Readonly<Record<string, Json>>;

const check = (params: Given, more: Omit<CheckDefinition, 'kind' | 'params'> = {}): Promise<CheckResult> =>
  run({
    kind: 'prometheus',
    params: { url, ...params },
    with: more,
    connections: { values: { 'prometheus-url': url }, secrets: { token: 'env:PROM_TOKEN' } },
    deps: { env: (name) => (name === 'PROM_TOKEN' ? 'prom-t0ken-value' : undefined) },
  });

describe('a query of Prometheus', () => {
  it.each<[string, Given, Given, string]>([
    ['of one series', { query: 'one' }, { value: { lt: 0.5 } }, 'pass'],
    ['of one series that is too high', { query: 'one' }, { value: { lt: 0.1 } }, 'fail'],
    [
      'of several series without a way to one number',
      { query: 'several' },
      { value: { lt: 9 } },
      'inconclusive',
    ],
    ['of the highest', { query: 'several', reduce: 'max' }, { value: 5 }, 'pass'],
    ['of every series', { query: 'several' }, { 'values[*].value': { every: { lt: 4 } } }, 'fail'],
    ['of no series', { query: 'none' }, { value: { lt: 1 } }, 'inconclusive'],
    ['that has to find nothing', { query: 'none' }, { series: 0 }, 'pass'],
    ['of NaN', { query: 'nan' }, { value: { gte: 0 } }, 'inconclusive'],
    [
      'of more than a hundred series',
      { query: 'many', reduce: 'max' },
      { value: { lte: 1 } },
      'inconclusive',
    ],
    ['of a text', { query: 'text' }, { value: 1 }, 'inconclusive'],
    ['over a time', { query: 'up', range: { since: '1h' }, reduce: 'max' }, { value: 4 }, 'pass'],
    ['over a time, its last point', { query: 'up', range: { since: '1h' } }, { value: 1 }, 'pass'],
  ])('%s', async (_name, params, expected, outcome) => {
    const result = await check(params, { expect: expected });
    expect(result, result.line).toMatchObject({ outcome });
  });

  it('passes by having a number, and says it', async () => {
    expect(await check({ query: 'one' })).toMatchObject({ outcome: 'pass', line: '0.25' });
    expect(await check({ query: 'none' })).toMatchObject({
      outcome: 'inconclusive',
      line: 'value: not judged, value cannot be told: the query found no series',
    });
  });

  it('tells the server when to give up, how much is wanted, and who asks', async () => {
    await check(
      { query: 'up', range: { since: '1h', step: '1m' }, auth: 'env:PROM_TOKEN' },
      { timeoutMs: 4000 },
    );
    expect(asked.path).toBe('/api/v1/query_range');
    expect(Object.fromEntries(asked.search)).toEqual({
      query: 'up',
      timeout: '3600ms',
      limit: '101',
      start: (NOW.getTime() / 1000 - 3600).toFixed(3),
      end: (NOW.getTime() / 1000).toFixed(3),
      step: '60.000',
    });
    expect(asked.auth).toBe('Bearer prom-t0ken-value');
    await check({ url: `${url}/prefix/`, query: 'one' });
    expect(asked.path).toBe('/prefix/api/v1/query');
    expect(asked.auth).toBeUndefined();
  });

  it.each<[string, string, string]>([
    ['bad(', 'error', 'does not understand the query: parse error'],
    ['slow', 'timed_out', 'query timed out'],
    ['secret', 'error', 'refuses the login (status 401)'],
    ['moved', 'fail', 'does not answer like Prometheus (status 302)'],
    ['html', 'fail', 'does not answer like Prometheus (status 200)'],
    ['bomb', 'error', 'is larger than 256 KiB'],
  ])('%s is %s', async (query, outcome, line) => {
    expect(await check({ query }, { expect: { series: 0 } })).toMatchObject({
      outcome,
      line: expect.stringContaining(line),
    });
  });

  it('that is never answered ends at the deadline', async () => {
    expect(await check({ query: 'silent' }, { timeoutMs: 200 })).toMatchObject({ outcome: 'timed_out' });
  });

  it.each(['http://169.254.169.254', 'file:///etc/passwd', 'http://127.0.0.1:1'])(
    'at %s is not made',
    async (other) => {
      expect(await check({ url: other, query: 'one' })).toMatchObject({ outcome: 'error' });
    },
  );
});

describe('Prometheus itself', () => {
  it('has targets that are up, by job', async () => {
    expect(await check({ targets: { job: 'api' } })).toMatchObject({
      outcome: 'pass',
      observation: { up: 2, down: 0 },
    });
    expect(await check({ targets: {} })).toMatchObject({
      outcome: 'fail',
      observation: {
        down: 1,
        targets: expect.arrayContaining([expect.objectContaining({ error: 'connection refused' })]),
      },
    });
    expect(await check({ targets: { job: 'nobody' } })).toMatchObject({ outcome: 'fail' });
  });

  it('has rules that are there and evaluated', async () => {
    expect(await check({ rules: { names: ['HighErrors'] } })).toMatchObject({ outcome: 'pass' });
    expect(asked.search.getAll('rule_name[]')).toEqual(['HighErrors']);
    expect(await check({ rules: { names: ['HighErrors', 'Gone'] } })).toMatchObject({
      outcome: 'fail',
      observation: { missing: ['Gone'] },
    });
    expect(await check({ rules: {} })).toMatchObject({
      outcome: 'fail',
      observation: { unhealthy: ['Broken'] },
    });
  });

  it('has no alert that fires, of all or of some', async () => {
    expect(await check({ alerts: {} })).toMatchObject({
      outcome: 'fail',
      observation: { firing: 1, pending: 1 },
    });
    expect(await check({ alerts: { labels: { severity: 'warning' } } })).toMatchObject({ outcome: 'pass' });
    expect(await check({ alerts: { names: ['Disk'] } })).toMatchObject({ outcome: 'pass' });
  });

  it.each<[string, Given]>([
    ['nothing', {}],
    ['two things at once', { query: 'one', targets: {} }],
    ['a range without a query', { targets: {}, range: { since: '1h' } }],
    ['a way to one number that is none', { query: 'one', reduce: 'p95' }],
  ])('is not asked for %s', (_name, params) => {
    expect(findKind('prometheus')!.problems({ url, ...params })).toHaveLength(1);
  });
});
