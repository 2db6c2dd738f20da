import { afterEach, describe, expect, it } from 'vitest';
import { connectHttp, connectSocketMode } from './sandbox-app.ts';
import type { App, BlockButtonAction } from '@slack/bolt';
import type { Connected } from './sandbox-app.ts';

let connected: Connected | undefined;
afterEach(async () => {
  await connected?.stop();
  connected = undefined;
});

const skipModal = {
  type: 'modal' as const,
  callback_id: 'item.skip.submit',
  title: { type: 'plain_text' as const, text: 'Skip item' },
  submit: { type: 'plain_text' as const, text: 'Skip' },
  private_metadata: JSON.stringify({ item: 'dns' }),
  blocks: [
    {
      type: 'input' as const,
      block_id: 'reason',
      label: { type: 'plain_text' as const, text: 'Reason' },
      element: { type: 'plain_text_input' as const, action_id: 'text', multiline: true },
    },
  ],
};

/** A small bot with a command that posts a card, buttons, a modal with field errors and replies by response_url. */
const cardBot = (app: App): void => {
  app.command('/deploy', async ({ ack, command, client, respond }) => {
    await ack();
    if (command.text === 'help') {
      await respond({ text: 'Try start.' });
      return;
    }
    await client.chat.postMessage({
      channel: command.channel_id,
      text: `card ${command.text}`,
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: 'todo 1.0 → production' } },
        {
          type: 'section',
          block_id: 'dns',
          text: { type: 'mrkdwn', text: '☐ DNS points here' },
          accessory: {
            type: 'button',
            action_id: 'item.confirm',
            value: 'dns',
            text: { type: 'plain_text', text: 'Confirm' },
          },
        },
        {
          type: 'section',
          block_id: 'quota',
          text: { type: 'mrkdwn', text: '☐ Quota is enough' },
          accessory: {
            type: 'button',
            action_id: 'item.confirm',
            value: 'quota',
            text: { type: 'plain_text', text: 'Confirm' },
          },
        },
        {
          type: 'actions',
          block_id: 'row',
          elements: [
            { type: 'button', action_id: 'item.skip', text: { type: 'plain_text', text: 'Skip…' } },
            {
              type: 'static_select',
              action_id: 'phase.open',
              options: [
                { text: { type: 'plain_text', text: 'Database' }, value: 'db' },
                { text: { type: 'plain_text', text: 'Network' }, value: 'net' },
              ],
            },
          ],
        },
      ],
    });
  });
  app.action<BlockButtonAction>('item.confirm', async ({ ack, body, action, client }) => {
    await ack();
    const channel = body.channel?.id ?? '';
    await client.chat.update({
      channel,
      ts: body.message?.ts ?? '',
      text: `confirmed ${action.value ?? ''} by <@${body.user.id}>`,
    });
  });
  app.action<BlockButtonAction>('item.skip', async ({ ack, body, client }) => {
    await ack();
    await client.views.open({ trigger_id: body.trigger_id, view: skipModal });
  });
  app.action('phase.open', async ({ ack, body, respond }) => {
    await ack();
    const picked = 'state' in body ? JSON.stringify(body.state) : '';
    await respond({ text: `picked ${picked}`, replace_original: false });
  });
  app.view('item.skip.submit', async ({ ack, view, body, client }) => {
    const reason = view.state.values['reason']?.['text']?.value ?? '';
    if (reason.length < 5) {
      await ack({ response_action: 'errors', errors: { reason: 'Say a little more.' } });
      return;
    }
    await ack();
    await client.chat.postMessage({
      channel: 'C0DEPLOYS',
      text: `skipped by <@${body.user.id}>: ${reason} ${view.private_metadata}`,
    });
  });
};

describe.each([
  { transport: 'Socket Mode', connect: connectSocketMode },
  { transport: 'signed HTTP', connect: connectHttp },
])('a Bolt app over $transport', ({ connect }) => {
  it('gets a command, posts a card and updates it when a person clicks', async () => {
    connected = await connect(cardBot);
    const { sandbox } = connected;
    const ana = sandbox.as('ana');

    const delivery = await ana.command('/deploy start production');
    await expect.poll(() => sandbox.messages('deploys')).toHaveLength(1);
    const click = await ana.clickLabel('deploys', 'Confirm', 'Quota');

    expect(delivery).toMatchObject({ ok: true });
    expect(click.ok).toBe(true);
    await expect
      .poll(() => sandbox.messages('deploys')[0])
      .toMatchObject({ text: 'confirmed quota by <@U0ANA>', blocks: [], edited: true, revision: 2 });
  });

  it('shows field errors of a modal and closes it when the app is content', async () => {
    connected = await connect(cardBot);
    const { sandbox } = connected;
    const ben = sandbox.as('ben');
    await ben.command('/deploy start production');
    await expect.poll(() => sandbox.messages('deploys')).toHaveLength(1);

    await ben.click({ actionId: 'item.skip' });
    await expect.poll(() => ben.view()?.title).toBe('Skip item');
    const empty = await ben.submit({});
    const short = await ben.submit({ Reason: 'no' });
    const errorsShown = ben.view()?.errors;
    const good = await ben.submit({ reason: 'no access to it' });

    expect(empty).toMatchObject({ ok: false, errors: { reason: 'Please complete this required field.' } });
    expect(short).toMatchObject({ ok: false, errors: { reason: 'Say a little more.' } });
    expect(errorsShown).toEqual({ reason: 'Say a little more.' });
    expect(good.ok).toBe(true);
    expect(ben.view()).toBeUndefined();
    await expect
      .poll(() => sandbox.messages('deploys').at(-1)?.text)
      .toBe('skipped by <@U0BEN>: no access to it {"item":"dns"}');
    expect(sandbox.deliveries().filter(({ kind }) => kind === 'view_submission')).toHaveLength(2);
  });

  it('answers by response_url so that only the person sees it', async () => {
    connected = await connect(cardBot);
    const { sandbox } = connected;

    await sandbox.as('eva').command('/deploy help');

    await expect.poll(() => sandbox.ephemerals('deploys', 'eva')).toHaveLength(1);
    expect(sandbox.ephemerals('deploys', 'eva')[0]).toMatchObject({ text: 'Try start.' });
    expect(sandbox.ephemerals('deploys', 'ana')).toEqual([]);
    expect(sandbox.messages('deploys')).toEqual([]);
  });

  it('sends the state of a select and its pick', async () => {
    connected = await connect(cardBot);
    const { sandbox } = connected;
    const ana = sandbox.as('ana');
    await ana.command('/deploy start production');
    await expect.poll(() => sandbox.messages('deploys')).toHaveLength(1);

    await ana.choose({ actionId: 'phase.open' }, 'net');

    await expect.poll(() => sandbox.ephemerals('deploys', 'ana')).toHaveLength(1);
    expect(sandbox.ephemerals('deploys', 'ana')[0]?.text).toContain('"value":"net"');
  });

  it('fails visibly for the person after three seconds without an ack', async () => {
    connected = await connect((app) => {
      app.command('/deploy', async () => {
        await new Promise((resolve) => setTimeout(resolve, 3500));
      });
    });
    const { sandbox } = connected;

    const delivery = await sandbox.as('ana').command('/deploy start');

    expect(delivery.ok).toBe(false);
    expect(delivery.ackMs).toBeGreaterThanOrEqual(2900);
    expect(sandbox.ephemerals('deploys', 'ana')[0]?.text).toMatch(/^\/deploy failed with the error/);
    expect(sandbox.deliveries()[0]).toMatchObject({ kind: 'command', ok: false });
  });

  it('gets the same payload again on redelivery', async () => {
    const seen: string[] = [];
    connected = await connect((app) => {
      app.command('/deploy', async ({ ack, command }) => {
        seen.push(command.trigger_id);
        await ack();
      });
    });
    const { sandbox } = connected;
    const first = await sandbox.as('ana').command('/deploy start');

    await sandbox.redeliver();

    expect(seen).toHaveLength(2);
    expect(new Set(seen).size).toBe(1);
    expect(sandbox.deliveries().map(({ envelopeId }) => envelopeId)).toEqual([
      first.envelopeId,
      first.envelopeId,
    ]);
  });

  it('hears of App Home and of messages that mention it', async () => {
    const heard: string[] = [];
    connected = await connect((app) => {
      app.event('app_home_opened', async ({ event, client }) => {
        await client.views.publish({
          user_id: event.user,
          view: { type: 'home', blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'Mine' } }] },
        });
      });
      app.event('app_mention', ({ event }) => {
        heard.push(event.text);
        return Promise.resolve();
      });
    });
    const { sandbox } = connected;
    const omar = sandbox.as('omar');

    await omar.openHome();
    await omar.say('hello @tminus & <all>', 'deploys');

    await expect.poll(() => omar.home()?.visibleText).toBe('Mine');
    await expect.poll(() => heard).toEqual(['hello <@U0TMINUS> &amp; &lt;all&gt;']);
  });
});
