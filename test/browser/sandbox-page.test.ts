import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectSocketMode } from '../integration/sandbox-app.ts';
import type { App, BlockAction } from '@slack/bolt';
import type { Browser, Page } from 'playwright-core';
import type { Connected } from '../integration/sandbox-app.ts';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-quic',
  '--no-first-run',
];

/** On a machine of our own CI a missing browser is a failure, not a reason to skip. */
const isMissing = !existsSync(CHROMIUM) && process.env['CI'] === undefined;
if (isMissing) {
  // eslint-disable-next-line no-console -- a skipped browser test must not look like a passed one
  console.warn(`\n\n*** SKIPPED: the page of the sandbox was NOT tested, there is no ${CHROMIUM} ***\n\n`);
}

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

const picked: string[] = [];

/** A small bot with everything a person can press. */
const bot = (app: App): void => {
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

describe.skipIf(isMissing)('the page of the sandbox', () => {
  let browser: Browser;
  let connected: Connected;
  let page: Page;
  const problems: string[] = [];
  const runs: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    problems.length = 0;
    picked.length = 0;
    runs.length = 0;
    connected = await connectSocketMode(bot, {
      panel: {
        title: 'Demo target',
        state: () =>
          Promise.resolve({
            text: `Runs: ${runs.length}`,
            actions: [{ id: 'break', label: 'Break it', danger: true }],
          }),
        run: (id) => {
          runs.push(id);
          return Promise.resolve();
        },
      },
    });
    page = await browser.newPage();
    page.setDefaultTimeout(8000);
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(connected.sandbox.url);
  });
  afterEach(async () => {
    await page.close();
    await connected.stop();
    expect(problems).toEqual([]);
  });

  const type = async (line: string): Promise<void> => {
    const box = page.getByRole('textbox', { name: 'Message #deploys' });
    await box.fill(line);
    await box.press('Enter');
  };
  const startCard = async (): Promise<void> => {
    await type('/deploy start production');
    await page.locator('#messages [data-ts] .header').waitFor();
  };
  const text = (selector: string) => page.locator(selector).innerText();

  it('completes a command, sends it with Enter and draws the card, pinned', async () => {
    const box = page.getByRole('textbox', { name: 'Message #deploys' });
    await box.pressSequentially('/dep');
    await page.getByRole('option', { name: /\/deploy/ }).waitFor();
    await box.press('Tab');
    await box.pressSequentially('start production');
    await box.press('Enter');
    await page.locator('.is-pinned').waitFor();

    expect(await box.inputValue()).toBe('');
    expect(await text('.message .header')).toBe('todo 1.1.0 → production');
    expect(await text('[data-block-id="dns"] .section-text')).toBe('☐ DNS points here · @ana · open');
    expect(await page.locator('[data-block-id="dns"] b').innerText()).toBe('DNS');
  });

  it('shows an ephemeral answer to the person it is for and to nobody else', async () => {
    await type('/deploy help');
    await page.getByText('Only visible to you').waitFor();
    await page.getByRole('button', { name: /Ben Baker/ }).click();
    await page.getByText('Only visible to you').waitFor({ state: 'detached' });

    expect(connected.sandbox.ephemerals('deploys', 'ana')).toHaveLength(1);
  });

  it('redraws a message when a button changed it, and keeps the keyboard focus on the button', async () => {
    await startCard();
    const confirm = page.locator('[data-action-id="confirm"]');
    await confirm.focus();
    await page.keyboard.press('Enter');
    await page.getByText('confirmed by').waitFor();

    await expect.poll(() => page.evaluate('document.activeElement?.dataset.actionId')).toBe('confirm');
    expect(connected.sandbox.messages('deploys')[0]?.revision).toBe(2);
  });

  it('asks before a button with a confirmation and does nothing on Escape', async () => {
    await startCard();
    const dialog = page.getByRole('dialog', { name: 'Go for production?' });
    await page.locator('[data-action-id="go"]').click();
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    const before = connected.sandbox.deliveries().filter(({ name }) => name === 'go').length;
    await page.locator('[data-action-id="go"]').click();
    await dialog.getByRole('button', { name: 'Go!' }).click();
    await page.getByText('Go', { exact: true }).last().waitFor();

    await expect.poll(() => connected.sandbox.messages('deploys').at(-1)?.text).toBe(':rocket: Go');
    expect(before).toBe(0);
  });

  it('fills a modal, shows field errors, keeps what was typed and closes at last', async () => {
    await startCard();
    await page.locator('[data-action-id="skip"]').click();
    const dialog = page.getByRole('dialog', { name: 'Skip item' });
    await dialog.waitFor();
    await dialog.getByRole('button', { name: 'Skip', exact: true }).click();
    await dialog.getByText('Please complete this required field.').waitFor();
    await dialog.getByLabel('Reason').fill('no');
    await dialog.getByLabel('Until').fill('2026-12-24');
    await dialog.getByRole('button', { name: 'Skip', exact: true }).click();
    await dialog.getByText('Say a little more.').waitFor();
    const kept = await dialog.getByLabel('Reason').inputValue();
    await dialog.getByLabel('Reason').fill('no access to it');
    await dialog.getByRole('button', { name: 'Skip', exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });

    expect(kept).toBe('no');
    await page.getByText('skipped until 2026-12-24: no access to it').waitFor();
  });

  it('closes a modal with Escape', async () => {
    await startCard();
    await page.locator('[data-action-id="skip"]').click();
    await page.getByRole('dialog', { name: 'Skip item' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Skip item' }).waitFor({ state: 'hidden' });

    expect(connected.sandbox.as('ana').views()).toEqual([]);
  });

  it('picks from an overflow menu and a select', async () => {
    await startCard();
    await page.getByLabel('More actions').click();
    await page.getByRole('menuitem', { name: 'Abort…' }).click();
    await expect.poll(() => picked).toEqual(['more abort']);
    await page.locator('select[data-action-id="phase"]').selectOption('db');

    await expect.poll(() => picked).toEqual(['more abort', 'phase db']);
  });

  it('turns a button into a spinner and warns when the app never answered', async () => {
    await startCard();
    await page.locator('[data-action-id="slow"]').click();
    await page.locator('[data-action-id="slow"][aria-busy="true"]').waitFor();

    await page.getByRole('img', { name: /did not answer within 3 seconds/ }).waitFor();
    expect(await page.locator('[data-action-id="slow"][aria-busy]').count()).toBe(0);
  });

  it('opens the thread beside the channel and replies in it', async () => {
    await startCard();
    await page.getByRole('button', { name: '1 reply' }).click();
    const thread = page.getByRole('complementary', { name: 'Thread' });
    await thread.getByText('Details in the thread').waitFor();
    await thread.getByRole('textbox').fill('thanks');
    await thread.getByRole('textbox').press('Enter');
    await thread.getByText('thanks').waitFor();

    await page.getByRole('button', { name: '2 replies' }).waitFor();
  });

  it('shows App Home, published when it is opened', async () => {
    await page.locator('[data-app-home]').click();

    await page.getByText('Home of @ana').waitFor();
  });

  it('shows the side panel and runs its actions', async () => {
    const panel = page.getByRole('region', { name: 'Demo target' });
    await panel.getByRole('button', { name: 'Break it' }).click();

    await panel.getByText('Runs: 1').waitFor();
    expect(runs).toEqual(['break']);
  });

  it('hides private channels from a guest', async () => {
    await page.getByRole('button', { name: 'ops' }).waitFor();
    await page.getByRole('button', { name: /Guy Guest/ }).click();

    await page.getByRole('button', { name: 'ops' }).waitFor({ state: 'detached' });
  });
});
