import { afterEach, describe, expect, it } from 'vitest';
import { connectHttp, connectSocketMode } from './sandbox-app.ts';
import type { App, BlockAction, SlackActionMiddlewareArgs } from '@slack/bolt';
import type { Connected } from './sandbox-app.ts';

let connected: Connected | undefined;
afterEach(async () => {
  await connected?.stop();
  connected = undefined;
});

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const modal = (title: string, extra: object = {}) => ({
  type: 'modal' as const,
  callback_id: title,
  title: plain(title),
  submit: plain('Next'),
  blocks: [
    {
      type: 'input' as const,
      block_id: 'name',
      label: plain('Name'),
      element: { type: 'plain_text_input' as const, action_id: 'text', max_length: 10 },
    },
  ],
  ...extra,
});
const button = (action_id: string, text: string, value?: string) => ({
  type: 'button' as const,
  action_id,
  text: plain(text),
  ...(value === undefined ? {} : { value }),
});
const row = (text: string, ...buttons: ReturnType<typeof button>[]) => [
  { type: 'section' as const, text: { type: 'mrkdwn' as const, text } },
  { type: 'actions' as const, elements: buttons },
];

const postOnCommand = (app: App, message: object): void => {
  app.command('/deploy', async ({ ack, client, command }) => {
    await ack();
    await client.apiCall('chat.postMessage', { channel: command.channel_id, ...message });
  });
};

/** A message with buttons on screen, for whom the person is. */
const withMessage = async (register: (app: App) => void, message: object) => {
  connected = await connectSocketMode((app) => {
    postOnCommand(app, message);
    register(app);
  });
  const { sandbox } = connected;
  const ana = sandbox.as('ana');
  await ana.command('/deploy');
  await expect.poll(() => sandbox.messages('deploys')).toHaveLength(1);
  return { sandbox, ana };
};

const ackOnly = (app: App): void => {
  app.action(/.*/, async ({ ack }) => ack());
};

describe('what a person can click', () => {
  const message = {
    text: 'card',
    blocks: [
      ...row('*Certificates* got 6', button('rerun', 'Re-run', 'certs')),
      ...row('*Quota* is enough', { ...button('rerun', 'Re-run', 'quota') }, button('more', 'Details')),
    ],
  };

  it('is found by label and the words directly above', async () => {
    const { sandbox, ana } = await withMessage(ackOnly, message);

    expect((await ana.clickLabel('deploys', 'Re-run', 'Quota')).ok).toBe(true);
    expect((await ana.clickLabel('deploys', 'Details')).ok).toBe(true);
    expect(sandbox.deliveries().map(({ name }) => name)).toEqual(['/deploy', 'rerun', 'more']);
  });

  it('is refused when the label stands there twice, is not drawn, or is for others', async () => {
    const { sandbox, ana } = await withMessage(ackOnly, message);

    await expect(ana.clickLabel('deploys', 'Re-run')).rejects.toThrow('stands there 2 times');
    await expect(ana.clickLabel('deploys', 'Roll back…')).rejects.toThrow('is not drawn for this person');
    await expect(ana.click({ actionId: 'rerun' })).rejects.toThrow('stands there 2 times');
    await expect(ana.click({ actionId: 'rerun', value: 'gone' })).rejects.toThrow('is not drawn');
    expect((await ana.click({ actionId: 'rerun', value: 'quota' })).ok).toBe(true);
    expect(sandbox.deliveries()).toHaveLength(2);
  });

  it('carries everything Slack sends with it', async () => {
    const bodies: BlockAction[] = [];
    const { sandbox, ana } = await withMessage((app) => {
      app.action('more', async ({ ack, body }: SlackActionMiddlewareArgs<BlockAction>) => {
        bodies.push(body);
        await ack();
      });
    }, message);
    await ana.clickLabel('deploys', 'Details');
    const [card] = sandbox.messages('deploys');

    expect(bodies[0]).toMatchObject({
      type: 'block_actions',
      user: { id: 'U0ANA', username: 'ana', name: 'ana', team_id: sandbox.teamId },
      team: { id: sandbox.teamId },
      container: { type: 'message', message_ts: card?.ts, channel_id: 'C0DEPLOYS', is_ephemeral: false },
      channel: { id: 'C0DEPLOYS', name: 'deploys' },
      message: { ts: card?.ts, user: sandbox.botUserId, text: 'card' },
      state: { values: {} },
      response_url: expect.stringContaining('/response/'),
      trigger_id: expect.any(String),
      actions: [{ type: 'button', action_id: 'more', block_id: card?.blocks[3]?.block_id }],
      is_enterprise_install: false,
    });
  });
});

describe('a response url', () => {
  it('replaces and deletes the message it came from, five times in all', async () => {
    const statuses: number[] = [];
    const { sandbox, ana } = await withMessage(
      (app) => {
        app.action('go', async ({ ack, body }) => {
          await ack();
          const url = 'response_url' in body ? body.response_url : '';
          for (let use = 0; use < 6; use += 1) {
            const response = await fetch(url, {
              method: 'POST',
              body: JSON.stringify(
                use < 4 ? { text: `v${use}`, replace_original: true } : { delete_original: true },
              ),
            });
            statuses.push(response.status);
          }
        });
      },
      { text: 'v', blocks: row('row', button('go', 'Go')) },
    );
    const ts = sandbox.messages('deploys')[0]?.ts ?? '';

    await ana.clickLabel('deploys', 'Go');

    await expect.poll(() => statuses).toEqual([200, 200, 200, 200, 200, 404]);
    expect(sandbox.messages('deploys')).toEqual([]);
    expect(sandbox.revisions('deploys', ts).map(({ text }) => text)).toEqual(['v', 'v0', 'v1', 'v2', 'v3']);
  });

  it('of a command can post to the channel', async () => {
    connected = await connectSocketMode((app) => {
      app.command('/deploy', async ({ ack, respond }) => {
        await ack();
        await respond({ text: 'for all', response_type: 'in_channel' });
      });
    });
    const { sandbox } = connected;
    await sandbox.as('ana').command('/deploy', 'general');

    await expect.poll(() => sandbox.messages('general').map(({ text }) => text)).toEqual(['for all']);
  });
});

describe('the answer in the ack of a command', () => {
  it('is shown, and refused by Slack when it breaks a rule', async () => {
    connected = await connectHttp((app) => {
      app.command('/deploy', async ({ ack, command }) => {
        if (command.text === 'bad') await ack({ blocks: [{ type: 'header', text: plain('x'.repeat(151)) }] });
        else await ack(`you said ${command.text}`);
      });
    });
    const { sandbox } = connected;
    const ana = sandbox.as('ana');

    expect(await ana.command('/deploy handover @ben')).toMatchObject({ ok: true });
    const bad = await ana.command('/deploy bad');

    expect(bad.ok).toBe(false);
    expect(bad.error).toContain('invalid_command_response');
    expect(sandbox.ephemerals('deploys', 'ana').map(({ text }) => text)).toEqual([
      'you said handover <@U0BEN|ben>',
      '/deploy failed with the error "invalid_command_response".',
    ]);
  });

  it('is not needed for a command the app does not have', async () => {
    connected = await connectSocketMode(() => undefined);
    const { sandbox } = connected;

    expect(await sandbox.as('ana').command('/depoly start')).toMatchObject({
      ok: false,
      error: 'invalid_command',
    });
    expect(sandbox.ephemerals('deploys', 'ana')[0]?.text).toBe('/depoly is not a valid command.');
    expect(sandbox.deliveries()).toEqual([]);
  });
});

describe('modals', () => {
  const openOn = (app: App, view: object): void => {
    app.action('open', async ({ ack, body, client }) => {
      await ack();
      await client.apiCall('views.open', { trigger_id: 'trigger_id' in body ? body.trigger_id : '', view });
    });
  };
  const card = { text: 'card', blocks: row('row', button('open', 'Open')) };

  it('stack up to three, go back one at a time and clear at once', async () => {
    const errors: unknown[] = [];
    const { ana } = await withMessage((app) => {
      openOn(app, modal('one', { blocks: row('deeper', button('push', 'Push')) }));
      app.action('push', async ({ ack, body, client }) => {
        await ack();
        const view = modal('more', { blocks: row('deeper', button('push', 'Push')) });
        const trigger = 'trigger_id' in body ? body.trigger_id : '';
        await client
          .apiCall('views.push', { trigger_id: trigger, view })
          .catch((error: unknown) => errors.push(error));
      });
      app.view('more', async ({ ack }) => ack({ response_action: 'clear' }));
    }, card);
    await ana.clickLabel('deploys', 'Open');
    await expect.poll(() => ana.views()).toHaveLength(1);
    await ana.clickInView('Push');
    await expect.poll(() => ana.views()).toHaveLength(2);
    await ana.clickInView('Push');
    await expect.poll(() => ana.views()).toHaveLength(3);
    await ana.clickInView('Push');
    await expect.poll(() => errors).toHaveLength(1);

    expect(errors[0]).toMatchObject({ data: { error: 'push_limit_reached' } });
    expect(ana.view()?.previousViewId).toBe(ana.views()[1]?.id);
    expect(ana.view()?.rootViewId).toBe(ana.views()[0]?.id);
    await ana.close();
    expect(ana.views()).toHaveLength(2);
    await ana.submit();
    expect(ana.views()).toHaveLength(0);
  });

  it('keep what was typed when updated, and refuse an overtaken hash', async () => {
    const outcome: unknown[] = [];
    const { ana } = await withMessage((app) => {
      openOn(app, modal('one', { blocks: [...modal('x').blocks, ...row('more', button('grow', 'Grow'))] }));
      app.action('grow', async ({ ack, body, client }) => {
        await ack();
        const view = 'view' in body ? body.view : undefined;
        const next = modal('two', { blocks: [...modal('x').blocks, { type: 'divider' }] });
        const args = { view_id: view?.id, hash: view?.hash, view: next };
        outcome.push(await client.apiCall('views.update', args));
        await client.apiCall('views.update', args).catch((error: unknown) => outcome.push(error));
      });
    }, card);
    await ana.clickLabel('deploys', 'Open');
    await expect.poll(() => ana.view()?.title).toBe('one');
    ana.fill({ Name: 'typed' });
    await ana.clickInView('Grow');
    await expect.poll(() => outcome).toHaveLength(2);

    expect(outcome[1]).toMatchObject({ data: { error: 'hash_conflict' } });
    expect(ana.view()).toMatchObject({
      title: 'two',
      values: { name: { text: { type: 'plain_text_input', value: 'typed' } } },
    });
  });

  it('are checked like forms of Slack before the app hears of them', async () => {
    const { sandbox, ana } = await withMessage((app) => openOn(app, modal('one')), card);
    await ana.clickLabel('deploys', 'Open');
    await expect.poll(() => ana.view()?.title).toBe('one');

    expect(await ana.submit({ name: 'x'.repeat(11) })).toMatchObject({
      ok: false,
      errors: { name: 'Please enter no more than 10 characters.' },
    });
    await expect(ana.submit({ nmae: 'x' })).rejects.toThrow('has no field "nmae"; there are: name ("Name")');
    expect(sandbox.deliveries().filter(({ kind }) => kind === 'view_submission')).toEqual([]);
  });

  it('tell the app that they were closed when it asked to know', async () => {
    const closed: unknown[] = [];
    const { ana } = await withMessage((app) => {
      openOn(app, modal('one', { notify_on_close: true }));
      app.view({ callback_id: 'one', type: 'view_closed' }, async ({ ack, view }) => {
        closed.push(view.callback_id);
        await ack();
      });
    }, card);
    await ana.clickLabel('deploys', 'Open');
    await expect.poll(() => ana.view()?.title).toBe('one');
    await ana.close();

    expect(closed).toEqual(['one']);
    expect(ana.view()).toBeUndefined();
  });

  it('cannot be opened with a trigger that was used or is too old', async () => {
    let nowMs = Date.now();
    const errors: unknown[] = [];
    const ids: string[] = [];
    connected = await connectSocketMode(
      (app) => {
        app.command('/deploy', async ({ ack, command, client }) => {
          await ack();
          ids.push(command.trigger_id);
          if (command.text === 'late') nowMs += 3001;
          const open = () => client.views.open({ trigger_id: command.trigger_id, view: modal('one') });
          await open().catch((error: unknown) => errors.push(error));
          await open().catch((error: unknown) => errors.push(error));
        });
      },
      { now: () => new Date(nowMs) },
    );
    await connected.sandbox.as('ana').command('/deploy now');
    await expect.poll(() => errors).toHaveLength(1);
    await connected.sandbox.as('ana').command('/deploy late');
    await expect.poll(() => errors).toHaveLength(3);

    expect(errors.map((error) => (error as { data: { error: string } }).data.error)).toEqual([
      'exchanged_trigger_id',
      'expired_trigger_id',
      'expired_trigger_id',
    ]);
  });
});
