import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { BOT_TOKEN, refusal, webClient } from './sandbox-app.ts';
import type { WebClient } from '@slack/web-api';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.ts';

let sandbox: Sandbox;
let client: WebClient;

const start = async (options: Partial<SandboxOptions> = {}): Promise<void> => {
  sandbox = await startSandbox({ botToken: BOT_TOKEN, ...options });
  client = webClient(sandbox);
};

const section = (text: string) => ({ type: 'section' as const, text: { type: 'mrkdwn' as const, text } });
const plain = (text: string) => ({ type: 'plain_text' as const, text });

beforeEach(() => start());
afterEach(() => sandbox.close());

describe('limits and faults', () => {
  it('answers 429 with Retry-After when a method is called too often', async () => {
    await sandbox.close();
    const frozen = new Date();
    await start({ now: () => frozen });
    const ts = (await client.chat.postMessage({ channel: 'C0DEPLOYS', text: 'card' })).ts ?? '';
    const updates = Array.from({ length: 55 }, () =>
      client.chat.update({ channel: 'C0DEPLOYS', ts, text: 'x' }),
    );
    const results = await Promise.allSettled(updates);
    const refused = results.filter((result) => result.status === 'rejected');

    expect(refused).toHaveLength(5);
    expect(refused[0]?.reason).toMatchObject({ retryAfter: 2 });
    expect(sandbox.calls().filter(({ status }) => status === 429)).toHaveLength(5);
    expect(await client.auth.test()).toMatchObject({ ok: true });
  });

  it('performs the call whose answer is lost', async () => {
    sandbox.fault({ method: 'chat.postMessage', kind: 'lose_answer' });

    await expect(client.chat.postMessage({ channel: 'C0DEPLOYS', text: 'once' })).rejects.toThrow();

    expect(sandbox.messages('deploys')).toHaveLength(1);
    expect(sandbox.calls()[0]).toMatchObject({ ok: false, error: 'answer_lost', status: 0 });
  });

  it('does not perform a call that fails, and fails as often as told', async () => {
    sandbox.fault({ method: 'chat.postMessage', kind: 'error', error: 'internal_error', times: 2 });
    sandbox.fault({ method: '*', kind: 'status', status: 503 });
    const post = () => client.chat.postMessage({ channel: 'C0DEPLOYS', text: 'x' });

    expect(await refusal(post())).toMatchObject({ error: 'internal_error' });
    expect(await refusal(post())).toMatchObject({ error: 'internal_error' });
    await expect(post()).rejects.toMatchObject({ statusCode: 503 });
    await post();
    expect(sandbox.messages('deploys')).toHaveLength(1);
  });

  it('hangs until the client gives up', async () => {
    sandbox.fault({ method: 'auth.test', kind: 'hang' });

    await expect(webClient(sandbox, { timeout: 200 }).auth.test()).rejects.toThrow();
    expect(await webClient(sandbox, { timeout: 2000 }).auth.test()).toMatchObject({ ok: true });
  });

  it('reports a rate limit of its own on demand', async () => {
    sandbox.fault({ method: 'chat.update', kind: 'ratelimited', retryAfter: 7 });

    await expect(client.chat.update({ channel: 'C0DEPLOYS', ts: '1.1', text: 'x' })).rejects.toMatchObject({
      retryAfter: 7,
    });
  });
});

describe('App Home', () => {
  const home = (text: string) => ({ type: 'home' as const, blocks: [section(text)] });

  it('refuses a publish that was overtaken', async () => {
    const first = await client.views.publish({ user_id: 'U0ANA', view: home('one') });
    await client.views.publish({ user_id: 'U0ANA', view: home('two'), hash: first.view?.hash ?? '' });

    expect(
      await refusal(
        client.views.publish({ user_id: 'U0ANA', view: home('three'), hash: first.view?.hash ?? '' }),
      ),
    ).toMatchObject({ error: 'hash_conflict' });
    expect(sandbox.as('ana').home()?.visibleText).toBe('two');
    expect(sandbox.as('ben').home()).toBeUndefined();
  });

  it('refuses a modal there', async () => {
    const modal = { type: 'modal' as const, title: plain('No'), blocks: [section('x')] };

    expect(await refusal(client.views.publish({ user_id: 'U0ANA', view: modal }))).toMatchObject({
      error: 'invalid_arguments',
    });
  });
});
