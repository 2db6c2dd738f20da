import type { App, BlockAction } from '@slack/bolt';

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const button = (action_id: string, text: string, extra: object = {}) => ({
  type: 'button' as const,
  action_id,
  text: plain(text),
  ...extra,
});

const card = (state: string) => [
  { type: 'header', text: plain('todo 1.1.0 → production') },
  {
    type: 'section',
    block_id: 'dns',
    text: { type: 'mrkdwn', text: `☐ *DNS* points here · <@U0ANA> · ${state}` },
    accessory: button('confirm', 'Confirm'),
  },
  {
    type: 'actions',
    block_id: 'gate',
    elements: [
      button('go', 'Go', {
        style: 'primary',
        confirm: {
          title: plain('Go for production?'),
          text: plain('It will be deployed.'),
          confirm: plain('Go!'),
        },
      }),
      button('skip', 'Skip…'),
      button('slow', 'Slow'),
      { type: 'overflow', action_id: 'more', options: [{ text: plain('Abort…'), value: 'abort' }] },
      {
        type: 'static_select',
        action_id: 'phase',
        placeholder: plain('Open phase'),
        options: [{ text: plain('Database'), value: 'db' }],
      },
    ],
  },
];

const skipModal = {
  type: 'modal',
  callback_id: 'skip.submit',
  title: plain('Skip item'),
  submit: plain('Skip'),
  blocks: [
    {
      type: 'input',
      block_id: 'reason',
      label: plain('Reason'),
      element: { type: 'plain_text_input', action_id: 'text', multiline: true },
    },
    {
      type: 'input',
      block_id: 'until',
      optional: true,
      label: plain('Until'),
      element: { type: 'datepicker', action_id: 'date' },
    },
  ],
};

/** What was picked from menus since the test began, `action value`. */
export const picked: string[] = [];

/** A small bot with everything a person can press. */
export const bot = (app: App): void => {
  app.command('/deploy', async ({ ack, command, client }) => {
    await ack();
    const { channel_id: channel } = command;
    if (command.text === 'help') {
      await client.chat.postEphemeral({ channel, user: command.user_id, text: 'Try *start*, <@U0ANA>' });
      return;
    }
    const posted = await client.apiCall('chat.postMessage', { channel, text: 'card', blocks: card('open') });
    const ts = String(new Map(Object.entries(posted)).get('ts'));
    await client.pins.add({ channel, timestamp: ts });
    await client.chat.postMessage({ channel, thread_ts: ts, text: 'Details in the thread' });
  });
  app.action('confirm', async ({ ack, body, client }) => {
    await ack();
    if (body.type !== 'block_actions') return;
    await client.apiCall('chat.update', {
      channel: body.channel?.id,
      ts: body.message?.ts,
      blocks: card(`confirmed by <@${body.user.id}>`),
    });
  });
  app.action<BlockAction>('go', async ({ ack, say }) => {
    await ack();
    await say(':rocket: Go');
  });
  app.action('skip', async ({ ack, body, client }) => {
    await ack();
    await client.apiCall('views.open', {
      trigger_id: 'trigger_id' in body ? body.trigger_id : '',
      view: skipModal,
    });
  });
  app.action('slow', async () => Promise.resolve());
  app.action(/^(more|phase)$/, async ({ ack, action }) => {
    if ('selected_option' in action)
      picked.push(`${action.action_id} ${action.selected_option?.value ?? ''}`);
    await ack();
  });
  app.view('skip.submit', async ({ ack, view, client }) => {
    const { values } = view.state;
    const reason = values['reason']?.['text']?.value ?? '';
    if (reason.length < 5) {
      await ack({ response_action: 'errors', errors: { reason: 'Say a little more.' } });
      return;
    }
    await ack();
    const until = values['until']?.['date']?.selected_date ?? 'never';
    await client.chat.postMessage({ channel: 'C0DEPLOYS', text: `skipped until ${until}: ${reason}` });
  });
  app.event('app_home_opened', async ({ event, client }) => {
    const blocks = [
      { type: 'section' as const, text: { type: 'mrkdwn' as const, text: `Home of <@${event.user}>` } },
    ];
    await client.views.publish({ user_id: event.user, view: { type: 'home', blocks } });
  });
};
