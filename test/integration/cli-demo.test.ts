import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sweepDeadDemos } from '../../src/cli/demo-folder.ts';
import { findServer } from '../../src/services/postmaster.ts';
import { eventually } from '../support/app.ts';
import type { RunningCli } from '../support/cli.ts';
import { startCli } from '../support/cli.ts';

type Message = { readonly visibleText: string };

describe('tminus demo', () => {
  let parent: string;
  const all: RunningCli[] = [];
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'tminus-cli-'));
    // Run as root, Postgres is another user, who must pass through.
    await chmod(parent, 0o755);
  });
  afterEach(async () => {
    for (const running of all.splice(0)) {
      running.child.kill('SIGKILL');
      await running.ended;
    }
    await sweepDeadDemos(parent);
  });
  afterAll(() => rm(parent, { recursive: true, force: true, maxRetries: 5 }));

  const start = (): RunningCli => {
    const running = startCli(['demo'], { TMPDIR: parent });
    all.push(running);
    return running;
  };
  const pageOf = async (running: RunningCli, withinMs = 40_000): Promise<string> =>
    (await running.says(/^ {2}(http:\S+\/)$/m, withinMs))[1]!;
  const folders = async () => (await readdir(parent)).filter((name) => name.startsWith('tminus-demo-'));
  const post = (url: string, body: unknown) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const cards = async (page: string): Promise<string> => {
    const messages = (await (await fetch(`${page}control/messages?channel=deploys`)).json()) as Message[];
    return messages.map(({ visibleText }) => visibleText).join('\n');
  };

  it('prints one address, runs a deployment there, and leaves nothing behind', async () => {
    const running = start();
    const page = await pageOf(running, 90_000);
    expect(running.stdout().match(/http:\/\//g)).toHaveLength(1);

    const panel = (await (await fetch(`${page}control/panel`)).json()) as { text: string };
    expect(panel.text).toContain('todo API 1.0.0 · healthy');
    await post(`${page}control/as/ana/command`, {
      text: '/deploy start production 1.1.0',
      channel: 'deploys',
    });
    await eventually(
      'a check that ran',
      async () => {
        const text = await cards(page);
        return text.includes('todo 1.1.0 → production') && /Service [1-6]\/6/.test(text);
      },
      30_000,
    );

    const [folder = ''] = await folders();
    running.child.kill('SIGINT');
    expect(await running.ended).toBe(0);
    expect(running.stderr()).toBe('');
    expect(await folders()).toEqual([]);
    expect(await findServer({ data: join(parent, folder, 'postgres', 'data') })).toEqual({ kind: 'stopped' });
  }, 90_000);

  it('shares nothing with a second one at the same time', async () => {
    const running = [start(), start()];
    const pages = await Promise.all(running.map((each) => pageOf(each)));
    expect(new Set(pages).size).toBe(2);
    await post(`${pages[0]!}control/as/ana/command`, { text: '/deploy start production 1.1.0' });
    await eventually('a card in the first', async () => (await cards(pages[0]!)).includes('→ production'));
    expect(await cards(pages[1]!)).toBe('');

    for (const { child } of running) child.kill('SIGTERM');
    expect(await Promise.all(running.map(({ ended }) => ended))).toEqual([0, 0]);
  }, 90_000);

  it('tidies up after one that was killed', async () => {
    const killed = start();
    await pageOf(killed);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const [left = ''] = await folders();
    const data = join(parent, left, 'postgres', 'data');
    expect(await findServer({ data })).toMatchObject({ kind: 'running' });

    const next = start();
    await pageOf(next);
    expect(await folders()).not.toContain(left);
    expect(await findServer({ data })).toEqual({ kind: 'stopped' });
    next.child.kill('SIGINT');
    expect(await next.ended).toBe(0);
  }, 90_000);
});
