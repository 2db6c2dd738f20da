import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { runCli } from '../support/cli.ts';

// Every command is a process of its own, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

describe('tminus', () => {
  it('lists its commands when nothing is typed, and says more about one', async () => {
    const overview = await runCli([]);
    expect(overview.code).toBe(0);
    for (const name of ['start', 'migrate', 'doctor', 'audit', 'sandbox', 'demo'])
      expect(overview.stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));

    const one = await runCli(['help', 'sandbox']);
    expect(one.stdout).toContain('Usage: tminus sandbox [--port <port>]');
    expect((await runCli(['sandbox', '--help'])).stdout).toBe(one.stdout);
  });

  it('knows its version', async () => {
    const { version } = JSON.parse(
      await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
    ) as {
      version: string;
    };
    expect((await runCli(['--version'])).stdout).toBe(`${version}\n`);
  });

  it.each([
    { words: ['stat'], says: 'There is no command "stat"; did you mean start?' },
    { words: ['sandbox', '--prot', '1'], says: 'has no option --prot; did you mean --port?' },
    { words: ['sandbox', '--port'], says: '--port needs a value' },
    { words: ['demo', '--port', '70000'], says: '--port must be a port number' },
    { words: ['migrate', 'now'], says: 'does not know what to do with "now"' },
    { words: ['audit', 'check'], says: 'Usage: tminus audit verify' },
  ])('answers $words with what to type instead, and exit code 2', async ({ words, says }) => {
    const { code, stderr, stdout } = await runCli(words);
    expect(code).toBe(2);
    expect(stderr).toContain(says);
    expect(stdout).toBe('');
  });

  it('lists every problem of the configuration without a stack, and exits with 2', async () => {
    const { code, stderr } = await runCli(['start'], { PORT: 'high', SLACK_BOT_TOKEN: 'xoxp-personal' });
    expect(code).toBe(2);
    for (const name of ['PORT', 'SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN']) expect(stderr).toContain(`- ${name} `);
    expect(stderr).not.toContain('xoxp-personal');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('says what is wrong with the embedded Postgres and what to do, without a stack', async () => {
    const { code, stderr } = await runCli(['migrate'], { DATA_DIR: '/dev/null/data' });
    expect(code).toBe(1);
    expect(stderr).toContain('(embedded_postgres_data_dir)');
    expect(stderr).toContain('Set DATA_DIR to a folder this user can write');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('says which service does not answer, and which port is taken', async () => {
    const silent = await runCli(['migrate'], { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' });
    expect(silent).toMatchObject({ code: 1, stderr: expect.stringContaining('127.0.0.1:1') as string });

    const busy = createServer();
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
    const { port } = busy.address() as AddressInfo;
    const taken = await runCli(['sandbox', '--port', String(port)]);
    busy.close();
    expect(taken.code).toBe(1);
    expect(taken.stderr).toContain(`127.0.0.1:${port} is in use by another program`);
  });

  it('makes no database when it is only asked to look', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'tminus-cli-'));
    const { code, stderr } = await runCli(['audit', 'verify'], { DATA_DIR: join(dir, 'data') });
    expect(code).toBe(1);
    expect(stderr).toContain('holds no database yet');
    await expect(readFile(join(dir, 'data', 'postgres.json'))).rejects.toThrow('ENOENT');
    await rm(dir, { recursive: true });
  });
});
