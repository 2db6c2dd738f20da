import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectSocketMode } from '../integration/sandbox-app.ts';
import type { Browser, Page } from 'playwright-core';
import type { Connected } from '../integration/sandbox-app.ts';
import { isSkippedWithout, launchChromium } from './chromium.ts';
import { bot, picked } from './small-bot.ts';

const isSkipped = isSkippedWithout('the page of the sandbox');

const DISTANCE_TO_END =
  '(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight)(document.getElementById("messages"))';

describe.skipIf(isSkipped)('the page of the sandbox', () => {
  let browser: Browser;
  let connected: Connected;
  let page: Page;
  const problems: string[] = [];
  const runs: string[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
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

  it('keeps what is under a finger in place until it is let go, whatever is drawn meanwhile', async () => {
    await startCard();
    await page.getByRole('button', { name: 'Break it' }).hover();
    await page.mouse.down();
    // Somebody else starts another card, and the panel is read again, before the button is let go.
    await connected.sandbox.as('ben').command('/deploy start production');
    await page.waitForResponse((response) => response.url().includes('/state'));
    await page.waitForResponse((response) => response.url().includes('/panel'));
    await page.mouse.up();
    await expect.poll(() => runs).toEqual(['break']);
    await expect.poll(() => page.locator('#messages [data-ts] .header').count()).toBe(2);
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

  it('keeps the left bar behind a button on a phone, and closes it after a choice', async () => {
    await page.setViewportSize({ width: 400, height: 800 });
    const ben = page.getByRole('button', { name: /Ben Baker/ });
    const isShownAtFirst = await ben.isVisible();
    await page.getByRole('button', { name: 'Channels and people' }).click();
    await ben.click();
    await ben.waitFor({ state: 'hidden' });

    expect(isShownAtFirst).toBe(false);
    await expect.poll(() => page.evaluate('location.hash')).toContain('person=ben');
  });

  it('stays at the newest message when a thread takes half of the room', async () => {
    await page.setViewportSize({ width: 1000, height: 500 });
    await startCard();
    await type('A line that is long enough to need more room. '.repeat(20).trim());
    const newest = page.locator('#messages .message').last();
    await newest.getByText('A line that').waitFor();
    await newest.hover();
    await newest.getByRole('button', { name: 'Reply in thread' }).click();
    await page.getByRole('complementary', { name: 'Thread' }).waitFor();

    await expect.poll(() => page.evaluate(DISTANCE_TO_END)).toBeLessThan(2);
  });

  it('hides private channels from a guest', async () => {
    await page.getByRole('button', { name: 'ops' }).waitFor();
    await page.getByRole('button', { name: /Guy Guest/ }).click();

    await page.getByRole('button', { name: 'ops' }).waitFor({ state: 'detached' });
  });
});
