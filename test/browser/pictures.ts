import { mkdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Locator, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { startDemo } from './demo.ts';
import type { Workspace } from './workspace.ts';
import { onPage } from './workspace.ts';

// `npm run pictures`: takes the pictures of the documentation from a demo that really runs.

const FOLDER = fileURLToPath(new URL('../../docs/pictures/', import.meta.url));

/** They are loaded with the README: larger ones are refused. */
const keep = async (
  { name, maxBytes }: { readonly name: string; readonly maxBytes: number },
  shown: Page | Locator,
): Promise<void> => {
  const path = `${FOLDER}${name}`;
  await shown.screenshot({ path, animations: 'disabled' });
  const { size } = await stat(path);
  if (size > maxBytes) throw new Error(`${name} has ${size} bytes, at most ${maxBytes} are allowed`);
};

/** A window of the workspace, without what only follows the mouse. */
const open = async (browser: Browser, url: string, look: Look): Promise<Workspace> => {
  const page = await browser.newPage(look);
  page.setDefaultTimeout(30_000);
  await page.goto(url);
  await page.getByRole('textbox', { name: 'Message #deploys' }).waitFor();
  await page.addStyleTag({ content: '.message .toolbar { display: none }' });
  return onPage(page);
};

type Look = { readonly viewport: { width: number; height: number }; readonly deviceScaleFactor: number };

/** A waiting Go with something of everything: confirmed, measured by a person, skipped as a debt, approved, still open. */
const toAwaitingGo = async ({ type, be, press, dialog, submit, cardSays }: Workspace): Promise<void> => {
  await type('/deploy start production 1.1.0');
  await cardSays('2 more done');
  await press('Skip…: Everyone on duty has read the way back');
  const skip = await dialog('Skip item');
  await skip.getByLabel('Reason').fill('omar comes on duty at noon and reads it then');
  await submit(skip, 'Skip');
  await be('ben');
  await press('Confirm: Peak load was measured');
  const evidence = await dialog('Confirm item');
  await evidence.getByLabel('Number in ms').fill('180');
  await submit(evidence, 'Confirm');
  await be('eva');
  await press('Confirm: The release is approved for the business');
  await cardSays('Awaiting Go');
  await be('ben');
  await cardSays('Go or no-go');
};

/** The new version is out, and then something breaks. */
const toAlert = async (workspace: Workspace): Promise<void> => {
  const { press, dialog, submit, cardSays, panel, alertAbout } = workspace;
  await press('Go');
  await press('Go', await dialog('Give Go?'));
  await press('Deploy 1.1.0', panel);
  await press('Confirm: The new version is started');
  await press('Confirm: The old instance is gone');
  await cardSays('All steps are done.');
  await press('Deployed…');
  await submit(await dialog('Deployed'), 'Deployed');
  await press('Run check: A task can be created');
  await cardSays('Watching');
  await press('Break: API down', panel);
  await alertAbout('expected 200, got 503')
    .getByRole('button', { name: 'Roll back…' })
    .waitFor({ timeout: 90_000 });
};

const takePictures = async (browser: Browser, url: string): Promise<void> => {
  const workspace = await open(browser, url, {
    viewport: { width: 1096, height: 1240 },
    deviceScaleFactor: 2,
  });
  await toAwaitingGo(workspace);
  await workspace.page.mouse.move(0, 0);
  await keep({ name: 'card.png', maxBytes: 300_000 }, workspace.card);
  await toAlert(workspace);
  const whole = await open(browser, `${url}#person=ben`, {
    viewport: { width: 1180, height: 1400 },
    deviceScaleFactor: 1.5,
  });
  await whole.alertAbout('expected 200, got 503').waitFor();
  await keep({ name: 'demo.png', maxBytes: 500_000 }, whole.page);
};

const main = async (): Promise<void> => {
  await mkdir(FOLDER, { recursive: true });
  const demo = await startDemo();
  try {
    const browser = await launchChromium();
    try {
      await takePictures(browser, demo.url);
    } finally {
      await browser.close();
    }
  } finally {
    await demo.stop();
  }
};

await main();
