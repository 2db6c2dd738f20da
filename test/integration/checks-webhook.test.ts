import { describe, expect, it } from 'vitest';
import type { Inbound, Statement } from '../../src/checks/check.ts';
import { readiness } from '../../src/checks/readiness.ts';
import { findKind } from '../../src/checks/registry.ts';
import { zoneOf, type CheckDefinition, type CheckResult } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { connections, NOW, run } from '../support/checks.ts';

type Given = Readonly<Record<string, Json>>;

const SEND = {
  url: 'https://tminus.example/inbound/result/f00d.1.aa',
  until: new Date('2026-11-21T10:00:00Z'),
};

const statement = (given: Partial<Statement> = {}): Statement => ({
  at: new Date(NOW.getTime() - 60_000),
  state: 'pass',
  line: '412 of 412 tests',
  metrics: {},
  ...given,
});

const inbound = (last: Statement | undefined): Inbound => ({
  result: () => Promise.resolve({ ...(last && { last }), ...(last?.state === 'pass' ? {} : { send: SEND }) }),
  heartbeat: () =>
    Promise.resolve({ url: 'https://tminus.example/inbound/heartbeat/f00d.aa', ...(last && { last }) }),
});

const check = (
  params: Given,
  last: Statement | undefined,
  more: Omit<CheckDefinition, 'kind' | 'params'> = {},
): Promise<CheckResult> => run({ kind: 'webhook', params, with: more, deps: { inbound: inbound(last) } });

const RESULT = { result: {} };
const BEAT = { heartbeat: { name: 'nightly-backup', every: '1h', grace: '10m' } };

describe('a result from outside', () => {
  it('that has not come in is not judged, and Details say where to send it', async () => {
    const result = await check(RESULT, undefined);
    expect(result).toMatchObject({
      outcome: 'inconclusive',
      line: 'state: not judged, state has not come in yet',
    });
    expect(result.findings.map(({ line }) => line)).toContainEqual(
      `once, until 2026-11-21T10:00Z: curl -H 'content-type: application/json' -d '{"state":"pass","line":"why"}' ${SEND.url}`,
    );
  });

  it('passes with the words it brought, and asks for no other', async () => {
    const result = await check(RESULT, statement({ metrics: { tests: 412 } }));
    expect(result).toMatchObject({
      outcome: 'pass',
      line: '412 of 412 tests',
      observation: { state: 'pass', metrics: { tests: 412 }, age: 60_000 },
    });
    expect(JSON.stringify(result.findings)).not.toContain('curl');
  });

  it('that is a fail fails, and may be followed by another', async () => {
    const result = await check(RESULT, statement({ state: 'fail', line: '3 tests failed' }), {
      expect: { 'metrics.tests': { gte: 0 } },
    });
    expect(result).toMatchObject({
      outcome: 'fail',
      line: expect.stringContaining('reported: 3 tests failed'),
    });
    expect(JSON.stringify(result.findings)).toContain(SEND.url);
  });

  it.each<[string, Statement | undefined, Given, string]>([
    ['its metrics', statement({ metrics: { p95: 150 } }), { 'metrics.p95': { lt: 200 } }, 'pass'],
    [
      'metrics that are too high',
      statement({ metrics: { p95: 250 } }),
      { 'metrics.p95': { lt: 200 } },
      'fail',
    ],
    ['metrics it did not send', statement(), { 'metrics.p95': { lt: 200 } }, 'inconclusive'],
    ['its age', statement(), { age: { lt: '30s' } }, 'fail'],
    ['being absent, before it came', undefined, { state: { absent: true } }, 'inconclusive'],
  ])('is judged by %s', async (_name, last, expected, outcome) => {
    expect(await check(RESULT, last, { expect: expected })).toMatchObject({ outcome });
  });

  it('is redacted like anything else', async () => {
    const line = 'login with password=hunter2-long failed';
    const result = await check(
      RESULT,
      statement({ state: 'fail', line, metrics: { note: 'token=hunter2-long' } }),
    );
    expect(JSON.stringify(result)).not.toContain('hunter2-long');
  });
});

describe('a heartbeat', () => {
  it.each<[string, number | undefined, string, string]>([
    ['was never heard of', undefined, 'inconclusive', 'has not come in yet'],
    ['came in time', 30, 'pass', 'heard of 30 min ago'],
    ['is late, within its grace', 69, 'pass', 'heard of 1.15 h ago'],
    ['is overdue', 180, 'fail', 'overdue: last heard of 3 h ago, expected every 1 h'],
  ])('that %s', async (_name, minutes, outcome, line) => {
    const last =
      minutes === undefined
        ? undefined
        : statement({ line: '', at: new Date(NOW.getTime() - minutes * 60_000) });
    const result = await check(BEAT, last);
    expect(result).toMatchObject({ outcome, line: expect.stringContaining(line) });
    expect(JSON.stringify(result.findings)).toContain(
      'curl -X POST https://tminus.example/inbound/heartbeat/',
    );
  });

  it('that is overdue fails whatever else is expected, and so does a reported fail', async () => {
    const old = statement({ at: new Date(NOW.getTime() - 10 * 3_600_000) });
    expect(await check(BEAT, old, { expect: { state: 'pass' } })).toMatchObject({ outcome: 'fail' });
    expect(await check(BEAT, statement({ state: 'fail', line: 'disk full' }))).toMatchObject({
      outcome: 'fail',
      line: 'reported: disk full',
    });
  });
});

describe('a webhook check', () => {
  it('outside of a deployment cannot tell', async () => {
    expect(await run({ kind: 'webhook', params: RESULT })).toMatchObject({ outcome: 'inconclusive' });
  });

  it('is not connected without a secret to sign with', () => {
    const of = (hasEnv: boolean) =>
      readiness(
        { definition: { kind: 'webhook', params: RESULT }, effect: 'read', connections: connections() },
        { hasEnv: () => hasEnv },
      );
    expect(of(false)).toEqual({ kind: 'not_connected', missing: ['INBOUND_SECRET not set'] });
    expect(of(true)).toEqual({ kind: 'connected' });
  });

  it('is done by a worker that has the tables, also where a zone does the rest', () => {
    const definition = { kind: 'webhook', params: RESULT };
    const here = connections({ runner: 'prod-vpc' });
    expect(readiness({ definition, effect: 'read', connections: here }, { hasEnv: () => true })).toEqual({
      kind: 'connected',
    });
    expect(zoneOf({ definition, connections: here })).toBeUndefined();
  });

  it('never gives the secret to another check', async () => {
    const deps = { env: () => 'the-signing-secret' };
    for (const given of [{ secrets: { token: 'env:INBOUND_SECRET' } }, { env: ['INBOUND_SECRET'] }]) {
      const result = await run({
        kind: 'http',
        params: { url: 'http://127.0.0.1:9/', auth: 'secrets' in given ? '${token}' : 'env:INBOUND_SECRET' },
        connections: { ...given, allow: ['127.0.0.1:9'] },
        deps,
      });
      expect(result.outcome).toBe('error');
      expect(JSON.stringify(result)).not.toContain('the-signing-secret');
    }
  });

  it.each<[string, Given]>([
    ['neither', {}],
    ['both', { ...RESULT, ...BEAT }],
    ['a name that is none', { heartbeat: { name: '../x', every: '1h' } }],
    ['no time', { heartbeat: { name: 'x' } }],
    ['an address for a year', { result: { within: '365d' } }],
  ])('is not of %s', (_name, params) => {
    expect(findKind('webhook')!.problems(params)).not.toEqual([]);
  });
});
