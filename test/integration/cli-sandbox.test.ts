import { expect, it, vi } from 'vitest';
import { WebClient } from '@slack/web-api';
import { startCli } from '../support/cli.ts';

// Every command is a process of its own, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

const exported = (stdout: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...stdout.matchAll(/export ([A-Z_]+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
  );

it('starts a workspace and prints what to point a bot at it with', async () => {
  const running = startCli(['sandbox']);
  const [, page = ''] = await running.says(/^ {2}(http:\S+)$/m);
  await running.says(/Ctrl-C/);
  const variables = exported(running.stdout());
  expect(Object.keys(variables)).toEqual(['SLACK_API_URL', 'SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN']);

  expect(await (await fetch(page)).text()).toContain('<!doctype html>');
  const client = new WebClient(variables['SLACK_BOT_TOKEN'], {
    slackApiUrl: variables['SLACK_API_URL']!,
    retryConfig: { retries: 0 },
  });
  expect((await client.auth.test()).ok).toBe(true);

  running.child.kill('SIGINT');
  expect(await running.ended).toBe(0);
});

it('delivers signed requests when it is told where to', async () => {
  const running = startCli(['sandbox', '--request-url', 'http://127.0.0.1:1/slack/events']);
  await running.says(/Ctrl-C/);
  expect(Object.keys(exported(running.stdout()))).toContain('SLACK_SIGNING_SECRET');
  running.child.kill('SIGTERM');
  expect(await running.ended).toBe(0);
});
