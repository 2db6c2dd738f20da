import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Environment } from '../domain/checklist.ts';
import { loadChecklists } from './load-checklists.ts';
import { parseEnvironment } from './parse-environment.ts';

const read = (text: string, name = 'staging'): Environment => {
  const parsed = parseEnvironment(text, name);
  if (!parsed.ok) throw new Error(parsed.error.map(({ message }) => message).join('\n'));
  return parsed.value.environment;
};

const refused = (text: string): string[] => {
  const parsed = parseEnvironment(text, 'staging');
  return parsed.ok ? [] : parsed.error.map(({ line, column, message }) => `${line}:${column} ${message}`);
};

const named = 'environment: staging\n';

describe('an environment file', () => {
  it('needs nothing but its name', () => {
    expect(read(named)).toEqual({
      environment: 'staging',
      timeZone: 'UTC',
      workHours: { days: [1, 2, 3, 4, 5], from: 540, to: 1020 },
      fourEyes: false,
      people: {},
      systems: {},
    });
  });

  it('asks for a second person in production unless it says otherwise', () => {
    expect(read('environment: production\n', 'production').fourEyes).toBe(true);
    expect(read('environment: production\nfour_eyes: false\n', 'production').fourEyes).toBe(false);
  });

  it('takes sections whose content is marked out as absent', () => {
    const environment = read(`${named}people:\nwork_hours:\nsystems:\n  tiny:\n    values:\n    allow:\n`);
    expect(environment.systems['tiny']).toEqual({
      connections: { values: {}, secrets: {}, allow: [], commands: {}, fileRoots: [] },
    });
    expect(read(`${named}systems:\n  tiny:\n`).systems['tiny']?.connections.values).toEqual({});
  });

  it('says how soon a bad result gets its second look', () => {
    expect(read(`${named}systems: {tiny: {second_look: 5s}}\n`).systems['tiny']?.secondLookMs).toBe(5000);
  });

  it('keeps references to the environment of the worker apart from values', () => {
    const { connections } = read(
      `${named}systems: {tiny: {connections: {a-url: "http://a"}, values: {b: 2, key: env:KEY, c: }}}\n`,
    ).systems['tiny']!;
    expect(connections.values).toEqual({ 'a-url': 'http://a', b: 2 });
    expect(connections.secrets).toEqual({ key: 'env:KEY' });
  });

  it('reads commands, folders, the env source and the runner', () => {
    const { systems } = read(
      `${named}runner: dmz
systems:
  near: {runner: app-host, commands: {disk: [/usr/bin/df, -h], heads: {argv: [/app/alembic, heads], cwd: /app, env: [PATH]}}, files: [/srv], env: [A_TOKEN], env_source: {dotenv: /srv/.env}, lock_from: go, channel: C1}
  far: {allow: ["db:5432", "10.0.0.0/8:443", "[::1]:80"]}
`,
    );
    expect(systems['near']).toEqual({
      connections: {
        values: {},
        secrets: {},
        allow: [],
        commands: {
          disk: { argv: ['/usr/bin/df', '-h'] },
          heads: { argv: ['/app/alembic', 'heads'], cwd: '/app', env: ['PATH'] },
        },
        envSource: { kind: 'dotenv', path: '/srv/.env' },
        fileRoots: ['/srv'],
        env: ['A_TOKEN'],
        runner: 'app-host',
      },
      lockFrom: 'go',
      channel: 'C1',
    });
    expect(systems['far']?.connections.runner).toBe('dmz');
  });

  it('takes several sources of settings, and that workers run on the host', () => {
    const { systems } = read(
      `${named}systems: {tiny: {env_source: {secrets: /run/secrets, process: [MODE]}, host: true}}\n`,
    );
    expect(systems['tiny']?.connections).toEqual({
      values: {},
      secrets: {},
      allow: [],
      commands: {},
      fileRoots: [],
      secretsFolder: '/run/secrets',
      envNames: ['MODE'],
      host: true,
    });
  });

  it.each([
    ['mon-fri', [1, 2, 3, 4, 5]],
    ['[mon, wed]', [1, 3]],
    ['[sat-mon, wed]', [1, 3, 6, 7]],
    ['sun', [7]],
    ['MON-sun', [1, 2, 3, 4, 5, 6, 7]],
  ])('reads the work days %s', (days, expected) => {
    expect(read(`${named}work_hours: {days: ${days}, from: 08:30, to: "18:00"}\n`).workHours).toEqual({
      days: expected,
      from: 510,
      to: 1080,
    });
  });

  it('takes one person where a list may stand', () => {
    expect(read(`${named}people: {approver: "@ana", on_call: ["@omar", S01]}\n`).people).toEqual({
      approver: ['@ana'],
      on_call: ['@omar', 'S01'],
    });
  });

  it.each([
    [
      'another name',
      'environment: production\n',
      ['1:14 environment: expected staging, as the file is named'],
    ],
    ['windows', `${named}windows: []\n`, ['2:1 windows: not supported yet']],
    ['a mistyped key', `${named}pepole: {}\n`, ['2:1 pepole: unknown key; did you mean people?']],
    [
      'a time zone that is none',
      `${named}time_zone: Europe/Berlim\n`,
      ['2:12 time_zone: expected a time zone such as Europe/Berlin'],
    ],
    [
      'an offset as time zone',
      `${named}time_zone: "+02:00"\n`,
      ['2:12 time_zone: expected a time zone such as Europe/Berlin'],
    ],
    [
      'days that are none',
      `${named}work_hours: {days: weekdays}\n`,
      ['2:20 days: expected days such as mon-fri or [mon, wed]'],
    ],
    [
      'an hour that is none',
      `${named}work_hours: {from: "24:00"}\n`,
      ['2:20 from: expected a time of day such as "09:00"'],
    ],
    [
      'hours that end before they begin',
      `${named}work_hours: {from: "18:00"}\n`,
      ['2:13 work_hours: expected from to be earlier than to'],
    ],
    [
      'people as a number',
      `${named}people: {approver: 1}\n`,
      ['2:20 approver: expected a list of Slack users or user groups, such as ["@alice"]'],
    ],
    [
      'a reference without a name',
      `${named}systems: {tiny: {values: {a: "env:"}}}\n`,
      ['2:30 a: expected env:NAME with the name of an environment variable'],
    ],
    [
      'a URL as an allowed host',
      `${named}systems: {tiny: {allow: ["http://a"]}}\n`,
      ['2:26 allow[0]: expected host, host:port or CIDR:port, such as api.example.com:443'],
    ],
    [
      'a source of settings that is none',
      `${named}systems: {tiny: {env_source: {}}}\n`,
      ['2:30 env_source: expected dotenv, secrets or process'],
    ],
    [
      'a folder of secrets by a relative path',
      `${named}systems: {tiny: {env_source: {secrets: run}}}\n`,
      ['2:40 secrets: expected an absolute path'],
    ],
    [
      'a command by a relative path',
      `${named}systems: {tiny: {commands: {ls: [ls]}}}\n`,
      ['2:33 ls: expected the absolute path of the program first'],
    ],
    [
      'a command as a line',
      `${named}systems: {tiny: {commands: {ls: "ls -l"}}}\n`,
      ['2:33 ls: expected [program, argument, ...] or {argv, cwd, env}'],
    ],
    [
      'a command without a program',
      `${named}systems: {tiny: {commands: {ls: {cwd: /}}}}\n`,
      ['2:33 argv is missing: expected a list'],
    ],
    [
      'a parameter given twice',
      `${named}systems: {tiny: {values: {a: 1}, connections: {a: 1}}}\n`,
      ['2:48 a: given twice, in values and in connections'],
    ],
    [
      'a ladder out of order',
      `${named}systems: {tiny: {ladder: [{at: +2m}, {at: +1m}]}}\n`,
      ['2:43 ladder: expected each time to be later than the one before, the first later than T-0'],
    ],
    [
      'a second look that is no duration',
      `${named}systems: {tiny: {second_look: 5}}\n`,
      ['2:31 second_look: expected text, got a number'],
    ],
    [
      'a lock at another moment',
      `${named}systems: {tiny: {lock_from: deploy}}\n`,
      ['2:29 lock_from: expected start, go'],
    ],
    [
      'a credential outside values',
      `${named}channel: xoxb-12345678901234567890\n`,
      ['2:10 a Slack token stands in the file: secrets come only as env:NAME of the worker'],
    ],
  ])('is refused for %s', (_, text, expected) => {
    expect(refused(text)).toEqual(expected);
  });
});

describe('an environment beside its systems', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'environments-'));
  });
  afterAll(() => rm(root, { recursive: true }));

  const checklist = `system: tiny
title: Tiny
roles: {release-manager: R}
parameters: {api-url: {describe: A}, database-url: {describe: D, secret: true}}
stages: {}
`;

  const load = async (environment: string, more: Readonly<Record<string, string>> = {}) => {
    const dir = await mkdtemp(join(root, 'case-'));
    await mkdir(join(dir, 'environments'));
    await writeFile(join(dir, 'environments/staging.yaml'), named + environment);
    for (const [name, text] of Object.entries({ 'tiny.yaml': checklist, ...more }))
      await writeFile(join(dir, name), text);
    const loaded = await loadChecklists(dir);
    return {
      tiny: loaded.environments.get('staging')?.systems['tiny']?.connections,
      lines: loaded.problems.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`),
    };
  };

  it('drops a value typed in for a secret and keeps the rest', async () => {
    const { tiny, lines } = await load(
      'systems: {tiny: {values: {database-url: hunter22, api-url: "http://a"}}}\n',
    );
    expect(tiny?.values).toEqual({ 'api-url': 'http://a' });
    expect(lines).toEqual([
      'environments/staging.yaml:2:41 database-url: is secret, so no value of it stands in a file: secrets come only as env:NAME of the worker',
    ]);
  });

  it('drops a credential typed in for any parameter and keeps the rest', async () => {
    const { tiny, lines } = await load(
      'systems: {tiny: {connections: {api-url: "postgres://app:hunter22@db/x"}, allow: ["a:1"]}}\n',
    );
    expect(tiny?.values).toEqual({});
    expect(tiny?.allow).toEqual(['a:1']);
    expect(lines).toEqual([
      'environments/staging.yaml:2:41 api-url: a password inside a URL stands in the file: secrets come only as env:NAME of the worker',
    ]);
  });

  it('takes a reference for a parameter that is no secret too', async () => {
    const { tiny, lines } = await load('systems: {tiny: {values: {api-url: env:API_URL}}}\n');
    expect(tiny?.secrets).toEqual({ 'api-url': 'env:API_URL' });
    expect(lines).toEqual([]);
  });

  it('drops values of parameters the system does not have', async () => {
    const { tiny, lines } = await load(
      'systems: {tiny: {values: {api-ulr: "http://a", other: env:OTHER}}}\n',
    );
    expect(tiny?.values).toEqual({});
    expect(tiny?.secrets).toEqual({});
    expect(lines).toEqual([
      'environments/staging.yaml:2:27 api-ulr: tiny has no such parameter; did you mean api-url?',
      'environments/staging.yaml:2:48 other: tiny has no such parameter',
    ]);
  });

  it('says when a system is not there, and only once when its file is broken', async () => {
    expect((await load('systems: {tinny: {}}\n')).lines).toEqual([
      'environments/staging.yaml:2:11 tinny: no checklist of that system; did you mean tiny?',
    ]);
    expect((await load('systems: {tiny: {}}\n', { 'tiny.yaml': 'system: tiny\ntitle: T\n' })).lines).toEqual([
      'tiny.yaml:1:1 stages is missing: expected a map of keys',
    ]);
  });

  it('says when a role looks mistyped, and lets roles of other systems be', async () => {
    const people = 'people: {relaese-manager: ["@a"], finance: ["@b"], on_call: ["@c"]}\n';
    expect((await load(people)).lines).toEqual([
      'environments/staging.yaml:2:10 relaese-manager: no checklist has this role; did you mean release-manager?',
    ]);
  });
});
