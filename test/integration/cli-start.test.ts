import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { APP_TOKEN, BOT_TOKEN, cardWith, checklistFolder, eventually } from '../support/app.ts';
import type { RunningCli } from '../support/cli.ts';
import { startCli } from '../support/cli.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { testDatabase } from '../support/postgres.ts';

// Every command is a process of its own, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

const CHECKLIST = `
system: tiny
title: Tiny
parameters: {api-url: {describe: Base URL}}
stages:
  prepare:
    - id: first
      title: First
      items:
        - {id: read, title: Everyone has read the plan}
        - {id: slow, title: It answers at all, check: {http: {url: "\${api-url}/"}, timeout: 60s, retry: {max: 0}}}
`;

type Line = { readonly level: string; readonly msg: string; readonly [key: string]: unknown };

const logOf = (running: RunningCli): readonly Line[] =>
  running
    .stdout()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);

describe('tminus start', () => {
  let database: TestDatabase;
  let sandbox: Sandbox;
  let dir: string;
  /** Takes connections and never answers: a check that is in hand when the bot is asked to end. */
  const silent = createServer(() => undefined);
  const open = new Set<Socket>();

  beforeAll(async () => {
    silent.on('connection', (socket) => open.add(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    database = await testDatabase();
    sandbox = await startSandbox({ botToken: BOT_TOKEN, appToken: APP_TOKEN });
    dir = await checklistFolder({
      'tiny.yaml': CHECKLIST,
      'environments/production.yaml': `environment: production\nchannel: "#deploys"\nsystems: {tiny: {values: {api-url: "http://127.0.0.1:${port}"}}}\n`,
    });
  });
  afterAll(async () => {
    for (const socket of open) socket.destroy();
    silent.close();
    await sandbox.close();
    await database.close();
    await rm(dir, { recursive: true });
  });

  const start = (): RunningCli =>
    startCli(['start'], {
      SLACK_BOT_TOKEN: BOT_TOKEN,
      SLACK_APP_TOKEN: APP_TOKEN,
      SLACK_API_URL: sandbox.apiUrl,
      DATABASE_URL: database.url,
      CHECKLISTS_DIR: dir,
      PORT: '0',
    });

  const urlOf = async (running: RunningCli): Promise<string> =>
    (await running.says(/"url":"(http:[^"]+)"[^\n]*"msg":"started"/))[1]!;

  it('serves until SIGTERM and ends in order within ten seconds, a check in hand or not', async () => {
    const running = start();
    const url = await urlOf(running);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    await sandbox.as('ana').command('/deploy start production 1.0.0', '#deploys');
    await cardWith(sandbox, 'tiny 1.0.0 → production');
    await eventually('the check is in hand', () => open.size > 0);

    const asked = Date.now();
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(0);
    expect(Date.now() - asked).toBeLessThan(10_000);
    expect(running.stderr()).toBe('');
    expect(logOf(running).filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('comes back to what was there', async () => {
    const running = start();
    const url = await urlOf(running);
    await sandbox.as('ben').clickLabel('#deploys', 'Confirm', 'Everyone has read the plan');
    await cardWith(sandbox, 'confirmed by');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    running.child.kill('SIGINT');
    expect(await running.ended).toBe(0);
  });

  it('ends at once at a second signal', async () => {
    const running = start();
    await urlOf(running);
    running.child.kill('SIGTERM');
    running.child.kill('SIGTERM');
    // Both may arrive in either order of our reading: the first drains, the second cuts it short.
    expect([0, 143]).toContain(await running.ended);
  });
});
