import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inClusterLogin } from '../../src/checks/kubernetes/login.ts';
import { readiness } from '../../src/checks/readiness.ts';
import type { CheckResult } from '../../src/domain/check.ts';
import type { Json, JsonObject } from '../../src/lib/json.ts';
import { connections, run } from '../support/checks.ts';
import { refuse, startKube, tlsFile, TOKEN, type FakeKube } from '../support/kube-api.ts';

let kube: FakeKube;

beforeAll(async () => {
  kube = await startKube();
});
afterAll(() => kube.close());
beforeEach(() => {
  kube.objects = { '/version': { gitVersion: 'v1.30.2' }, '/api/v1/nodes': [] };
  kube.asked.length = 0;
});
afterEach(() => {
  kube.misbehave = undefined;
});

type Given = Readonly<Record<string, Json>>;
type More = { values?: Given; timeoutMs?: number };

const check = (
  connection: string,
  params: Given = { cluster: true },
  more: More = {},
): Promise<CheckResult> =>
  run({
    kind: 'kubernetes',
    params: { connection, ...params },
    connections: { values: more.values ?? { kubernetes: connection } },
    ...(more.timeoutMs !== undefined && { with: { timeoutMs: more.timeoutMs } }),
  });

describe('a kubeconfig', () => {
  it('gives a token to the server it names, and the token stays out of the result', async () => {
    kube.objects = { '/version': { gitVersion: `v1 ${TOKEN}` } };
    const result = await check(await kube.kubeconfig());
    expect(result.outcome).toBe('pass');
    expect(kube.asked[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(JSON.stringify(result)).not.toContain(TOKEN);
  });

  it('may keep token, authority and certificate in files beside it, or in itself', async () => {
    await writeFile(join(kube.folder, 'token'), `${TOKEN}\n`);
    const data = (await readFile(tlsFile('root.pem'))).toString('base64');
    const withFiles = await kube.kubeconfig({
      user: { tokenFile: 'token' },
      cluster: { 'certificate-authority': null, 'certificate-authority-data': data },
    });
    expect(await check(withFiles)).toMatchObject({ outcome: 'pass' });
    let name: string | undefined;
    kube.misbehave = (request) => {
      const socket = request.socket as unknown as { getPeerCertificate: () => { issuer?: { CN?: string } } };
      name = socket.getPeerCertificate().issuer?.CN;
      return false;
    };
    const withIdentity = await kube.kubeconfig({
      user: { 'client-certificate': tlsFile('server.pem'), 'client-key': tlsFile('server.key.pem') },
    });
    expect(await check(withIdentity)).toMatchObject({ outcome: 'pass' });
    expect(name).toBeDefined();
    expect(kube.asked.at(-1)?.headers.authorization).toBeUndefined();
  });

  it.each<[string, { cluster?: JsonObject; user?: JsonObject; more?: JsonObject }, string]>([
    [
      'runs a program',
      { user: { exec: { command: '/bin/touch', args: ['/tmp/x'] } } },
      'running a program (exec)',
    ],
    ['uses an auth provider', { user: { 'auth-provider': { name: 'gcp' } } }, 'auth provider'],
    ['has a password', { user: { username: 'admin', password: 'hunter2' } }, 'a password'],
    ['acts as somebody else', { user: { token: TOKEN, as: 'admin' } }, 'acts as somebody else'],
    ['has nothing to log in with', { user: {} }, 'neither a token nor a client certificate'],
    [
      'may do everything',
      { user: { 'client-certificate': tlsFile('masters.pem'), 'client-key': tlsFile('server.key.pem') } },
      'may do everything (system:masters)',
    ],
    [
      'does not verify the server',
      { cluster: { 'insecure-skip-tls-verify': true } },
      'insecure-skip-tls-verify',
    ],
    ['goes through a proxy', { cluster: { 'proxy-url': 'http://evil.example' } }, 'proxy-url'],
    ['sends its token in the clear', { cluster: { server: 'http://127.0.0.1:1' } }, 'not an https address'],
    ['has no current context', { more: { 'current-context': '' } }, 'no current context'],
    ['names a context that is not there', { more: { 'current-context': 'other' } }, 'nothing named other'],
    ['is something else', { more: { contexts: 'x' } }, 'as kubectl writes them'],
    ['has a token of two lines', { user: { token: 'a\r\nx-evil: 1' } }, 'not one line'],
    [
      'names a file that is not there',
      { user: { tokenFile: '/nowhere/token' } },
      'cannot be read on this worker (ENOENT)',
    ],
  ])('that %s is refused with a plain line', async (_name, given, line) => {
    const result = await check(await kube.kubeconfig(given));
    expect(result).toMatchObject({ outcome: 'error', line: expect.stringContaining(line) });
    expect(JSON.stringify(result)).not.toMatch(/hunter2|kube-t0ken/);
    expect(kube.asked).toEqual([]);
  });

  it('that is not YAML is not quoted', async () => {
    const path = join(kube.folder, 'broken');
    await writeFile(path, 'token: "hunter2\n  : : {');
    const result = await check(path);
    expect(result).toMatchObject({ outcome: 'error', line: 'kubeconfig: it is not YAML' });
  });

  it('that the environment file does not name is not opened, and no other file is either', async () => {
    const path = await kube.kubeconfig();
    for (const values of [{}, { kubernetes: `${path}x` }])
      expect(await check(path, { cluster: true }, { values })).toMatchObject({
        outcome: 'error',
        line: expect.stringContaining('is not named in the environment file'),
      });
    expect(await check('relative/config')).toMatchObject({ outcome: 'error' });
    expect(kube.asked).toEqual([]);
  });

  it('never leads to a metadata address', async () => {
    const path = await kube.kubeconfig({ cluster: { server: 'https://169.254.169.254' } });
    expect(await check(path)).toMatchObject({
      outcome: 'error',
      line: expect.stringContaining('never reachable'),
    });
  });

  it('whose authority did not sign the server ends before the token is sent', async () => {
    const path = await kube.kubeconfig({ cluster: { 'certificate-authority': tlsFile('expired.pem') } });
    expect(await check(path)).toMatchObject({ outcome: 'fail', line: expect.stringContaining('TLS') });
    expect(kube.asked).toEqual([]);
  });
});

describe('a service account in the cluster', () => {
  it('is read from where Kubernetes puts it', async () => {
    const folder = join(kube.folder, 'serviceaccount');
    await mkdir(folder);
    await writeFile(join(folder, 'namespace'), 'shop\n');
    const env = (name: string) =>
      ({ KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' })[name];
    expect(await inClusterLogin(env, folder)).toEqual({
      server: 'https://[fd00::1]:6443',
      namespace: 'shop',
      ca: { path: join(folder, 'ca.crt') },
      token: { path: join(folder, 'token') },
    });
  });

  it('is not there outside of one', async () => {
    expect(await check('in-cluster')).toMatchObject({
      outcome: 'error',
      line: expect.stringContaining('does not run in a cluster'),
    });
  });
});

const NODES = { nodes: {} };
const node = (index: number): JsonObject => ({
  metadata: { name: `node-${index}`, managedFields: 'x'.repeat(2000) },
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
});

describe('the API', () => {
  it('is only ever asked with GET', async () => {
    const path = await kube.kubeconfig();
    const all: Given[] = [
      { cluster: true },
      NODES,
      { pods: {} },
      { events: { since: '5m' } },
      { deployment: 'a' },
      { secrets: ['a'] },
    ];
    for (const params of all) await check(path, params);
    expect(kube.asked.length).toBe(6);
    expect(new Set(kube.asked.map(({ method }) => method))).toEqual(new Set(['GET']));
  });

  it('gives long lists by pages', async () => {
    kube.objects = { '/api/v1/nodes': Array.from({ length: 250 }, (_, index) => node(index)) };
    expect(await check(await kube.kubeconfig(), NODES)).toMatchObject({
      outcome: 'pass',
      line: '250/250 nodes ready',
    });
    expect(kube.asked.map(({ search }) => search.get('continue'))).toEqual([null, '100', '200']);
  });

  it('is not judged on a part of a list', async () => {
    kube.objects = { '/api/v1/nodes': Array.from({ length: 2500 }, (_, index) => node(index)) };
    expect(await check(await kube.kubeconfig(), NODES)).toMatchObject({
      outcome: 'inconclusive',
      line: expect.stringContaining('only of the first 1000'),
    });
    expect(kube.asked).toHaveLength(10);
  });

  it('may let a list expire once; it is read anew', async () => {
    kube.objects = { '/api/v1/nodes': Array.from({ length: 150 }, (_, index) => node(index)) };
    let expirations = 1;
    kube.misbehave = (request, response) => {
      if (!request.url?.includes('continue') || expirations === 0) return false;
      expirations -= 1;
      return refuse(response, 410, 'The provided continue parameter is too old');
    };
    const path = await kube.kubeconfig();
    expect(await check(path, NODES)).toMatchObject({ outcome: 'pass', observation: { count: 150 } });
    expirations = 5;
    expect(await check(path, NODES)).toMatchObject({
      outcome: 'inconclusive',
      line: expect.stringContaining('changed faster'),
    });
  });

  it.each<[string, NonNullable<FakeKube['misbehave']>, string, string]>([
    [
      'does not let it look',
      (_, response) => refuse(response, 403, 'nodes is forbidden: User "reader" cannot list'),
      'error',
      'nodes is forbidden',
    ],
    [
      'refuses the login',
      (_, response) => refuse(response, 401, 'Unauthorized'),
      'error',
      'refuses the login',
    ],
    ['is overloaded', (_, response) => refuse(response, 503, 'etcd is gone'), 'error', 'etcd is gone'],
    [
      'redirects',
      (_, response) => (response.writeHead(302, { location: 'https://evil.example' }).end(), true),
      'fail',
      'does not answer like Kubernetes (status 302)',
    ],
    [
      'is a web site',
      (_, response) => (response.end('<html>'), true),
      'fail',
      'does not answer like Kubernetes',
    ],
    [
      'lists what is no node',
      (_, response) => (response.end('{"items":[{"metadata":{}}]}'), true),
      'fail',
      'does not answer like Kubernetes',
    ],
    [
      'sends more than is read',
      (_, response) => (response.end(`{"items":["${'x'.repeat(9_000_000)}"]}`), true),
      'error',
      'larger than 8 MiB',
    ],
    ['hangs up', (request) => (request.socket.destroy(), true), 'fail', 'closed the connection'],
  ])('that %s', async (_name, misbehave, outcome, line) => {
    kube.misbehave = misbehave;
    const result = await check(await kube.kubeconfig(), NODES);
    expect(result, result.line).toMatchObject({ outcome, line: expect.stringContaining(line) });
  });

  it('without a resource is not an object that is missing', async () => {
    kube.misbehave = (_, response) => {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found');
      return true;
    };
    expect(await check(await kube.kubeconfig(), { deployment: 'a' })).toMatchObject({
      outcome: 'fail',
      line: expect.stringContaining('status 404'),
    });
  });

  it('that trickles ends at the deadline', async () => {
    kube.misbehave = (_, response) => {
      response.writeHead(200).write('{"items":[');
      return true;
    };
    expect(await check(await kube.kubeconfig(), NODES, { timeoutMs: 300 })).toMatchObject({
      outcome: 'timed_out',
    });
  });
});

describe('what a kubernetes check needs', () => {
  const needs = (connection: string, values: Given = {}) =>
    readiness(
      {
        definition: { kind: 'kubernetes', params: { connection, cluster: true } },
        effect: 'read',
        connections: connections({ values }),
      },
      { hasEnv: () => false },
    );

  it('is said as a person would provide it', () => {
    expect(needs('${kubernetes}')).toEqual({ kind: 'not_connected', missing: ['kubernetes not set'] });
    expect(needs('/etc/kubeconfig')).toEqual({
      kind: 'not_connected',
      missing: ['kubeconfig /etc/kubeconfig not named'],
    });
    expect(needs('in-cluster')).toEqual({
      kind: 'not_connected',
      missing: ['service account in-cluster not named'],
    });
    expect(needs('${kubernetes}', { kubernetes: '/etc/kubeconfig' })).toEqual({ kind: 'connected' });
  });
});
