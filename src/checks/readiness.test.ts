import { describe, expect, it } from 'vitest';
import type { CheckDefinition, Connections, Effect, Readiness } from '../domain/check.ts';
import type { JsonObject } from '../lib/json.ts';
import { checkSchemas, definitionProblems, readiness } from './readiness.ts';
import { listKinds } from './registry.ts';

const none: Connections = { values: {}, secrets: {}, allow: [], commands: {}, fileRoots: [] };

type Given = Partial<Connections> & {
  readonly held?: readonly string[];
  readonly effect?: Effect;
  readonly kinds?: string[];
};

const of = (
  kind: string,
  params: JsonObject,
  given: Given = {},
  rest: Partial<CheckDefinition> = {},
): Readiness => {
  const { held = [], effect = 'read', kinds, ...connections } = given;
  return readiness(
    { definition: { ...rest, kind, params }, effect, connections: { ...none, ...connections } },
    { hasEnv: (name) => held.includes(name), ...(kinds && { kinds: new Set(kinds) }) },
  );
};

const missing = (...names: string[]): Readiness => ({ kind: 'not_connected', missing: names });

describe('a first day', () => {
  const tiny: Given = {
    values: { 'api-url': 'http://127.0.0.1:8099', 'least-users': 2 },
    secrets: { 'database-url': 'env:TINY_DATABASE_URL' },
    held: ['TINY_DATABASE_URL'],
  };
  const query = { connection: '${database-url}', query: 'select 1 as ok' };

  it('connects what the environment gives', () => {
    expect(of('http', { url: '${api-url}/health', samples: 5 }, tiny)).toEqual({ kind: 'connected' });
    expect(of('sql', query, tiny, { expect: { 'rows[0].n': { gte: '${least-users}' } } })).toEqual({
      kind: 'connected',
    });
    expect(of('sql', query, tiny, { expect: { 'rows[0].n': { gte: '${captured.users-before}' } } })).toEqual({
      kind: 'connected',
    });
  });

  it('leaves what writes to a click', () => {
    expect(of('http', { url: '${api-url}/users', method: 'POST' }, { ...tiny, effect: 'write' })).toEqual({
      kind: 'by_click',
      effect: 'write',
    });
    expect(of('http', { url: '${other-url}/users' }, { ...tiny, effect: 'cost' })).toEqual(
      missing('other-url not set'),
    );
  });

  it('names the kind that is not there yet, and the source that env has not', () => {
    expect(of('s3', { bucket: 'tiny' }, tiny)).toEqual(missing('kind s3'));
    expect(of('env', { name: 'SIGNING_KEY' }, tiny)).toEqual(missing('no source for env'));
  });

  it('reaches nothing through the default of a parameter', () => {
    expect(of('http', { url: 'http://127.0.0.1:8080/health' })).toEqual(
      missing('host 127.0.0.1:8080 not allowed'),
    );
    expect(of('http', { url: 'https://api.example.com' })).toEqual(
      missing('host api.example.com:443 not allowed'),
    );
    expect(of('http', { url: 'https://api.example.com' }, { allow: ['api.example.com:443'] })).toEqual({
      kind: 'connected',
    });
  });
});

describe('what is missing', () => {
  it('is named as the environment file calls it', () => {
    const given = { secrets: { 'database-url': 'env:TINY_DATABASE_URL' } };
    expect(of('sql', { connection: '${database-url}', query: 'select 1' }, given)).toEqual(
      missing('database-url not set (TINY_DATABASE_URL)'),
    );
    expect(of('sql', { connection: '${database-url}', query: 'select 1' })).toEqual(
      missing('database-url not set'),
    );
    expect(of('http', { url: '${a}/${b}', headers: { x: '${a}' } })).toEqual(
      missing('a not set', 'b not set'),
    );
    expect(of('http', { url: 'http://a' }, { allow: ['a'] }, { expect: { status: '${status}' } })).toEqual(
      missing('status not set'),
    );
  });

  it('is a secret that may not be used as much as one that is not there', () => {
    const given = {
      secrets: { token: 'env:SLACK_BOT_TOKEN', other: 'plain text' },
      held: ['SLACK_BOT_TOKEN'],
    };
    expect(of('http', { url: 'http://a', auth: '${token}' }, given)).toEqual(
      missing('token not set (env:SLACK_BOT_TOKEN cannot be used)'),
    );
    expect(of('http', { url: 'http://a', auth: '${other}' }, given).kind).toBe('not_connected');
  });

  it.each<[string, JsonObject, Given, string[]]>([
    [
      'http',
      { url: 'http://a', auth: 'env:A_TOKEN' },
      { allow: ['a'], env: ['A_TOKEN'] },
      ['A_TOKEN not set'],
    ],
    [
      'http',
      { url: 'http://a', auth: 'env:A_TOKEN' },
      { allow: ['a'], held: ['A_TOKEN'] },
      ['variable A_TOKEN not named'],
    ],
    [
      'http',
      { url: 'http://a', auth: 'env:DATABASE_URL' },
      { allow: ['a'], env: ['DATABASE_URL'], held: ['DATABASE_URL'] },
      ['another auth than DATABASE_URL, which belongs to tminus'],
    ],
    [
      'http',
      { url: 'http://169.254.169.254/' },
      { allow: ['169.254.169.254'] },
      ['host 169.254.169.254:80 not allowed'],
    ],
    ['tcp', { host: 'db', port: 5432 }, {}, ['host db:5432 not allowed']],
    ['tcp', { host: '${db-host}', port: '${db-port}' }, { values: { 'db-host': 'db' } }, ['db-port not set']],
    ['tls', { host: 'app.example.com' }, {}, ['host app.example.com:443 not allowed']],
    ['dns', { name: 'app.example.com' }, {}, ['host app.example.com not allowed']],
    ['redis', { connection: 'redis://cache:6379' }, {}, ['host cache:6379 not allowed']],
    ['sql', { connection: 'postgres://r@db/x', query: 'select 1' }, {}, ['host db:5432 not allowed']],
    ['env', { name: 'A', source: 'secrets' }, { envNames: ['A'] }, ['no source secrets for env']],
    ['env', { name: 'A' }, { envNames: ['A'], secretsFolder: '/s' }, ['source of A: secrets or process']],
    ['env', { name: 'B' }, { envNames: ['A'] }, ['variable B not named']],
    ['file', { path: '/srv/app/.env' }, {}, ['runner on the host']],
    ['file', { path: '/etc/passwd' }, { fileRoots: ['/srv'] }, ['runner on the host']],
    ['file', { path: '/srv/../etc/passwd' }, { fileRoots: ['/srv'] }, ['runner on the host']],
    ['git', { directory: '/srv/app' }, { fileRoots: ['/opt'] }, ['runner on the host']],
    ['system', {}, {}, ['worker on the host']],
    ['schedule', { timer: 'backup' }, {}, ['worker on the host']],
    ['schedule', { http: { url: 'http://a/jobs' }, pattern: 'b' }, {}, ['host a:80 not allowed']],
    ['service', { unit: 'nginx' }, {}, ['worker on the host']],
    ['process', { name: 'a', pid_file: '/run/a.pid' }, {}, ['worker on the host', 'runner on the host']],
    ['log', { file: '/var/log/a.log' }, {}, ['runner on the host']],
    ['log', { loki: { url: 'http://l', query: '{}' }, since: '1h' }, {}, ['host l:80 not allowed']],
    ['command', { name: 'alembic-current' }, {}, ['command alembic-current not named']],
    ['command', { name: 'constructor' }, {}, ['command constructor not named']],
    [
      'command',
      { name: 'a' },
      { commands: { a: { argv: ['/bin/true'], env: ['PGHOST'] } } },
      ['PGHOST not set'],
    ],
  ])('of %s %j with %j is %j', (kind, params, given, names) => {
    expect(of(kind, params, given)).toEqual(missing(...names));
  });

  it.each<[string, JsonObject, Given]>([
    ['http', { url: 'http://a', auth: 'env:A_TOKEN' }, { allow: ['a'], env: ['A_TOKEN'], held: ['A_TOKEN'] }],
    [
      'http',
      { url: 'http://a', auth: 'env:A_TOKEN' },
      { allow: ['a'], secrets: { token: 'env:A_TOKEN' }, held: ['A_TOKEN'] },
    ],
    ['http', { url: '${secret-url}/x' }, { secrets: { 'secret-url': 'env:S' }, held: ['S'] }],
    ['http', { url: 'http://a/${deployment.version}' }, { allow: ['a'] }],
    ['tcp', { host: '${db-host}', port: '${db-port}' }, { values: { 'db-host': 'db', 'db-port': 5432 } }],
    ['tls', { host: '${host}', port: 8443 }, { values: { host: 'app.example.com' } }],
    ['dns', { name: '${host}' }, { values: { host: 'app.example.com' } }],
    ['env', { name: 'A' }, { envSource: { kind: 'dotenv', path: '/srv/.env' } }],
    ['env', { name: 'A', source: 'process' }, { envNames: ['A'], secretsFolder: '/run/secrets' }],
    ['env', { name: 'db-password' }, { secretsFolder: '/run/secrets' }],
    ['file', { path: '/srv/app/.env' }, { fileRoots: ['/srv'] }],
    ['command', { name: 'a' }, { commands: { a: { argv: ['/bin/true'] } } }],
    ['system', { disks: ['/'] }, { host: true }],
    ['service', { unit: 'nginx' }, { host: true }],
    ['service', { unit: 'nginx' }, { commands: { systemctl: { argv: ['/usr/bin/systemctl', '--user'] } } }],
    ['process', { name: 'a', pid_file: '/run/a.pid' }, { host: true, fileRoots: ['/run'] }],
    ['state', { of: ['environment'] }, {}],
    ['redis', { connection: '${r}' }, { secrets: { r: 'env:R' }, held: ['R'] }],
  ])('is nothing for %s %j with %j', (kind, params, given) => {
    expect(of(kind, params, given)).toEqual({ kind: 'connected' });
  });

  it('is an earlier observation, for what judges a change', () => {
    const change = { expect: { status: 200 }, warn: { p95: { changed_by: '10%' } } };
    expect(of('http', { url: 'http://a' }, { allow: ['a'] }, change)).toEqual(
      missing('baseline for changed_by'),
    );
  });

  it('is the runner of a zone, for whatever is measured: no worker stands there', () => {
    const zone: Given = { allow: ['a'], runner: 'prod-vpc', fileRoots: ['/srv'], effect: 'read' };
    expect(of('http', { url: 'http://a' }, zone)).toEqual(missing('runner prod-vpc'));
    expect(of('file', { path: '/srv/app/.env' }, zone)).toEqual(missing('runner prod-vpc'));
    expect(of('http', { url: 'http://a', method: 'POST' }, { ...zone, effect: 'write' })).toEqual(
      missing('runner prod-vpc'),
    );
    expect(of('state', { of: ['environment'] }, zone)).toEqual({ kind: 'connected' });
  });

  it('follows the kinds of the worker that would run it', () => {
    expect(of('http', { url: 'http://a' }, { allow: ['a'], kinds: ['sql'] })).toEqual(missing('kind http'));
    expect(of('s3', {}, { kinds: ['s3'] })).toEqual({ kind: 'connected' });
  });

  it('is not what a definition got wrong: the run says that', () => {
    expect(of('http', { link: 'http://a' })).toEqual({ kind: 'connected' });
    expect(of('sql', { connection: 'mysql://', query: 'x' })).toEqual({ kind: 'connected' });
  });
});

describe('definitionProblems', () => {
  it('has none for a definition that hangs on placeholders', () => {
    const definition = {
      kind: 'http',
      params: { url: '${api-url}/x', samples: '${samples}', method: '${method}' },
      expect: { status: '${status}' },
    };
    expect(definitionProblems(definition)).toEqual([]);
    expect(definitionProblems({ kind: 's3', params: { anything: 1 } })).toEqual([]);
  });

  it('lists wrong parameters and expectations by name', () => {
    const definition = { kind: 'http', params: { link: 'x', samples: 50 }, expect: { status: { near: 1 } } };
    expect(definitionProblems(definition)).toEqual([
      expect.stringMatching(/^http: url: /),
      expect.stringMatching(/^http: samples: /),
      'http: unknown parameter link',
      'expect: status: unknown matcher "near" (a whole object is compared with {eq: ...})',
    ]);
  });
});

describe('the documentation', () => {
  it('has a JSON schema of every kind in which every parameter is described', () => {
    const schemas = checkSchemas();
    expect(Object.keys(schemas)).toEqual([
      'http',
      'http_sequence',
      'load',
      'websocket',
      'sql',
      'env',
      'tcp',
      'tls',
      'dns',
      'redis',
      'bullmq',
      'file',
      'command',
      'version',
      'prometheus',
      'docker',
      'kubernetes',
      'schedule',
      'log',
      'system',
      'process',
      'service',
      'git',
      'webhook',
      'state',
    ]);
    for (const [kind, schema] of Object.entries(schemas)) {
      expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
      const properties = schema['properties'] as Record<string, { description?: string }>;
      for (const [name, property] of Object.entries(properties)) {
        expect([kind, name, typeof property.description]).toEqual([kind, name, 'string']);
      }
      expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
    }
  });

  it('names a path for everything that a kind expects by itself', () => {
    for (const kind of listKinds()) {
      for (const path of Object.keys(kind.passes)) expect(Object.keys(kind.observation)).toContain(path);
    }
  });
});
