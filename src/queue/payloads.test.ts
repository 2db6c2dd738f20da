import { expect, it } from 'vitest';
import { PAYLOADS } from './payloads.ts';

const result = {
  outcome: 'fail',
  line: 'status: expected 200, got 500',
  findings: [{ path: 'status', verdict: 'fails', line: 'status: expected 200, got 500' }],
  observation: { status: 500 },
  captured: {},
  durationMs: 12.5,
  tries: 1,
  cause: 'http api.internal:443: status 5xx',
};

it('takes what a runner found as it is', () => {
  expect(PAYLOADS.results.parse({ runId: 'r1', result })).toEqual({ runId: 'r1', result });
});

it.each([
  ['an outcome nobody knows', { ...result, outcome: 'fine' }],
  ['an empty line', { ...result, line: '' }],
  ['a line as long as a log', { ...result, line: 'x'.repeat(1001) }],
  ['more than a result holds', { ...result, log: 'everything' }],
  ['a negative duration', { ...result, durationMs: -1 }],
])('refuses %s from a runner', (_what, found) => {
  expect(PAYLOADS.results.safeParse({ runId: 'r1', result: found }).success).toBe(false);
});

it.each(['', 'Prod', 'prod:vpc', 'a/b', '-x'])('has no queue for a zone named %j', (zone) => {
  const job = {
    zone,
    runId: 'r1',
    effect: 'read',
    request: { definition: { kind: 'http' }, connections: {} },
  };
  expect(PAYLOADS.zone.safeParse(job).success).toBe(false);
  expect(PAYLOADS.zone.safeParse({ ...job, zone: 'prod-vpc' }).success).toBe(true);
});
