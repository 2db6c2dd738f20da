import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findKind } from '../../src/checks/registry.ts';
import type { CheckDefinition, CheckResult } from '../../src/domain/check.ts';
import type { Json, JsonObject } from '../../src/lib/json.ts';
import { run } from '../support/checks.ts';
import { startKube, tlsFile, type FakeKube } from '../support/kube-api.ts';

let kube: FakeKube;
let config: string;

beforeAll(async () => {
  kube = await startKube();
  config = await kube.kubeconfig();
});
afterAll(() => kube.close());
beforeEach(() => {
  kube.objects = {};
  kube.asked.length = 0;
});

type Given = Readonly<Record<string, Json>>;

const check = (params: Given, expected?: Given): Promise<CheckResult> => {
  const more: Omit<CheckDefinition, 'kind' | 'params'> = expected ? { expect: expected } : {};
  return run({
    kind: 'kubernetes',
    params: { connection: config, ...params },
    with: more,
    connections: { values: { kubernetes: config } },
  });
};

const meta = (name: string, more: JsonObject = {}): JsonObject => ({ name, generation: 2, ...more });
describe('what routes and scales', () => {
  const HPA = '/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers';
  const hpa = (status: string, current = 3): JsonObject => ({
    metadata: meta('shop'),
    spec: { minReplicas: 2, maxReplicas: 5, scaleTargetRef: { kind: 'Deployment', name: 'shop' } },
    status: {
      currentReplicas: current,
      desiredReplicas: current,
      conditions: [
        {
          type: 'ScalingActive',
          status,
          reason: status === 'True' ? 'ValidMetricFound' : 'FailedGetResourceMetric',
        },
      ],
    },
  });

  it('is an autoscaler that knows its metrics', async () => {
    kube.objects = { [HPA]: [hpa('True')], [`${HPA}/shop`]: hpa('False', 5) };
    expect(await check({ autoscaler: {} })).toMatchObject({
      outcome: 'pass',
      line: '3 of 2 to 5 replicas',
      observation: { count: 1, min: 2, max: 5, current: 3, active: true, at_max: [] },
    });
    expect(await check({ autoscaler: { name: 'shop' } })).toMatchObject({
      outcome: 'fail',
      observation: { inactive: ['shop'], at_max: ['shop'], reason: 'FailedGetResourceMetric' },
    });
    expect(await check({ autoscaler: { name: 'gone' } })).toMatchObject({ outcome: 'fail' });
  });

  it('is an ingress with hosts, an address and the name of a secret', async () => {
    kube.objects = {
      '/apis/networking.k8s.io/v1/namespaces/shop/ingresses': [
        {
          metadata: meta('web'),
          spec: {
            rules: [{ host: 'shop.example' }, { host: 'plain.example' }],
            tls: [{ hosts: ['shop.example'], secretName: 'shop-tls' }],
          },
          status: { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } },
        },
        { metadata: meta('lost'), spec: { rules: [{ host: 'lost.example' }] }, status: { loadBalancer: {} } },
      ],
    };
    const result = await check({ ingress: {} });
    expect(result).toMatchObject({
      outcome: 'fail',
      observation: {
        hosts: ['shop.example', 'plain.example', 'lost.example'],
        addresses: ['192.0.2.7'],
        tls_names: ['shop-tls'],
        without_tls: ['plain.example', 'lost.example'],
        without_address: ['lost'],
      },
    });
    expect(await check({ ingress: {} }, { hosts: { contains: 'shop.example' } })).toMatchObject({
      outcome: 'pass',
    });
  });
});

describe('secrets', () => {
  const secret = (data: JsonObject): JsonObject => ({ kind: 'Secret', metadata: meta('shop-tls'), data });
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const key = readFileSync(tlsFile('server.key.pem'), 'utf8');

  it('hold a certificate that is valid for so many days; their key leaves no trace', async () => {
    const chain = ['chained.pem', 'intermediate.pem']
      .map((name) => readFileSync(tlsFile(name), 'utf8'))
      .join('');
    kube.objects = {
      '/api/v1/namespaces/shop/secrets/shop-tls': secret({
        'tls.crt': base64(chain),
        'tls.key': base64(key),
      }),
    };
    const result = await check({ certificate: 'shop-tls' }, { chain_days: { gt: 30 } });
    expect(result).toMatchObject({
      outcome: 'pass',
      observation: { exists: true, hosts: expect.any(Array) },
    });
    expect(Number(result.observation['chain_days'])).toBeLessThan(Number(result.observation['days']));
    expect(JSON.stringify(result)).not.toContain(key.split('\n')[1]);
    expect(JSON.stringify(result)).not.toContain(base64(key).slice(0, 40));
  });

  it.each<[string, JsonObject, string]>([
    [
      'an expired certificate',
      { 'tls.crt': base64(readFileSync(tlsFile('expired.pem'), 'utf8')) },
      'chain_days',
    ],
    ['no certificate', { password: base64('hunter2') }, 'holds no tls.crt'],
    [
      'something else under that name',
      { 'tls.crt': base64('-----BEGIN CERTIFICATE-----\nhunter2') },
      'cannot be read',
    ],
  ])('with %s fail', async (_name, data, line) => {
    kube.objects = { '/api/v1/namespaces/shop/secrets/shop-tls': secret(data) };
    const result = await check({ certificate: 'shop-tls' });
    expect(result).toMatchObject({ outcome: 'fail', line: expect.stringContaining(line) });
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  it('and config maps are looked for by name alone', async () => {
    kube.objects = {
      '/api/v1/namespaces/shop/secrets/a': secret({ password: base64('hunter2') }),
      '/api/v1/namespaces/shop/configmaps/c': { metadata: meta('c'), data: { password: 'hunter2' } },
    };
    const result = await check({ secrets: ['a', 'b'] }, { count: { gte: 1 } });
    expect(result).toMatchObject({ outcome: 'fail', observation: { count: 1, missing: ['b'] } });
    expect(JSON.stringify(result)).not.toContain(base64('hunter2'));
    expect(kube.asked[0]?.headers.accept).toContain('as=PartialObjectMetadata');
    expect(await check({ configmaps: ['c'] })).toMatchObject({ outcome: 'pass' });
  });
});

describe('jobs, nodes, warnings and the cluster itself', () => {
  it.each<[string, JsonObject, string]>([
    [
      'that is complete passes',
      {
        succeeded: 1,
        completionTime: '2026-11-20T09:00:00Z',
        conditions: [{ type: 'Complete', status: 'True' }],
      },
      'pass',
    ],
    ['that is given up fails', { failed: 6, conditions: [{ type: 'Failed', status: 'True' }] }, 'fail'],
    ['that is still at it is not judged', { active: 1 }, 'inconclusive'],
  ])('a job %s', async (_name, status, outcome) => {
    kube.objects = { '/apis/batch/v1/namespaces/shop/jobs/migrate': { metadata: meta('migrate'), status } };
    expect(await check({ job: 'migrate' })).toMatchObject({ outcome });
  });

  it('a cronjob is not suspended, and ran', async () => {
    kube.objects = {
      '/apis/batch/v1/namespaces/shop/cronjobs/backup': {
        metadata: meta('backup'),
        spec: { schedule: '0 3 * * *' },
        status: { lastSuccessfulTime: '2026-11-20T03:01:00Z' },
      },
    };
    expect(await check({ cronjob: 'backup' }, { succeeded: { lt: '1d' }, suspended: false })).toMatchObject({
      outcome: 'pass',
    });
    expect(await check({ cronjob: 'backup' }, { scheduled: { lt: '1d' } })).toMatchObject({
      outcome: 'inconclusive',
    });
  });

  it('nodes are all ready', async () => {
    const node = (name: string, ready: string): JsonObject => ({
      metadata: meta(name),
      spec: {},
      status: {
        conditions: [
          { type: 'Ready', status: ready },
          { type: 'DiskPressure', status: name === 'b' ? 'True' : 'False' },
        ],
        nodeInfo: { kubeletVersion: 'v1.30.1' },
      },
    });
    kube.objects = { '/api/v1/nodes': [node('a', 'True'), node('b', 'Unknown')] };
    expect(await check({ nodes: {} })).toMatchObject({
      outcome: 'fail',
      observation: { count: 2, ready: 1, not_ready: ['b'], pressed: ['b'], versions: ['v1.30.1'] },
    });
  });

  it('warnings are those seen lately; one without a time counts', async () => {
    const event = (reason: string, at: string | undefined, more: JsonObject = {}): JsonObject => ({
      reason,
      message: 'password=hunter2',
      involvedObject: { kind: 'Pod', name: 'shop-1' },
      ...(at !== undefined && { lastTimestamp: at }),
      ...more,
    });
    kube.objects = {
      '/api/v1/namespaces/shop/events': [
        event('BackOff', '2026-11-20T09:55:00Z', { count: 12 }),
        event('Unhealthy', '2026-11-20T08:00:00Z'),
        event('Odd', undefined),
      ],
    };
    const result = await check({ events: { since: '15m' } });
    expect(result).toMatchObject({
      outcome: 'fail',
      observation: { count: 2, reasons: { BackOff: 12, Odd: 1 } },
    });
    expect(JSON.stringify(result)).not.toContain('hunter2');
    expect(kube.asked[0]?.search.get('fieldSelector')).toBe('type=Warning');
    expect(await check({ events: { since: '15m', reasons: ['FailedGetResourceMetric'] } })).toMatchObject({
      outcome: 'pass',
      line: '0 warnings',
    });
  });

  it('the API server says its version', async () => {
    kube.objects = { '/version': { gitVersion: 'v1.30.2' } };
    expect(await check({ cluster: true })).toMatchObject({ outcome: 'pass', line: 'v1.30.2' });
  });
});

describe('a kubernetes check', () => {
  it.each<[string, Given]>([
    ['nothing', {}],
    ['two things', { deployment: 'a', cluster: true }],
    ['a name that leads elsewhere', { deployment: '../secrets/x' }],
    ['a namespace that leads elsewhere', { namespace: 'a/../b', deployment: 'a' }],
    ['a cluster that is false', { cluster: false }],
    ['events of all time', { events: {} }],
  ])('is not asked for %s', async (_name, params) => {
    expect(findKind('kubernetes')!.problems({ connection: config, ...params }).length).toBeGreaterThan(0);
    expect(await check(params)).toMatchObject({ outcome: 'error' });
    expect(kube.asked).toEqual([]);
  });
});
