import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { isSkippedWithout, launchChromium } from './chromium.ts';
import type { RunningDemo } from './demo.ts';
import { PATIENCE_MS, startDemo } from './demo.ts';
import type { Workspace } from './workspace.ts';
import { onPage } from './workspace.ts';

const isSkipped = isSkippedWithout('the main job in a browser');

/** A whole deployment, with a watch of half a minute. */
const JOURNEY_MS = 120_000;
/** A rung of the ladder, its second look, and a busy machine. */
const WATCH = { timeout: 80_000 };

/** Up to a waiting Go, with everything a person can do to a line before it. */
const prepare = async ({ type, be, press, dialog, submit, cardSays, openPhase, card }: Workspace) => {
  await type('/deploy start production 1.1.0');
  await cardSays('2 more done');
  const phase = await openPhase('People');
  await press('Confirm group…', phase);
  await submit(await dialog('Confirm group'), 'Confirm');
  await phase.waitFor();
  await press('Close', phase.locator('footer'));
  await cardSays(/The release was announced.*confirmed by @ana/);
  await press('Confirm: Peak load was measured');
  const evidence = await dialog('Confirm item');
  await evidence.getByLabel('Number in ms').fill('180');
  await submit(evidence, 'Confirm');
  await be('eva');
  await press('Confirm: The release is approved for the business');
  await cardSays('Awaiting Go');
  await card.getByRole('button', { name: 'Go', exact: true }).waitFor();
};

/** Go by a second person, the new version, the steps, Deployed, and the check that only runs by click. */
const deploy = async ({ be, press, dialog, submit, cardSays, panel }: Workspace) => {
  await be('ben');
  await press('Go');
  await press('Go', await dialog('Give Go?'));
  await cardSays('Deploying');
  await press('Deploy 1.1.0', panel);
  await panel.getByText('todo API 1.1.0').waitFor();
  await press('Confirm: The new version is started');
  await press('Confirm: The old instance is gone');
  await cardSays('All steps are done.');
  await press('Deployed…');
  await submit(await dialog('Deployed'), 'Deployed');
  await cardSays('Verifying');
  await press('Run check: A task can be created');
  await cardSays('Watching');
};

describe.skipIf(isSkipped)('the main job, by clicks on the page of the demo', () => {
  let browser: Browser;
  let demo: RunningDemo;
  let workspace: Workspace;
  const problems: string[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    problems.length = 0;
    demo = await startDemo();
    const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (line) => {
      if (line.type() === 'error') problems.push(line.text());
    });
    await page.goto(demo.url);
    await page.getByText('Nothing here yet. Type /deploy below to begin.').waitFor();
    workspace = onPage(page);
  });
  afterEach(async () => {
    const { page } = workspace;
    const pending = await page.locator('[aria-busy="true"]').count();
    const trouble = await demo.trouble();
    await page.close();
    const { code, complaints } = await demo.stop();

    expect({ problems, pending, trouble, code, complaints }).toEqual({
      problems: [],
      pending: 0,
      trouble: [],
      code: 0,
      complaints: '',
    });
  });

  it(
    'from a typed command over a second person to a watch that is signed off',
    async () => {
      const { page, type, be, press, dialog, submit, cardSays, card, channel } = workspace;
      expect(demo.startedAfterMs).toBeLessThan(PATIENCE_MS);

      await type('/deploy start production 1.1.0');
      await channel.getByText('13 checks run by themselves, 1 by click, 7 for people.').waitFor();
      await cardSays('2 more done');
      await press('Confirm: Everyone on duty has read the way back');
      await press('Undo: Everyone on duty has read the way back');
      await press('Confirm: Everyone on duty has read the way back');
      await cardSays(/Everyone on duty has read the way back.*confirmed by @ana/);

      await press('Confirm: Peak load was measured');
      const evidence = await dialog('Confirm item');
      await evidence.getByText('Expected: < 500.').waitFor();
      await evidence.getByLabel('Number in ms').fill('soon');
      await press('Confirm', evidence);
      await evidence.getByRole('alert').waitFor();
      await evidence.getByLabel('Number in ms').fill('180');
      await submit(evidence, 'Confirm');
      await cardSays(/Peak load was measured.*confirmed by @ana.*180 ms/);

      await press('Skip…: The release was announced');
      const skip = await dialog('Skip item');
      await skip.getByLabel('Reason').fill('nobody outside notices it');
      await submit(skip, 'Skip');
      await cardSays(/skipped by @ana: nobody outside notices it/);

      await press('Confirm: The release is approved for the business');
      await channel
        .getByText('The release is approved for the business needs a second person. Ask @eva.')
        .waitFor();
      await be('eva');
      await press('Confirm: The release is approved for the business');
      await cardSays('Awaiting Go');

      await be('ana');
      await press('Go');
      await press('Go', await dialog('Give Go?'));
      await channel.getByText('Go needs a second person. Ask @ben or @eva.').waitFor();
      expect(await card.innerText()).toContain('Awaiting Go');

      await deploy(workspace);
      await cardSays(/T\+ deployed/);

      await be('ana');
      await press('Sign off: release-manager');
      await submit(await dialog('Sign off'), 'Sign off');
      await cardSays('release-manager signed by @ana');
      await be('eva');
      await press('Sign off: product-owner');
      await submit(await dialog('Sign off'), 'Sign off');
      await cardSays('product-owner signed by @eva');
      await card.getByText(/\+10s ✓.*\+25s ✓/).waitFor(WATCH);

      await card.getByLabel('More actions').click();
      await page.getByRole('menuitem', { name: 'Report' }).click();
      await workspace.openThread();
      await workspace.thread.getByRole('link', { name: 'report-todo-1.md' }).waitFor();
      const said = await workspace.thread.innerText();
      for (const words of ['Go by @ben', 'Deployed by @ben', 'Every role has signed'])
        expect(said).toContain(words);
      expect(await card.innerText()).not.toContain('✖');
    },
    JOURNEY_MS,
  );

  it(
    'from an alert over its recovery to a rollback that is done',
    async () => {
      const { be, press, dialog, submit, cardSays, card, channel, panel, alertAbout } = workspace;
      await prepare(workspace);
      await deploy(workspace);

      await press('Break: API down', panel);
      const alert = alertAbout('expected 200, got 503');
      await alert.getByText('Replied to a thread').waitFor(WATCH);
      const posted = await alert.getAttribute('data-ts');
      expect(await alert.innerText()).toContain('@ben and @omar: please look.');
      await be('omar');
      await press('Details', alert);
      const details = await dialog('Details');
      await details.getByText('API is healthy and quick').waitFor();
      await press('Close', details.locator('footer'));
      await press('Acknowledge', alert);
      await alert.getByText('Acknowledged by @omar').waitFor();
      await press('Heal', panel);
      await alert.getByText(/It works again since .*, after \d+ s\./).waitFor(WATCH);
      expect(await alert.getAttribute('data-ts')).toBe(posted);

      await press('Break: wrong version', panel);
      const second = alertAbout('expected "1.1.0", got "1.0.0"');
      await second.getByRole('button', { name: 'Roll back…' }).waitFor(WATCH);
      await press('Roll back…', second);
      const rollBack = await dialog('Roll back');
      await rollBack.getByLabel('Reason').fill('the wrong version answers');
      await submit(rollBack, 'Roll back');
      await cardSays('Rolling back');
      await second.getByText(/Being rolled back since/).waitFor();
      await press('Back to 1.0.0', panel);
      await panel.getByText('todo API 1.0.0').waitFor();
      await press('Confirm: The version from before is started');
      await cardSays('Rolled back');
      await second.getByText(/Rolled back/).waitFor();
      expect(await second.getByRole('button', { name: 'Roll back…' }).count()).toBe(0);
      await channel
        .getByText('stays locked until somebody types /deploy unlock production <reason>.')
        .last()
        .waitFor();
      expect(await card.innerText()).toMatch(/To do next[^]*The cause is written down/);

      await workspace.openThread();
      await workspace.thread.getByRole('link', { name: 'report-todo-1.md' }).waitFor();
    },
    JOURNEY_MS,
  );
});
