import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { App } from '@slack/bolt';
import { WebSocket } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, connectSocketMode, quietLogger } from './sandbox-app.ts';
import type { Connected } from './sandbox-app.ts';

const running: { stop: () => Promise<void> }[] = [];
const keep = (connected: Connected): Connected => {
  running.push(connected);
  return connected;
};

afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
});

const ackCommand = (app: App): void => {
  app.command('/deploy', async ({ ack }) => ack());
};

describe('Socket Mode connections', () => {
  it('share the payloads, each one going to one of them', async () => {
    const got: string[] = [];
    const count = (name: string) => (app: App) => {
      app.command('/deploy', async ({ ack }) => {
        got.push(name);
        await ack();
      });
    };
    const { sandbox } = keep(await connectSocketMode(count('first')));
    const second = new App({
      token: BOT_TOKEN,
      appToken: APP_TOKEN,
      socketMode: true,
      logger: quietLogger,
      clientOptions: { slackApiUrl: sandbox.apiUrl, retryConfig: { retries: 0 } },
    });
    count('second')(second);
    await second.start();
    running.unshift({
      stop: async () => {
        await second.stop();
      },
    });

    for (let turn = 0; turn < 4; turn += 1) await sandbox.as('ana').command('/deploy');

    expect(got).toHaveLength(4);
    expect(new Set(got)).toEqual(new Set(['first', 'second']));
  });

  it('are told to go away and come back after five seconds, while the person sees a failure', async () => {
    const { sandbox } = keep(await connectSocketMode(ackCommand));
    sandbox.disconnect('refresh_requested');

    const during = await sandbox.as('ana').command('/deploy');
    await expect
      .poll(async () => (await sandbox.as('ana').command('/deploy')).ok, { timeout: 9000, interval: 500 })
      .toBe(true);

    expect(during).toMatchObject({ ok: false, error: 'no_connection' });
    expect(during.ackMs).toBeGreaterThanOrEqual(2900);
  });

  it('carry a payload that waited for the connection', async () => {
    const sandbox = await startSandbox({ botToken: BOT_TOKEN, appToken: APP_TOKEN });
    const app = new App({
      token: BOT_TOKEN,
      appToken: APP_TOKEN,
      socketMode: true,
      logger: quietLogger,
      clientOptions: { slackApiUrl: sandbox.apiUrl, retryConfig: { retries: 0 } },
    });
    ackCommand(app);
    running.push({
      stop: async () => {
        await app.stop();
        await sandbox.close();
      },
    });
    const early = sandbox.as('ana').command('/deploy');
    await app.start();

    expect(await early).toMatchObject({ ok: true });
  });

  it('record an ack that came too late without counting it as one', async () => {
    const { sandbox } = keep(
      await connectSocketMode((app) => {
        app.command('/deploy', async ({ ack }) => {
          await new Promise((resolve) => setTimeout(resolve, 3300));
          await ack();
        });
      }),
    );
    const delivery = await sandbox.as('ana').command('/deploy');
    await expect.poll(() => sandbox.deliveries()[0]?.ackMs ?? 0, { timeout: 2000 }).toBeGreaterThan(3200);

    expect(delivery).toMatchObject({ ok: false, error: 'operation_timeout' });
    expect(sandbox.deliveries()[0]).toMatchObject({ ok: false, error: 'operation_timeout' });
  });

  it('are opened with a ticket that works once', async () => {
    const { sandbox } = keep(await connectSocketMode(ackCommand));
    const response = await fetch(`${sandbox.apiUrl}apps.connections.open`, {
      method: 'POST',
      headers: { authorization: `Bearer ${APP_TOKEN}` },
    });
    const { url } = (await response.json()) as { url: string };
    const open = () =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(url);
        socket.addEventListener('message', (event) => {
          resolve((JSON.parse(String(event.data)) as { type: string }).type);
          socket.close();
        });
        socket.addEventListener('error', () => resolve('refused'));
      });

    expect(await open()).toBe('hello');
    expect(await open()).toBe('refused');
  });
});

type Heard = { readonly body: string; readonly headers: Readonly<Record<string, unknown>> };

/** An app that answers each request with the next status. */
const rawApp = async (answers: readonly { status: number; headers?: Record<string, string> }[]) => {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const answer = answers[heard.length] ?? { status: 200 };
      heard.push({ body: Buffer.concat(chunks).toString('utf8'), headers: request.headers });
      response.writeHead(answer.status, answer.headers).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const sandbox = await startSandbox({
    botToken: BOT_TOKEN,
    signingSecret: SIGNING_SECRET,
    requestUrl: `http://127.0.0.1:${port}/slack/events`,
  });
  running.push({
    stop: async () => {
      await sandbox.close();
      await new Promise((resolve) => server.close(resolve));
    },
  });
  return { sandbox, heard };
};

describe('signed HTTP', () => {
  it('signs the raw body and names the content type without a charset', async () => {
    const { sandbox, heard } = await rawApp([]);
    await sandbox.as('ana').command('/deploy start');
    const [{ body, headers } = { body: '', headers: {} }] = heard;
    const timestamp = String(headers['x-slack-request-timestamp']);
    const expected = createHmac('sha256', SIGNING_SECRET).update(`v0:${timestamp}:${body}`).digest('hex');

    expect(headers['x-slack-signature']).toBe(`v0=${expected}`);
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(5);
  });

  it('sends a failed event again at once, with number and reason, and no other payload', async () => {
    const { sandbox, heard } = await rawApp([{ status: 500 }]);
    await sandbox.as('ana').openHome();
    await expect.poll(() => heard).toHaveLength(2);

    expect(heard[1]?.headers).toMatchObject({
      'x-slack-retry-num': '1',
      'x-slack-retry-reason': 'http_error',
    });
    expect(heard[1]?.body).toBe(heard[0]?.body);
    expect(sandbox.deliveries().map(({ attempt, ok }) => [attempt, ok])).toEqual([
      [0, false],
      [1, true],
    ]);
  });

  it('does not send an event again when the app says so', async () => {
    const { sandbox, heard } = await rawApp([{ status: 500, headers: { 'x-slack-no-retry': '1' } }]);
    await sandbox.as('ana').openHome();
    await new Promise((resolve) => setTimeout(resolve, 100));

    expect(heard).toHaveLength(1);
  });

  it('shows the status of an app that refused a command', async () => {
    const { sandbox } = await rawApp([{ status: 401 }]);

    expect(await sandbox.as('ana').command('/deploy')).toMatchObject({ ok: false, error: 'http_401' });
    expect(sandbox.ephemerals('deploys', 'ana')[0]?.text).toBe('/deploy failed with the error "http_401".');
  });
});
