import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { signature } from '../../src/sandbox/delivery/signed-http.ts';
import { eventually, SIGNING_SECRET } from '../support/app.ts';
import type { E2e } from '../support/e2e.ts';
import { bringTo, expectCleanConversation, startE2e } from '../support/e2e.ts';
import type { TestRedis } from '../support/redis.ts';
import { redisAvailable, testRedis } from '../support/redis.ts';

const WAYS = [
  { transport: 'socket', queue: 'postgres' },
  { transport: 'http', queue: 'postgres' },
  { transport: 'socket', queue: 'redis' },
  { transport: 'http', queue: 'redis' },
] as const;

describe.each(WAYS.filter(({ queue }) => queue === 'postgres' || redisAvailable()))(
  'the journey over $transport with its queue on $queue',
  ({ transport, queue }) => {
    let e2e: E2e;
    let redis: TestRedis | undefined;
    beforeAll(async () => {
      redis = queue === 'redis' ? await testRedis() : undefined;
      e2e = await startE2e({ transport, ...(redis === undefined ? {} : { redisUrl: redis.url }) });
    });
    afterAll(async () => {
      await e2e.close();
      await redis?.close();
    });
    afterEach(() => expectCleanConversation(e2e.app));

    it('goes from a command over checks, clicks and dialogs to the watch', async () => {
      await e2e.asks('ana', 'start production small 1.1.0', 'has started');
      await bringTo(e2e, 'watching');
      await e2e.opens('ana', 'Sign off', 'release-manager');
      await e2e.submits('ana', {});
      await e2e.card('release-manager signed by <@U0ANA>');
    });

    it('goes on where it was after a restart', async () => {
      await e2e.app.restart(() => e2e.clock.forward(6 * 60_000));
      await e2e.card('Watching', '+5m ✓');
      await e2e.asks('eva', 'sign-off', 'Signed for small #1 as product-owner.');
    });
  },
);

describe('what does not come from our workspace', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e({ transport: 'http' });
    await e2e.asks('ana', 'start production small 1.1.0', 'has started');
    await e2e.card('Preparing');
  });
  afterAll(() => e2e.close());
  afterEach(() => expectCleanConversation(e2e.app));

  const send = (fields: Record<string, string>, secret = SIGNING_SECRET): Promise<Response> => {
    const body = new URLSearchParams(fields).toString();
    const timestamp = String(Math.floor(Date.now() / 1000));
    return fetch(new URL('/slack/events', e2e.app.tminus.url), {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': signature(secret, timestamp, body),
      },
      body,
    });
  };

  const command = (text: string, team: string) => ({
    command: '/deploy',
    text,
    team_id: team,
    user_id: 'U0ANA',
    user_name: 'ana',
    channel_id: 'C0DEPLOYS',
    channel_name: 'deploys',
    trigger_id: `1.2.${team}`,
    response_url: 'http://127.0.0.1:9/nowhere',
  });

  it('is refused when it names another team, whatever it asks', async () => {
    const answer = await send(command('abort #1 hostile', 'T0OTHER'));
    expect(await answer.text()).toContain('This bot belongs to another workspace.');
    const click = {
      type: 'block_actions',
      team: { id: 'T0OTHER' },
      user: { id: 'U0ANA', team_id: 'T0OTHER' },
      trigger_id: '3.4.other',
      actions: [{ action_id: 'item.confirm', block_id: 'row-act.plan-read', value: 'd=small-1&i=plan-read' }],
    };
    const clicked = await send({ payload: JSON.stringify(click) });
    expect(clicked.status).toBe(200);
    const card = await e2e.card('Preparing', '☐ 1. *Everyone has read the plan*');
    expect(card.visibleText).not.toContain('confirmed by');
  });

  it('is refused without the right signature', async () => {
    const answer = await send(command('abort #1 hostile', 'T0SANDBOX'), 'another-secret');
    expect(answer.status).toBe(401);
    await e2e.card('Preparing');
  });

  it.each(['null', '7', '[', ''])(
    'is refused when its payload is %j, and the bot goes on',
    async (payload) => {
      expect((await send({ payload })).status).toBe(400);
      expect((await send({ payload }, 'another-secret')).status).toBe(401);
      await e2e.asks('ana', 'status', 'small');
    },
  );
});

describe('when Slack does not do what it should', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e();
  });
  afterAll(() => e2e.close());

  it('stands there once, although the answer to its post was lost', async () => {
    e2e.sandbox.fault({ method: 'chat.postMessage', kind: 'lose_answer' });
    await e2e.asks('ana', 'start production small 1.1.0', 'has started');
    await e2e.card('Preparing', 'First things');
    await e2e.asks('ana', 'confirm plan-read', 'Confirmed');
    await e2e.card('confirmed by <@U0ANA>');
    expect(e2e.sandbox.messages('#deploys')).toHaveLength(1);
  });

  it('shows the newest state after Slack asked to slow down', async () => {
    e2e.sandbox.fault({ method: 'chat.update', kind: 'ratelimited', retryAfter: 1 });
    await e2e.asks('ana', 'confirm cost-alerts', 'Confirmed');
    await e2e.card('~Cost alerts are set~');
  });

  it('starts although Slack was away at first', async () => {
    await e2e.app.restart(() =>
      e2e.app.sandbox.fault({ method: 'auth.test', kind: 'status', status: 503, times: 2 }),
    );
    await e2e.asks('ana', 'status', 'small');
  });

  it('puts the report into the thread once, although its summary had to wait', async () => {
    e2e.sandbox.fault({ method: 'chat.postMessage', kind: 'ratelimited', retryAfter: 1 });
    await e2e.asks('ana', 'report', 'small 1.1.0 → production');
    await e2e.threadLine('small 1.1.0 → production · #1', 'Audit:');
    expect(e2e.sandbox.files().map(({ name }) => name)).toEqual(['report-small-1.md']);
  });

  it('puts the report into the thread once, although the answer to its upload was lost', async () => {
    await e2e.asks('ana', 'note cost-alerts #1 another report', 'Noted');
    e2e.clock.forward(2 * 60_000);
    const summaries = async () => {
      const { ts } = await e2e.card('small');
      return e2e.sandbox.thread('#deploys', ts).filter(({ visibleText }) => visibleText.includes('Audit:'));
    };
    const earlier = (await summaries()).length;
    e2e.sandbox.fault({ method: 'files.completeUploadExternal', kind: 'lose_answer' });
    await e2e.asks('ana', 'report', 'small 1.1.0 → production');
    await eventually('the summary', async () => (await summaries()).length > earlier);
    const completed = e2e.sandbox.calls().filter(({ method }) => method === 'files.completeUploadExternal');
    expect(completed.map(({ ok }) => ok)).toEqual([true, false]);
    expect(e2e.sandbox.files()).toHaveLength(2);
    expect(await summaries()).toHaveLength(earlier + 1);
  });

  it('does not try for ever to show what Slack refuses', async () => {
    e2e.sandbox.fault({ method: 'chat.update', kind: 'error', error: 'invalid_blocks' });
    await e2e.asks('ana', 'confirm load-figures 140', 'Confirmed');
    const refused = () => e2e.app.log.lines.filter(({ event }) => event === 'message_cannot_be_shown').length;
    await eventually('the refusal', () => refused() === 1);
    e2e.clock.forward(2 * 60_000);
    await new Promise((resolve) => setTimeout(resolve, 6000));
    expect(refused()).toBe(1);
    await e2e.asks('ana', 'undo load-figures', 'Undone');
    await e2e.asks('ana', 'confirm load-figures 141', 'Confirmed');
    await e2e.card('~Peak load was measured~');
    e2e.app.log.lines.splice(0);
  });

  it('opens a new card when the old one was deleted', async () => {
    e2e.sandbox.fault({ method: 'chat.update', kind: 'error', error: 'message_not_found' });
    const old = await e2e.card('Preparing');
    await e2e.asks('ana', 'confirm signing-key 64 characters', 'Confirmed');
    await eventually('another card', async () => (await e2e.card('Awaiting Go')).ts !== old.ts);
    expectCleanConversation(
      e2e.app,
      ({ method, error }) =>
        ['message_not_found', 'ratelimited', 'answer_lost', 'invalid_blocks', undefined].includes(error) &&
        (method.startsWith('chat.') || method === 'files.completeUploadExternal'),
    );
  });
});
