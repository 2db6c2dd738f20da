import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readConfig } from '../config.ts';
import { DEMO_PEOPLE } from '../demo/checklists/environments.ts';
import { writeDemoChecklists } from '../demo/checklists/write-demo-checklists.ts';
import { demoPanel } from '../demo/panel.ts';
import { startDemoTarget } from '../demo/target.ts';
import type { Log } from '../lib/log.ts';
import { createLog } from '../log.ts';
import { startTminus } from '../main.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import { startEmbeddedPostgres } from '../services/embedded-postgres.ts';
import type { Command } from './command.ts';
import { UsageError } from './command.ts';
import { makeDemoFolder, sweepDeadDemos } from './demo-folder.ts';
import { portIn } from './port.ts';
import { runService } from './service.ts';
import { startUndoably } from './undo.ts';
import type { Undo } from './undo.ts';

/** A demo that runs. */
type Demo = {
  /** The page of the local Slack workspace. */
  readonly url: string;
  readonly stop: () => Promise<void>;
};

const newToken = (prefix: string): string => `${prefix}-${randomBytes(24).toString('hex')}`;

type Parts = { readonly port: number; readonly now: () => Date; readonly log: Log };

/** Starts a database, the application that is deployed, a Slack workspace and the bot, all new and all on 127.0.0.1. */
const startParts = async ({ port, now, log }: Parts, undo: Undo): Promise<string> => {
  await sweepDeadDemos();
  const dataDir = await makeDemoFolder();
  undo.add(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }));
  const postgres = await startEmbeddedPostgres({ dataDir, log, durable: false });
  undo.add(async () => {
    await postgres.stop();
    // Root had to move it when the folder for temporary files is closed to others.
    if (!postgres.home.startsWith(dataDir)) await rm(postgres.home, { recursive: true, force: true });
  });
  const target = await startDemoTarget({ adminUrl: postgres.url, log, now });
  undo.add(target.close);
  const checklists = join(dataDir, 'checklists');
  await writeDemoChecklists({ dir: checklists, target, people: DEMO_PEOPLE, now: now() });

  const [botToken, appToken] = [newToken('xoxb'), newToken('xapp')];
  const sandbox = await startSandbox({ botToken, appToken, port, now, panel: demoPanel(target) });
  undo.add(() => sandbox.close());
  const config = readConfig({
    SLACK_BOT_TOKEN: botToken,
    SLACK_APP_TOKEN: appToken,
    SLACK_API_URL: sandbox.apiUrl,
    DATABASE_URL: postgres.url,
    CHECKLISTS_DIR: checklists,
    PORT: '0',
  });
  const tminus = await startTminus({ config, env: (name) => target.env[name], log, now });
  undo.add(tminus.stop);
  return sandbox.url;
};

const startDemo = async (parts: Parts): Promise<Demo> => {
  const { started, stop } = await startUndoably((undo) => startParts(parts, undo));
  return { url: started, stop };
};

const welcome = (url: string): string => `
  ${url}

  A Slack workspace on this machine, with tminus in it and a small application to deploy. Open it and type
      /deploy start production 1.1.0
  Switch people on the left: whoever starts needs a second person for Go.
  Ctrl-C ends it and leaves nothing behind.
`;

export const demo: Command = {
  name: 'demo',
  usage: '[--port <port>]',
  summary: 'A Slack workspace, a bot and an application to deploy, on this machine alone',
  details:
    'Needs no account, no database and no configuration. Everything it makes lives in a temporary folder and ends with it;\n' +
    'several demos may run at once. LOG_LEVEL (default error) says how much it logs.',
  options: { port: 'Port of the page; default: any free one' },
  run: async ({ options }, { env, now, print }) => {
    const port = portIn(options);
    if (process.platform === 'win32')
      throw new UsageError('The demo brings a Postgres that does not run on Windows.');
    const { logLevel } = readConfig({ LOG_LEVEL: env['LOG_LEVEL'] ?? 'error' }, { roles: new Set() });
    const log = createLog(logLevel, []);
    return runService({
      start: async () => {
        const { url, stop } = await startDemo({ port, now, log });
        print(welcome(url));
        return { stop };
      },
      log,
      signals: ['SIGTERM', 'SIGINT', 'SIGHUP'],
    });
  },
};
