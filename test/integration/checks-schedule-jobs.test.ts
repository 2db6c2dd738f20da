import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findKind } from '../../src/checks/registry.ts';
import type { CheckDefinition, CheckResult } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { NOW, run } from '../support/checks.ts';
import { httpTarget, type Target } from '../support/http-target.ts';
import { readerDatabase, type ReaderDatabase } from '../support/reader-database.ts';

type Given = Readonly<Record<string, Json>>;
type More = Omit<CheckDefinition, 'kind' | 'params'>;

const inMinutes = (minutes: number): string => new Date(NOW.getTime() + minutes * 60_000).toISOString();
const SECRET = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789';

describe('jobs of an HTTP API', () => {
  let api: Target;
  let answer: { status?: number; body: Json };

  beforeAll(async () => {
    api = await httpTarget((_request, response) => {
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body));
    });
  });
  afterAll(() => api.close());

  const check = (http: Given = {}, given: Given = {}, more: More = {}): Promise<CheckResult> =>
    run({
      kind: 'schedule',
      params: { http: { url: `${api.url}/jobs`, ...http }, pattern: '.', ...given },
      with: more,
      connections: { values: { api: api.url } },
    });

  it('are there, planned, and ran not long ago', async () => {
    answer = {
      body: [
        { id: 'sync', next_run: inMinutes(5), last_run: inMinutes(-5) },
        { id: 'backup', next_run: inMinutes(60), last_run: inMinutes(-1380) },
      ],
    };
    expect(await check()).toMatchObject({
      outcome: 'pass',
      line: '2 planned, next in 1 h, ran 23 h ago',
      observation: { count: 2, unplanned: 0, overdue: 0, next_in: 3_600_000, last_age: 82_800_000 },
    });
    expect((await check({}, { pattern: '^sync$', ran_within: '10m', next_within: '10m' })).outcome).toBe(
      'pass',
    );
    expect((await check({}, { ran_within: '24h', next_within: '2h' })).outcome).toBe('pass');
    expect((await check({}, { ran_within: '10m' })).outcome).toBe('fail');
    expect((await check({}, { next_within: '10m' })).outcome).toBe('fail');
    expect((await check({}, { pattern: 'gone' })).outcome).toBe('fail');
  });

  it.each<[string, Json, Given, string]>([
    ['paused', { id: 'a', next_run: null }, {}, 'fail'],
    ['overdue', { id: 'a', next_run: inMinutes(-60) }, {}, 'fail'],
    ['just due', { id: 'a', next_run: inMinutes(-1) }, {}, 'pass'],
    ['of unknown plans', { id: 'a' }, {}, 'inconclusive'],
    ['planned in words', { id: 'a', next_run: 'tomorrow' }, {}, 'inconclusive'],
    ['planned beyond all time', { id: 'a', next_run: 1e300 }, {}, 'inconclusive'],
    ['never run', { id: 'a', next_run: inMinutes(1), last_run: null }, { ran_within: '1d' }, 'fail'],
    ['not telling when it ran', { id: 'a', next_run: inMinutes(1) }, { ran_within: '1d' }, 'inconclusive'],
    [
      'run in the future',
      { id: 'a', next_run: inMinutes(1), last_run: inMinutes(60) },
      { ran_within: '1d' },
      'inconclusive',
    ],
    ['telling seconds', { id: 'a', next_run: NOW.getTime() / 1000 + 60 }, { next_within: '2m' }, 'pass'],
    ['telling milliseconds', { id: 'a', next_run: NOW.getTime() + 60_000 }, { next_within: '2m' }, 'pass'],
    [
      'telling another zone',
      { id: 'a', next_run: '2026-11-20 11:01:00+01:00' },
      { next_within: '2m' },
      'pass',
    ],
  ])('%s: %j', async (_what, job, given, outcome) => {
    answer = { body: [job] };
    expect(await check({}, given)).toMatchObject({ outcome });
  });

  it('may stand deeper and be called otherwise', async () => {
    answer = { body: { data: { jobs: [{ title: 'sync', at: inMinutes(1) }] } } };
    expect((await check({ path: 'body.data.jobs', name: 'title', next: 'at' })).outcome).toBe('pass');
    for (const http of [{}, { path: 'body.data' }, { path: 'body.data.jobs', name: 'constructor' }])
      expect(await check(http)).toMatchObject({ outcome: 'inconclusive', observation: {} });
  });

  it('are not read from an error, nor from a part of a list', async () => {
    answer = { status: 503, body: [{ id: 'a', next_run: inMinutes(1) }] };
    expect((await check()).outcome).toBe('fail');
    answer = { body: Array.from({ length: 9000 }, (_, i) => ({ id: `job ${i}`, next_run: inMinutes(1) })) };
    expect((await check()).outcome).toBe('inconclusive');
  });

  it('give nothing away that their names hold', async () => {
    answer = { body: [{ id: `sync ${SECRET}`, next_run: inMinutes(1) }] };
    expect(JSON.stringify(await check())).not.toContain(SECRET);
  });
});

describe('jobs of a table', () => {
  let database: ReaderDatabase;

  beforeAll(async () => {
    database = await readerDatabase(`check_schedule_${process.pid}`);
    await database.asAdmin(
      'CREATE TABLE job (name text, next_run timestamptz, last_run timestamptz)',
      `INSERT INTO job VALUES ('sync', '2026-11-20T10:05:00Z', '2026-11-20T09:55:00Z'), ('report', NULL, NULL)`,
      `GRANT SELECT ON job TO ${database.role}`,
    );
  });
  afterAll(() => database.close());

  it('are judged as all others', async () => {
    const check = (given: Given, query = 'SELECT name, next_run, last_run FROM job'): Promise<CheckResult> =>
      run({
        kind: 'schedule',
        params: { sql: { connection: '${database-url}', query }, ...given },
        connections: { secrets: { 'database-url': 'env:DB' } },
        deps: { env: () => database.readerUrl },
      });
    expect(await check({ pattern: '^sync$', ran_within: '10m' })).toMatchObject({
      outcome: 'pass',
      observation: { count: 1, next_in: 300_000, last_age: 300_000 },
    });
    expect((await check({ pattern: 'report' })).outcome).toBe('fail');
    expect((await check({ pattern: '.' }, 'DELETE FROM job')).outcome).toBe('error');
  });
});

describe('a timer of systemd', () => {
  let folder: string;

  const STAND_IN = `#!/bin/sh
for unit; do :; done
case "$unit" in
  backup.timer)
    echo "LoadState=loaded
ActiveState=active
Unit=backup.service
LastTriggerUSec=Fri 2026-11-20 02:00:00 UTC
NextElapseUSecRealtime=Sat 2026-11-21 02:00:00 UTC
NextElapseUSecMonotonic=infinity" ;;
  failing.timer)
    echo "LoadState=loaded
ActiveState=active
Unit=failing.service
LastTriggerUSec=Fri 2026-11-20 02:00:00 UTC
NextElapseUSecRealtime=Sat 2026-11-21 02:00:00 UTC" ;;
  stopped.timer)
    echo "LoadState=loaded
ActiveState=inactive
Unit=backup.service
LastTriggerUSec=n/a
NextElapseUSecRealtime=" ;;
  boot.timer)
    echo "LoadState=loaded
ActiveState=active
Unit=backup.service
LastTriggerUSec=Fri 2026-11-20 09:50:00 UTC
NextElapseUSecRealtime=
NextElapseUSecMonotonic=3d 2h 5min" ;;
  backup.service) printf 'LoadState=loaded\\nResult=success\\n' ;;
  failing.service) printf 'LoadState=loaded\\nResult=exit-code\\n' ;;
  *) printf 'LoadState=not-found\\nActiveState=inactive\\n' ;;
esac
`;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tminus-timer-'));
    await writeFile(join(folder, 'systemctl'), STAND_IN);
    await chmod(join(folder, 'systemctl'), 0o755);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const check = (timer: string, given: Given = {}, more: More = {}): Promise<CheckResult> =>
    run({
      kind: 'schedule',
      params: { timer, ...given },
      with: more,
      connections: { commands: { systemctl: { argv: [join(folder, 'systemctl')] } } },
    });

  it('is active, ran, is due, and what it starts ended well', async () => {
    expect(await check('backup', { ran_within: '25h', next_within: '24h' })).toMatchObject({
      outcome: 'pass',
      line: '1 planned, next in 16 h, ran 8 h ago',
      observation: {
        count: 1,
        active: 'active',
        result: 'success',
        next_in: 57_600_000,
        last_age: 28_800_000,
      },
    });
    expect((await check('backup.timer', { ran_within: '1h' })).outcome).toBe('fail');
  });

  it.each([
    ['failing', 'fail'],
    ['stopped', 'fail'],
    ['none', 'fail'],
    ['boot', 'pass'],
  ])('%s is %s', async (timer, outcome) => {
    expect(await check(timer)).toMatchObject({ outcome });
  });

  it('that counts from boot does not say when it is due', async () => {
    expect((await check('boot', { ran_within: '1h' })).outcome).toBe('pass');
    expect((await check('boot', { next_within: '1h' })).outcome).toBe('inconclusive');
  });

  it('is asked for by a name and nothing else', () => {
    const { problems } = findKind('schedule')!;
    for (const timer of ['--all', 'a b', '../a', '$(id)']) expect(problems({ timer }), timer).toHaveLength(1);
    expect(problems({ timer: 'a', pattern: 'b' })).toHaveLength(1);
    expect(problems({ timer: 'a', equals: '0 2 * * *' })).toHaveLength(1);
    expect(problems({ file: '/a', pattern: 'b', ran_within: '1h' })).toHaveLength(1);
    expect(problems({ http: { url: 'http://a' } })).toHaveLength(1);
  });
});
