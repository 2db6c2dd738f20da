import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entropyBits, looksLikePlaceholder, urlFacts } from '../../src/checks/env-facts.ts';
import { findKind } from '../../src/checks/registry.ts';
import type { CheckDefinition, CheckResult, Connections } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import type { Log } from '../../src/lib/log.ts';
import { run } from '../support/checks.ts';

const SECRET = 'Zq7!vR2m-kd93-WpL0x8-ttY';
let base: string;
let folder: string;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'tminus-env-'));
  folder = join(base, 'secrets');
  await mkdir(join(folder, '..2026_01'), { recursive: true });
  // As Kubernetes mounts them: a link to a link to a folder.
  await writeFile(join(folder, '..2026_01', 'db-password'), SECRET);
  await symlink('..2026_01', join(folder, '..data'));
  await symlink('..data/db-password', join(folder, 'db-password'));
  await writeFile(join(folder, 'SIGNING_KEY'), `${SECRET}\n`);
  await writeFile(join(folder, 'MODE'), 'production');
  await writeFile(join(folder, 'LARGE'), 'x'.repeat(1024 * 1024 + 1));
  await writeFile(join(base, 'outside'), SECRET);
  await symlink('../outside', join(folder, 'LINK_OUT'));
  await mkdir(join(folder, 'FOLDER'));
  await promisify(execFile)('mkfifo', [join(folder, 'PIPE'), join(base, 'pipe')]);
  await writeFile(
    join(base, '.env'),
    [
      'PORT=8080',
      'NAME=shop',
      'SEED_OF=a1B2c3D4e5F6a7B8c9D0e1F2',
      'DATABASE_URL=postgresql+asyncpg://app:Zq7vR2mkd93WpL0x8@db.internal:5433/shop',
      'SECRET_KEY=changeme',
      `TOKEN="${SECRET}"`,
      'PASSWORD_URL=hunter22://not-a-host',
    ].join('\n'),
  );
});

afterAll(() => rm(base, { recursive: true }));

type How = {
  readonly with?: Omit<CheckDefinition, 'kind' | 'params'>;
  readonly connections?: Partial<Connections>;
  readonly env?: Readonly<Record<string, string>>;
  readonly log?: Log;
};

const check = (
  params: Readonly<Record<string, Json>>,
  { with: more = {}, connections, env = {}, log }: How = {},
): Promise<CheckResult> =>
  run({
    kind: 'env',
    params,
    with: more,
    connections: connections ?? { envSource: { kind: 'dotenv', path: join(base, '.env') } },
    deps: { env: (name) => env[name], ...(log && { log }) },
  });

const mounted = (name: string, how: How = {}): Promise<CheckResult> =>
  check({ name }, { ...how, connections: { secretsFolder: folder } });

describe('what is measured of a variable', () => {
  it('is its length, its strength, and what it looks like', async () => {
    const { observation } = await check({ name: 'TOKEN' });
    expect(observation).toEqual({
      set: true,
      length: SECRET.length,
      entropy: entropyBits(SECRET),
      placeholder: false,
      url: { valid: false, scheme: 'none' },
    });
    expect(observation['entropy']).toBeGreaterThan(90);
  });

  it('is of a URL its scheme, its port and whether there is a password', async () => {
    const { observation } = await check({ name: 'DATABASE_URL' });
    expect(observation['url']).toEqual({
      valid: true,
      scheme: 'postgresql+asyncpg',
      host: true,
      port: 5433,
      password: true,
    });
    expect((await check({ name: 'PASSWORD_URL' })).observation['url']).toMatchObject({ scheme: 'other' });
  });

  it.each<[Readonly<Record<string, Json>>, string]>([
    [{ name: 'TOKEN', pattern: '^Zq7' }, 'pass'],
    [{ name: 'TOKEN', pattern: '^sk-' }, 'fail'],
    [{ name: 'PORT', between: [1, 65_535] }, 'pass'],
    [{ name: 'PORT', between: [1, 1024] }, 'fail'],
    [{ name: 'NAME', between: [1, 1024] }, 'fail'],
    [{ name: 'NONE', pattern: '.' }, 'fail'],
    [{ name: 'NONE', between: [0, 1] }, 'fail'],
    [{ name: 'SECRET_KEY' }, 'fail'],
  ])('%j is %s', async (params, outcome) => {
    const result = await check(params);
    expect(result.outcome).toBe(outcome);
    expect(JSON.stringify(result)).not.toContain(SECRET);
    expect((await check(params, { with: { expect: { length: { gte: 0 } } } })).outcome).not.toBe(
      outcome === 'fail' && params['name'] !== 'SECRET_KEY' ? 'pass' : 'none',
    );
  });

  it('takes only patterns that end in time', () => {
    expect(findKind('env')!.problems({ name: 'A', pattern: '(?=a)' })).toEqual([
      'pattern: is not a pattern: look-around is not supported',
    ]);
  });

  it.each([
    ['changeme', true],
    ['CHANGE_ME_IN_PRODUCTION', true],
    ['your-api-key', true],
    ['your_secret_here', true],
    ['<token>', true],
    ['${TOKEN}', true],
    ['{{ token }}', true],
    ['xxxxxxxx', true],
    ['sk-xxxxxxxxxxxxxxxx', true],
    ['TODO', true],
    ['user@example.com', true],
    ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', true],
    ['password', true],
    ['postgres://app:postgres@db/shop', true],
    ['...', true],
    [SECRET, false],
    ['production', false],
    ['8080', false],
    ['postgres://app:Zq7vR2mkd93WpL0x8@db/shop', false],
    ['b2f3a9c1d4e58f60718293a4b5c6d7e8', false],
    ['https://shop.internal/path', false],
  ])('%s looks like a placeholder: %s', (value, isOne) => {
    expect(looksLikePlaceholder(value)).toBe(isOne);
  });

  it('knows how little there is in a repeated character, and ends on anything', () => {
    expect(entropyBits('aaaaaaaa')).toBe(0);
    expect(entropyBits('')).toBe(0);
    expect(entropyBits('abcd')).toBe(8);
    for (const value of [
      '://',
      'http://',
      'a://b:c:d@[',
      `<${'a'.repeat(200_000)}`,
      'your-'.repeat(50_000),
    ]) {
      urlFacts(value);
      looksLikePlaceholder(value);
    }
  });
});

describe('the value of a secret', () => {
  const everything: Omit<CheckDefinition, 'kind' | 'params'> = {
    expect: { value: { starts: 'Z' }, set: true, 'url.scheme': 'https', length: { lt: 3 } },
    warn: { value: { ne: 'a' }, matches: false },
    capture: { kept: 'value', size: 'length' },
  };

  it.each([
    ['a dotenv file', { name: 'TOKEN', pattern: '^Zq7' }],
    ['a dotenv file, under a harmless name', { name: 'SEED_OF', pattern: '^a1' }],
    ['a dotenv file, inside a URL', { name: 'DATABASE_URL' }],
  ])('of %s leaves nothing behind but facts', async (_source, params) => {
    const lines: unknown[] = [];
    const record = (...args: unknown[]): void => void lines.push(args);
    const log = { debug: record, info: record, warn: record, error: record } as unknown as Log;
    const result = await check(params, { with: everything, log });
    expect(result.outcome).toBe('fail');
    expect(result.captured).not.toHaveProperty('kept');
    expect(JSON.stringify([result, lines])).not.toMatch(/Zq7|a1B2|WpL0x8/);
  });

  it('of a mounted file and of the worker leaves nothing behind either', async () => {
    const results = [
      await mounted('SIGNING_KEY', { with: everything }),
      await mounted('db-password', { with: everything }),
      await check(
        { name: 'API_TOKEN' },
        { with: everything, connections: { envNames: ['API_TOKEN'] }, env: { API_TOKEN: SECRET } },
      ),
    ];
    for (const result of results) expect(result.observation).toMatchObject({ set: true, length: 24 });
    expect(JSON.stringify(results)).not.toContain('Zq7');
  });

  it('is not shown of the folder of secrets whatever it is', async () => {
    expect(await mounted('MODE', { with: { expect: { value: 'production' } } })).toMatchObject({
      outcome: 'inconclusive',
    });
    expect((await mounted('MODE')).observation).not.toHaveProperty('value');
  });
});

describe('a folder of secrets', () => {
  it('has one file per variable, with or without a line break at its end', async () => {
    expect((await mounted('SIGNING_KEY')).observation['length']).toBe(SECRET.length);
    expect((await mounted('db-password')).outcome).toBe('pass');
    expect(await mounted('NONE')).toMatchObject({ outcome: 'fail', observation: { set: false } });
  });

  it.each([
    ['LINK_OUT', /outside the folders/],
    ['PIPE', /no plain file/],
    ['FOLDER', /no plain file/],
    ['LARGE', /larger than 1 MiB/],
  ])('gives %s away to nobody', async (name, line) => {
    const result = await mounted(name);
    expect(result).toMatchObject({ outcome: 'error', observation: {} });
    expect(result.line).toMatch(line);
    expect(JSON.stringify(result)).not.toContain('Zq7');
  });

  it('is not left by a name', () => {
    for (const name of ['../outside', '..data', '.', '/etc/passwd', 'a/b', 'a\0b', ''])
      expect(findKind('env')!.problems({ name }), name).not.toEqual([]);
  });
});

describe('the source of variables', () => {
  const both: Partial<Connections> = { secretsFolder: '/run/secrets', envNames: ['MODE', 'SLACK_BOT_TOKEN'] };

  it('is said where there are several', async () => {
    expect((await check({ name: 'MODE' }, { connections: both })).line).toBe(
      'which source is meant, secrets or process?',
    );
    const result = await check(
      { name: 'MODE', source: 'process' },
      { connections: both, env: { MODE: 'a' }, with: { expect: { value: 'a' } } },
    );
    expect(result.outcome).toBe('pass');
  });

  it('is of the worker only what the environment file names, and never what tminus runs on', async () => {
    const env = { OTHER: SECRET, SLACK_BOT_TOKEN: SECRET };
    for (const name of ['OTHER', 'SLACK_BOT_TOKEN'])
      expect(await check({ name, source: 'process' }, { connections: both, env })).toMatchObject({
        outcome: 'error',
        observation: {},
      });
  });

  it('may be a pipe that nobody writes into, and then is an error', async () => {
    const piped = { envSource: { kind: 'dotenv', path: join(base, 'pipe') } } as const;
    expect(await check({ name: 'A' }, { connections: piped })).toMatchObject({
      outcome: 'error',
      line: 'the env source cannot be read (no plain file)',
    });
  });
});
