import { appendFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readConfig } from '../../src/config.ts';
import type { Log } from '../../src/lib/log.ts';
import { startTminus } from '../../src/main.ts';
import type { Tminus } from '../../src/main.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox, SandboxMessage, SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { testDatabase } from './postgres.ts';

export const BOT_TOKEN = 'xoxb-test';
export const APP_TOKEN = 'xapp-test';
export const SIGNING_SECRET = 'test-signing-secret';

/** A checklist folder made of these files, e.g. `{'tiny.yaml': '…', 'environments/production.yaml': '…'}`. */
export const checklistFolder = async (files: Readonly<Record<string, string>>): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'tminus-checklists-'));
  for (const [name, text] of Object.entries(files)) {
    const path = join(dir, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  return dir;
};

/** Keeps what was logged, so that a test can see it and a failing one can print it. */
export const recordingLog = (): Log & {
  readonly lines: { level: string; event: string; fields: object }[];
} => {
  const lines: { level: string; event: string; fields: object }[] = [];
  const say = (level: string) => (fields: object, event: string) => {
    lines.push({ level, event, fields });
    if (process.env['TEST_LOG'] !== undefined)
      appendFileSync(process.env['TEST_LOG'], `${level} ${event} ${JSON.stringify(fields, errors)}\n`);
  };
  return { lines, error: say('error'), warn: say('warn'), info: say('info'), debug: say('debug') };
};

const errors = (_key: string, value: unknown): unknown =>
  value instanceof Error ? { message: value.message, cause: value.cause, stack: value.stack } : value;

export type TestApp = {
  readonly sandbox: Sandbox;
  readonly tminus: Tminus;
  readonly log: ReturnType<typeof recordingLog>;
  readonly databaseUrl: string;
  /** The checklist folder, read at every start. */
  readonly folder: string;
  /** Stops the bot and starts it again on the same database and sandbox; `meanwhile` happens while it is away. */
  readonly restart: (meanwhile?: () => void) => Promise<void>;
  readonly close: () => Promise<void>;
};

export type AppOptions = {
  readonly files: Readonly<Record<string, string>>;
  readonly transport?: 'socket' | 'http';
  readonly redisUrl?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Further variables of the configuration. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly sandbox?: Partial<SandboxOptions>;
  readonly now?: () => Date;
};

/** The whole product on a real database and queue, against the local workspace. */
export const startApp = async (options: AppOptions): Promise<TestApp> => {
  const database = await testDatabase();
  const dir = await checklistFolder(options.files);
  const isHttp = options.transport === 'http';
  const sandbox = await startSandbox({
    botToken: BOT_TOKEN,
    appToken: APP_TOKEN,
    signingSecret: SIGNING_SECRET,
    ...options.sandbox,
  });
  const log = recordingLog();
  const env = options.env ?? {};
  const config = readConfig({
    SLACK_BOT_TOKEN: BOT_TOKEN,
    ...(isHttp ? { SLACK_SIGNING_SECRET: SIGNING_SECRET } : { SLACK_APP_TOKEN: APP_TOKEN }),
    SLACK_API_URL: sandbox.apiUrl,
    DATABASE_URL: database.url,
    CHECKLISTS_DIR: dir,
    PORT: '0',
    ...options.settings,
    ...(options.redisUrl === undefined ? {} : { REDIS_URL: options.redisUrl }),
  });
  const start = async (): Promise<Tminus> => {
    const started = await startTminus({
      config,
      env: (name) => env[name],
      log,
      ...(options.now === undefined ? {} : { now: options.now }),
    });
    if (isHttp) sandbox.setRequestUrl(`${started.url.replace(/\/$/, '')}/slack/events`);
    return started;
  };
  let tminus = await start();
  return {
    sandbox,
    get tminus() {
      return tminus;
    },
    log,
    databaseUrl: database.url,
    folder: dir,
    restart: async (meanwhile) => {
      await tminus.stop();
      meanwhile?.();
      tminus = await start();
    },
    close: async () => {
      await tminus.stop();
      await sandbox.close();
      await database.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
};

/** Waits until a question has an answer; says what it waited for when it never has. */
export const eventually = async <T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = 10_000,
): Promise<T> => {
  const end = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > end) throw new Error(`Waited ${withinMs} ms in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** The card of the newest deployment in a channel, once its text contains every one of these. */
export const cardWith = (sandbox: Sandbox, ...texts: readonly string[]): Promise<SandboxMessage> =>
  eventually(`a card with ${texts.join(', ')}`, () => {
    const card = sandbox
      .messages('#deploys')
      .findLast(({ threadTs, metadata }) => threadTs === undefined && metadata !== undefined);
    return card !== undefined && texts.every((text) => card.visibleText.includes(text)) ? card : undefined;
  });
