import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CheckDefinition, CheckResult } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { run } from '../support/checks.ts';
import { idOf, startEngine, type FakeEngine } from '../support/docker-engine.ts';

let engine: FakeEngine;

beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.close());
beforeEach(() => {
  engine.containers = [];
  engine.asked.length = 0;
});
afterEach(() => {
  engine.misbehave = undefined;
});

type Given = Readonly<Record<string, Json>>;

const check = (
  params: Given,
  more: Omit<CheckDefinition, 'kind' | 'params'> = {},
  values: Given = { docker: engine.socketUrl },
): Promise<CheckResult> =>
  run({
    kind: 'docker',
    params: { connection: engine.socketUrl, ...params },
    with: more,
    connections: { values },
  });

const compose = (service: string, more: Readonly<Record<string, string>> = {}) => ({
  'com.docker.compose.project': 'shop',
  'com.docker.compose.service': service,
  ...more,
});

describe('a container', () => {
  it('passes while it runs and is healthy, and says so', async () => {
    engine.containers = [{ name: 'shop', health: 'healthy' }];
    const result = await check({ container: 'shop' });
    expect(result).toMatchObject({ outcome: 'pass', line: 'running, healthy, up 60 min' });
    expect(result.observation).toMatchObject({
      state: 'running',
      health: 'healthy',
      restarts: 0,
      age: 3_599_877,
      created: 7_200_000,
      image: 'shop:1.2.0',
      image_id: 'sha256:aaaa',
      digest: 'sha256:d1e57',
      restart_policy: 'unless-stopped',
      ports: [8000],
      bindings: ['0.0.0.0:8000->8000/tcp'],
      log_driver: 'json-file',
      log_max_size: '10m',
      log_max_file: '10',
    });
    expect(result.observation).not.toHaveProperty('exit_code');
  });

  it.each<[string, Partial<FakeEngine['containers'][number]>, Given | undefined, string, string]>([
    ['has exited', { status: 'exited', exitCode: 137, oomKilled: true }, undefined, 'fail', 'stopped'],
    ['exited with a known code', { status: 'exited', exitCode: 137 }, { exit_code: 0 }, 'fail', 'exit_code'],
    ['was ended for want of memory', { oomKilled: true }, { oom_killed: [] }, 'fail', 'oom_killed'],
    ['is paused', { status: 'paused' }, undefined, 'fail', 'stopped'],
    ['restarts in a loop', { status: 'restarting', restarts: 9 }, undefined, 'fail', 'stopped'],
    ['is unhealthy', { health: 'unhealthy' }, undefined, 'fail', 'unhealthy'],
    ['is still starting', { health: 'starting' }, undefined, 'inconclusive', 'not known yet'],
    ['has no health check and has to be healthy', {}, { health: 'healthy' }, 'inconclusive', 'health'],
    ['restarted too often', { restarts: 4 }, { restarts: { lt: 3 } }, 'fail', 'got 4'],
    ['is of another image', { image: 'shop:1.1.0' }, { image: 'shop:1.2.0' }, 'fail', 'shop:1.1.0'],
    ['publishes another port', {}, { ports: { contains: 8001 } }, 'fail', 'ports'],
    [
      'claims to have started tomorrow',
      { startedAt: '2026-11-21T00:00:00Z' },
      { age: { lt: '1h' } },
      'inconclusive',
      'age',
    ],
  ])('that %s', async (_name, told, expected, outcome, line) => {
    engine.containers = [{ name: 'shop', ...told }];
    const result = await check({ container: 'shop' }, expected ? { expect: expected } : {});
    expect(result, result.line).toMatchObject({ outcome, line: expect.stringContaining(line) });
  });

  it('that is not there fails whatever else is expected, and an id is no name', async () => {
    engine.containers = [{ name: 'shop' }];
    expect(await check({ container: 'gone' })).toMatchObject({
      outcome: 'fail',
      observation: { missing: ['gone'], count: 0 },
    });
    expect(await check({ containers: ['shop', 'gone'] }, { expect: { running: 1 } })).toMatchObject({
      outcome: 'fail',
      line: expect.stringContaining('gone'),
    });
    expect(await check({ container: idOf('shop').slice(0, 12) })).toMatchObject({ outcome: 'fail' });
  });

  it('leaves no environment, argument, label or health output behind', async () => {
    engine.containers = [{ name: 'shop', health: 'healthy', labels: compose('api') }];
    const result = await check({ container: 'shop' });
    expect(result.observation).toMatchObject({ project: 'shop', service: 'api' });
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  it('tells what it uses when it is asked to', async () => {
    engine.containers = [{ name: 'shop' }];
    expect(
      await check({ container: 'shop', stats: true }, { expect: { cpu_percent: { lt: 80 } } }),
    ).toMatchObject({
      outcome: 'pass',
      observation: { cpu_percent: 40, memory: 200_000, memory_percent: 20 },
    });
    expect(await check({ container: 'shop' }, { expect: { cpu_percent: { lt: 80 } } })).toMatchObject({
      outcome: 'inconclusive',
    });
  });
});

describe('the containers of a Compose project', () => {
  it('have to run all of them; what docker compose run left does not count', async () => {
    engine.containers = [
      { name: 'shop-api-1', labels: compose('api'), health: 'healthy' },
      { name: 'shop-db-1', labels: compose('db') },
      { name: 'shop-run', labels: compose('api', { 'com.docker.compose.oneoff': 'True' }), status: 'exited' },
      { name: 'other' },
    ];
    expect(await check({ project: 'shop' })).toMatchObject({
      outcome: 'pass',
      line: '2 of 2 running',
      observation: { count: 2 },
    });
    expect(await check({ project: 'nobody' })).toMatchObject({ outcome: 'fail', observation: { count: 0 } });
  });

  it('may be only some services, which have to be there', async () => {
    engine.containers = [
      { name: 'shop-api-1', labels: compose('api') },
      { name: 'shop-migrate-1', labels: compose('migrate'), status: 'exited' },
    ];
    expect(await check({ project: 'shop' })).toMatchObject({ outcome: 'fail' });
    expect(await check({ project: 'shop', services: ['api'] })).toMatchObject({ outcome: 'pass' });
    expect(await check({ project: 'shop', services: ['api', 'web'] })).toMatchObject({
      outcome: 'fail',
      observation: { missing: ['web'] },
    });
  });

  it('are judged on the oldest and the youngest of them', async () => {
    engine.containers = [
      { name: 'a', labels: compose('a'), created: '2026-11-20T07:00:00Z', startedAt: '2026-11-20T07:00:00Z' },
      { name: 'b', labels: compose('b'), created: '2026-11-20T09:59:00Z', startedAt: '2026-11-20T09:59:00Z' },
    ];
    const { observation } = await check({ project: 'shop' });
    expect(observation).toMatchObject({ created: 3 * 3_600_000, age: 60_000 });
    expect(await check({ project: 'shop' }, { expect: { created: { lt: '1h' } } })).toMatchObject({
      outcome: 'fail',
    });
  });

  it('are not judged as a whole when there are more than fifty', async () => {
    engine.containers = Array.from({ length: 60 }, (_, index) => ({
      name: `shop-${index}`,
      labels: compose('api'),
    }));
    expect(await check({ project: 'shop' })).toMatchObject({
      outcome: 'inconclusive',
      line: expect.stringContaining('50 of 60'),
    });
  });

  it('that one of them left while they were looked at do not pass', async () => {
    engine.containers = [
      { name: 'a', labels: compose('a') },
      { name: 'b', labels: compose('b') },
    ];
    engine.misbehave = (request, response) => {
      if (request.url !== `/containers/${idOf('b')}/json`) return false;
      response
        .writeHead(404, { 'content-type': 'application/json' })
        .end('{"message":"No such container: b"}');
      return true;
    };
    expect(await check({ project: 'shop' })).toMatchObject({ outcome: 'fail' });
  });
});

describe('an image', () => {
  it('is on the machine, or not', async () => {
    expect(await check({ image: 'shop:1.2.0' })).toMatchObject({
      outcome: 'pass',
      line: 'there: shop:1.2.0',
      observation: { image_id: 'sha256:aaaa', platform: 'linux/amd64', created: 86_400_000 },
    });
    expect(await check({ image: 'registry.example/shop:2.0.0' })).toMatchObject({
      outcome: 'fail',
      observation: { exists: false },
    });
  });
});
