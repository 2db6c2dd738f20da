import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findKind } from '../../src/checks/registry.ts';
import type { CheckResult } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { run } from '../support/checks.ts';

const CRONTAB = '# jobs\n*/5 * * * * /opt/app/sync\n0 2 * * * /opt/app/backup --full\n';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crontab-'));
  await writeFile(join(folder, 'crontab'), CRONTAB);
  await writeFile(join(folder, 'large'), `${CRONTAB}${'# filler\n'.repeat(150_000)}`);
  await symlink('/etc/passwd', join(folder, 'link'));
});

afterAll(() => rm(folder, { recursive: true }));

const check = (params: Readonly<Record<string, Json>>): Promise<CheckResult> =>
  run({
    kind: 'schedule',
    params,
    connections: {
      fileRoots: [folder],
      commands: { jobs: { argv: ['/bin/cat', join(folder, 'crontab')] }, none: { argv: ['/bin/false'] } },
    },
  });

const inFile = (params: Readonly<Record<string, Json>>, name = 'crontab'): Promise<CheckResult> =>
  check({ file: join(folder, name), ...params });

describe('an entry of a crontab', () => {
  it.each<[Readonly<Record<string, Json>>, string]>([
    [{ pattern: 'backup' }, 'pass'],
    [{ pattern: 'backup', equals: '0  2 * * *' }, 'pass'],
    [{ pattern: 'backup', equals: '0 3 * * *' }, 'fail'],
    [{ pattern: 'backup', at_least_every: '24h' }, 'pass'],
    [{ pattern: 'backup', at_least_every: '1h' }, 'fail'],
    [{ pattern: '/opt/app/.*', at_least_every: '10m' }, 'pass'],
    [{ pattern: 'jobs' }, 'fail'],
  ])('with %j is %s', async (params, outcome) => {
    expect(await inFile(params)).toMatchObject({ outcome });
  });

  it('is shown, and printed by a command too', async () => {
    expect(await check({ command: 'jobs', pattern: 'sync' })).toMatchObject({
      outcome: 'pass',
      line: '*/5 * * * *, at least every 5 min',
      observation: { entries: [{ schedule: '*/5 * * * *', command: '/opt/app/sync', every: 300_000 }] },
    });
    expect(await check({ command: 'none', pattern: 'sync' })).toMatchObject({ outcome: 'fail' });
  });

  it('is not looked for in a part of a file, nor outside the folders', async () => {
    expect(await inFile({ pattern: 'gone' }, 'large')).toMatchObject({ outcome: 'inconclusive' });
    expect(await inFile({ pattern: 'root' }, 'link')).toMatchObject({ outcome: 'error' });
    expect(await inFile({ pattern: 'root' }, '../../etc/passwd')).toMatchObject({ outcome: 'error' });
    expect(await inFile({ pattern: 'sync' }, 'nothing')).toMatchObject({ outcome: 'fail' });
  });

  it('is not looked for with a broken pattern', () => {
    expect(findKind('schedule')!.problems({ file: '/a', pattern: '(' })).toHaveLength(1);
  });
});
