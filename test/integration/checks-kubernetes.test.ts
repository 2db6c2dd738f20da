import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CheckDefinition, CheckResult } from '../../src/domain/check.ts';
import type { Json, JsonObject } from '../../src/lib/json.ts';
import { run } from '../support/checks.ts';
import { startKube, type FakeKube } from '../support/kube-api.ts';

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
const template = {
  spec: { containers: [{ name: 'app', image: 'shop:1.2.0', env: [{ value: 'hunter2' }] }] },
};

const DEPLOYMENT = '/apis/apps/v1/namespaces/shop/deployments/shop';
const deployment = (spec: JsonObject = {}, status: JsonObject = {}): JsonObject => ({
  metadata: meta('shop'),
  spec: { replicas: 3, template, ...spec },
  status: {
    observedGeneration: 2,
    replicas: 3,
    updatedReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    conditions: [{ type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' }],
    ...status,
  },
});

describe('a Deployment', () => {
  it('passes when it is rolled out, and says how many are ready of which image', async () => {
    kube.objects = { [DEPLOYMENT]: deployment() };
    const result = await check({ deployment: 'shop' });
    expect(result).toMatchObject({
      outcome: 'pass',
      line: '3/3 ready, shop:1.2.0',
      observation: {
        exists: true,
        complete: true,
        desired: 3,
        ready: 3,
        updated: 3,
        available: 3,
        image: 'shop:1.2.0',
      },
    });
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  it.each<[string, JsonObject, JsonObject, string]>([
    ['has not been taken up', {}, { observedGeneration: 1 }, 'not taken up the last change'],
    ['updates its pods', {}, { updatedReplicas: 1 }, '1 of 3 are updated'],
    ['still has old pods', {}, { replicas: 5 }, '2 old ones'],
    ['waits for pods', {}, { availableReplicas: 2 }, '2 of 3 are available'],
    ['is paused', { paused: true }, {}, 'paused'],
    [
      'took too long',
      {},
      { conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }] },
      'progress deadline',
    ],
  ])('that %s fails and says why', async (_name, spec, status, words) => {
    kube.objects = { [DEPLOYMENT]: deployment(spec, status) };
    const result = await check({ deployment: 'shop' });
    expect(result.outcome).toBe('fail');
    expect(result.observation['waits_for']).toContain(words);
  });

  it('that is scaled to nothing, has no status yet or is not there does not pass', async () => {
    kube.objects = {
      [DEPLOYMENT]: deployment(
        { replicas: 0 },
        { replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0 },
      ),
    };
    expect(await check({ deployment: 'shop' })).toMatchObject({
      outcome: 'fail',
      observation: { complete: true },
    });
    kube.objects = { [DEPLOYMENT]: { metadata: meta('shop'), spec: { replicas: 1, template } } };
    expect(await check({ deployment: 'shop' })).toMatchObject({ outcome: 'fail', observation: { ready: 0 } });
    kube.objects = {};
    expect(await check({ deployment: 'shop' })).toMatchObject({
      outcome: 'fail',
      observation: { exists: false },
    });
  });
});

describe('other workloads', () => {
  it.each<[string, string, JsonObject, JsonObject, string]>([
    [
      'a StatefulSet',
      'statefulset',
      { replicas: 2 },
      { readyReplicas: 2, updatedReplicas: 2, currentRevision: 'a', updateRevision: 'a' },
      'pass',
    ],
    [
      'a StatefulSet between two revisions',
      'statefulset',
      { replicas: 2 },
      { readyReplicas: 2, updatedReplicas: 1, currentRevision: 'a', updateRevision: 'b' },
      'fail',
    ],
    [
      'a StatefulSet that is not ready',
      'statefulset',
      { replicas: 2 },
      { readyReplicas: 1, currentRevision: 'a', updateRevision: 'a' },
      'fail',
    ],
    [
      'a StatefulSet updated by hand',
      'statefulset',
      { replicas: 1, updateStrategy: { type: 'OnDelete' } },
      { readyReplicas: 1 },
      'fail',
    ],
    [
      'a part of a StatefulSet',
      'statefulset',
      { replicas: 3, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } },
      { readyReplicas: 3, updatedReplicas: 1, currentRevision: 'a', updateRevision: 'b' },
      'pass',
    ],
    [
      'a DaemonSet',
      'daemonset',
      {},
      { desiredNumberScheduled: 4, numberReady: 4, updatedNumberScheduled: 4, numberAvailable: 4 },
      'pass',
    ],
    [
      'a DaemonSet on its way',
      'daemonset',
      {},
      { desiredNumberScheduled: 4, numberReady: 4, updatedNumberScheduled: 3, numberAvailable: 4 },
      'fail',
    ],
    ['a DaemonSet for no node', 'daemonset', {}, {}, 'fail'],
  ])('%s', async (_name, kind, spec, status, outcome) => {
    kube.objects = {
      [`/apis/apps/v1/namespaces/shop/${kind}s/x`]: {
        metadata: meta('x'),
        spec: { template, ...spec },
        status: { observedGeneration: 2, ...status },
      },
    };
    const result = await check({ [kind]: 'x' });
    expect(result, result.line).toMatchObject({ outcome });
  });
});

const pod = (
  name: string,
  given: {
    ready?: boolean;
    phase?: string;
    restarts?: number;
    waiting?: string;
    deleted?: boolean;
    last?: string;
  } = {},
): JsonObject => ({
  metadata: meta(name, given.deleted ? { deletionTimestamp: '2026-11-20T09:59:00Z' } : {}),
  spec: { containers: [{ image: 'shop:1.2.0' }] },
  status: {
    phase: given.phase ?? 'Running',
    startTime: '2026-11-20T09:50:00Z',
    conditions: [{ type: 'Ready', status: given.ready === false ? 'False' : 'True' }],
    containerStatuses: [
      {
        restartCount: given.restarts ?? 0,
        state: given.waiting ? { waiting: { reason: given.waiting } } : { running: {} },
        lastState: given.last ? { terminated: { reason: given.last } } : {},
      },
    ],
  },
});

const PODS = '/api/v1/namespaces/shop/pods';

describe('pods', () => {
  it('are found by selector; those that are done or on their way out carry nothing', async () => {
    kube.objects = {
      [PODS]: [
        pod('a'),
        pod('b', { restarts: 2 }),
        pod('done', { phase: 'Succeeded', ready: false }),
        pod('old', { deleted: true }),
      ],
    };
    expect(
      await check({ pods: { selector: 'app=shop' } }, { ready: { gte: 2 }, not_ready: [] }),
    ).toMatchObject({
      outcome: 'pass',
      line: '2/2 ready, shop:1.2.0',
      observation: { count: 2, restarts: 2, terminating: 1, age: 600_000 },
    });
    expect(kube.asked[0]?.search.get('labelSelector')).toBe('app=shop');
  });

  it('that are not ready are named first, with the reason', async () => {
    kube.objects = {
      [PODS]: [
        pod('a'),
        pod('b', { ready: false, waiting: 'CrashLoopBackOff', restarts: 7, last: 'OOMKilled' }),
      ],
    };
    const result = await check({ pods: { selector: 'app=shop' } });
    expect(result).toMatchObject({
      outcome: 'fail',
      observation: {
        not_ready: ['b'],
        oom_killed: ['b'],
        restarts: 7,
        pods: [{ name: 'b', reason: 'CrashLoopBackOff' }, { name: 'a' }],
      },
    });
  });

  it('do not pass when there are none', async () => {
    kube.objects = { [PODS]: [] };
    expect(await check({ pods: {} })).toMatchObject({ outcome: 'fail', observation: { count: 0 } });
  });
});
