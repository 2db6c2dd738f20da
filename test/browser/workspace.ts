import type { Locator, Page } from 'playwright-core';

/** What a person sees of the workspace and can press, by the words they would use. Every wait is for a condition. */
export type Workspace = {
  readonly page: Page;
  /** Messages of the channel. */
  readonly channel: Locator;
  readonly thread: Locator;
  /** The newest message with a header. */
  readonly card: Locator;
  /** Types a line into the channel and sends it. */
  readonly type: (line: string) => Promise<void>;
  /** Goes on as another person. */
  readonly be: (person: string) => Promise<void>;
  /** Waits until the card says this. */
  readonly cardSays: (text: string | RegExp) => Promise<void>;
  /** Presses a button by its name, of the card unless told otherwise; rows are told apart as `Confirm: <title>`. */
  readonly press: (name: string, within?: Locator) => Promise<void>;
  /** Waits for the dialog with this title. */
  readonly dialog: (title: string) => Promise<Locator>;
  /** Presses the dialog's button and waits until it has closed. */
  readonly submit: (dialog: Locator, button: string) => Promise<void>;
  /** Picks from the card's phases by the beginning of the label; resolves with the dialog. */
  readonly openPhase: (title: string) => Promise<Locator>;
  /** The panel of what is deployed, beside the channel. */
  readonly panel: Locator;
  readonly openThread: () => Promise<void>;
  /** The message of the alert about this, also once it is over. */
  readonly alertAbout: (text: string) => Locator;
};

export const onPage = (page: Page): Workspace => {
  const channel = page.getByRole('log', { name: 'Messages', exact: true });
  const card = channel
    .getByRole('article')
    .filter({ has: page.locator('.header') })
    .last();
  const press: Workspace['press'] = (name, within = card) =>
    within.getByRole('button', { name, exact: true }).last().click();
  const dialog: Workspace['dialog'] = async (title) => {
    const found = page.getByRole('dialog', { name: title, exact: true });
    await found.waitFor();
    return found;
  };
  return {
    page,
    channel,
    card,
    press,
    dialog,
    thread: page.getByRole('complementary', { name: 'Thread' }),
    panel: page.getByRole('region', { name: 'Todo API' }),
    type: async (line) => {
      const box = page.getByRole('textbox', { name: 'Message #deploys' });
      await box.fill(line);
      await box.press('Enter');
    },
    be: async (person) => {
      const button = page.locator(`[data-person="${person}"]`);
      await button.click();
      await page.locator(`[data-person="${person}"][aria-pressed="true"]`).waitFor();
    },
    cardSays: (text) => card.getByText(text).first().waitFor(),
    submit: async (opened, button) => {
      await press(button, opened);
      await opened.waitFor({ state: 'hidden' });
    },
    openPhase: async (title) => {
      const select = card.locator('select[data-action-id="phase.open"]');
      const label = await select.locator('option').filter({ hasText: title }).innerText();
      await select.selectOption({ label });
      return dialog(title);
    },
    alertAbout: (text) =>
      channel.getByRole('article').filter({ has: page.locator('[data-block-id="alert"]'), hasText: text }),
    openThread: async () => {
      await card.getByRole('button', { name: /repl(y|ies)$/ }).click();
      await page.getByRole('complementary', { name: 'Thread' }).waitFor();
    },
  };
};
