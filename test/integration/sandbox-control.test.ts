import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectSocketMode } from './sandbox-app.ts';
import type { Connected } from './sandbox-app.ts';

let connected: Connected;
const plain = (text: string) => ({ type: 'plain_text' as const, text });

beforeEach(async () => {
  connected = await connectSocketMode((app) => {
    app.command('/deploy', async ({ ack, client, command }) => {
      await ack();
      await client.chat.postMessage({
        channel: command.channel_id,
        text: 'card',
        blocks: [
          {
            type: 'section',
            block_id: 'row',
            text: { type: 'mrkdwn', text: 'Quota' },
            accessory: { type: 'button', action_id: 'confirm', text: plain('Confirm') },
          },
        ],
      });
    });
    app.action('confirm', async ({ ack }) => ack());
  });
});
afterEach(() => connected.stop());

const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
  const response = await fetch(`${connected.sandbox.url}control/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const get = async (path: string): Promise<unknown> =>
  (await fetch(`${connected.sandbox.url}control/${path}`)).json();

/** fetch does not let anybody lie about the host. */
const getAs = (host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const url = new URL('control/workspace', connected.sandbox.url);
    request(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });

describe('the control API', () => {
  it('acts as a person and shows what became of it', async () => {
    const command = await post('as/ana/command', { text: '/deploy start', channel: 'deploys' });
    await expect.poll(() => get('messages?channel=deploys')).toMatchObject([{ text: 'card' }]);
    const click = await post('as/ana/click-label', { channel: 'deploys', label: 'Confirm', near: 'Quota' });

    expect([command, click]).toMatchObject([
      { status: 200, body: { ok: true } },
      { status: 200, body: { ok: true } },
    ]);
    expect(await get('deliveries')).toMatchObject([
      { kind: 'command', name: '/deploy', ok: true },
      { kind: 'block_actions', name: 'confirm', ok: true },
    ]);
    expect(await get('calls')).toMatchObject([
      { method: 'auth.test' },
      { method: 'apps.connections.open' },
      { method: 'chat.postMessage', args: { text: 'card', blocks: [{ block_id: 'row' }] }, ok: true },
    ]);
  });

  it('answers 409 for what is not drawn, 400 for a broken request and 404 for an unknown verb', async () => {
    expect(await post('as/ana/click', { actionId: 'confirm' })).toMatchObject({ status: 409 });
    expect(await post('as/ana/click', {})).toMatchObject({ status: 400 });
    expect(await post('as/nobody/click', { actionId: 'x' })).toMatchObject({ status: 400 });
    expect(await post('as/ana/juggle', {})).toMatchObject({ status: 404 });
    expect(await get('messages')).toMatchObject({ ok: false });
  });

  it('injects faults', async () => {
    await post('fault', { method: 'chat.postMessage', kind: 'error', error: 'is_archived' });
    await post('as/ana/command', { text: '/deploy start' });

    await expect.poll(() => connected.sandbox.calls().at(-1)).toMatchObject({ error: 'is_archived' });
  });

  it('obeys neither another site nor a form, and answers under its own address only', async () => {
    const line = { text: '/deploy start' };

    expect(await post('as/ana/command', line, { origin: 'https://evil.example' })).toMatchObject({
      status: 403,
    });
    expect(await post('as/ana/command', line, { 'content-type': 'text/plain' })).toMatchObject({
      status: 403,
    });
    expect(await getAs('evil.example')).toBe(403);
    expect(await getAs('localhost')).toBe(200);
    expect(connected.sandbox.deliveries()).toEqual([]);
  });

  it('tells pages at once when something changed', async () => {
    const stream = await fetch(`${connected.sandbox.url}events`);
    const reader = stream.body?.getReader() as ReadableStreamDefaultReader<Uint8Array> | undefined;
    const next = async (): Promise<string> => new TextDecoder().decode((await reader?.read())?.value);
    const greeting = await next();
    await connected.sandbox.as('ana').command('/nothing');
    const change = await next();
    await reader?.cancel();

    expect([greeting, change]).toEqual([
      expect.stringContaining('event: change'),
      expect.stringContaining('event: change'),
    ]);
  });

  it('serves the page and nothing beside it', async () => {
    const page = await fetch(connected.sandbox.url);
    const outside = await fetch(`${connected.sandbox.url}page/..%2fsandbox.ts`);

    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(await page.text()).toContain('<title>');
    expect(outside.status).toBe(404);
  });
});
