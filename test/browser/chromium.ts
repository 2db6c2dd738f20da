import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

/** Path of the browser; CHROMIUM says otherwise. */
const PATH = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** As root it has no sandbox; nothing in it may look anything up outside. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-quic',
  '--no-first-run',
];

export const launchChromium = (): Promise<Browser> => chromium.launch({ executablePath: PATH, args: ARGS });

/**
 * Whether tests in the browser are skipped, said aloud so that a skipped one does not look like a passed one. Where CI
 * is set a missing browser is a failure: they run, and cannot launch it.
 */
export const isSkippedWithout = (what: string): boolean => {
  const isSkipped = !existsSync(PATH) && process.env['CI'] === undefined;
  if (isSkipped) {
    // eslint-disable-next-line no-console -- there is no other place to say it
    console.warn(`\n\n*** SKIPPED: ${what} was NOT tested, there is no ${PATH} ***\n\n`);
  }
  return isSkipped;
};
