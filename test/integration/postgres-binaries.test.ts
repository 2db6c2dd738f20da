import { chmod, cp, lstat, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../src/lib/log.ts';
import type { Log } from '../../src/lib/log.ts';
import { defaultAccount, isRoot, runAs } from '../../src/services/postgres-account.ts';
import { findBinaries, findPackage } from '../../src/services/postgres-binaries.ts';
import type { Package } from '../../src/services/postgres-binaries.ts';

let folder: string;
let installed: Package;
const copies: string[] = [];

/** The package as npm unpacks it when install scripts are off: without its symbolic links. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tminus-binaries-'));
  await chmod(folder, 0o755);
  const real = await findPackage();
  installed = { root: join(folder, 'package'), version: real.version };
  const isNoLink = async (path: string) => !(await lstat(path)).isSymbolicLink();
  await cp(real.root, installed.root, { recursive: true, filter: isNoLink });
});

afterEach(async () => {
  for (const path of [folder, ...copies.splice(0)]) await rm(path, { recursive: true, force: true });
});

const logInto = (events: object[]): Log => ({
  ...silentLog,
  info: (fields, event) => events.push({ event, ...fields }),
});

describe('findBinaries', () => {
  it('recreates the links that install scripts would have made', async () => {
    const binaries = await findBinaries(
      { dataDir: folder, log: silentLog, installed },
      await defaultAccount(),
    );
    expect(binaries.postgres.startsWith(installed.root)).toBe(true);
    expect(binaries.major).toBe('18');
    const links = await readFile(join(installed.root, 'native', 'pg-symlinks.json'), 'utf8');
    for (const { target } of JSON.parse(links) as { target: string }[]) {
      expect((await lstat(join(installed.root, target))).isSymbolicLink()).toBe(true);
    }
  });

  it('makes the tools executable again', async () => {
    await chmod(join(installed.root, 'native', 'bin', 'postgres'), 0o644);
    const binaries = await findBinaries(
      { dataDir: folder, log: silentLog, installed },
      await defaultAccount(),
    );
    expect(binaries.major).toBe('18');
  });

  it.each(['lib', 'lib/libicuuc.so.60.2'])(
    'says so when the package has no binary that runs here: %s',
    async (part) => {
      await rm(join(installed.root, 'native', part), { recursive: true, force: true });
      const search = findBinaries({ dataDir: folder, log: silentLog, installed }, await defaultAccount());
      await expect(search).rejects.toMatchObject({ code: 'embedded_postgres_unsupported' });
    },
  );

  it.runIf(isRoot())('copies once what the account cannot reach', async () => {
    await chmod(installed.root, 0o700);
    const account = await defaultAccount();
    const events: object[] = [];
    const [first, second] = [
      await findBinaries({ dataDir: folder, log: logInto(events), installed }, account),
      await findBinaries({ dataDir: folder, log: logInto(events), installed }, account),
    ];
    const copy = dirname(dirname(dirname(first.postgres)));
    copies.push(copy);
    expect(copy).toMatch(/^\/var\/lib\/tminus-[0-9a-f]{12}$/);
    expect(second).toEqual(first);
    expect(events).toEqual([{ event: 'embedded_postgres_binaries_copied', from: installed.root, to: copy }]);
    expect((await runAs(account, [first.initdb, '--version'])).code).toBe(0);
  });
});
