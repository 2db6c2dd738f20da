import { App, LogLevel } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.ts';

export const BOT_TOKEN = 'xoxb-test';
export const APP_TOKEN = 'xapp-test';
export const SIGNING_SECRET = 'shhh';

export type Connected = { readonly sandbox: Sandbox; readonly app: App; readonly stop: () => Promise<void> };

export const quietLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

/** A workspace and a real Bolt app connected to it over Socket Mode; `register` gets the app before it starts. */
export const connectSocketMode = async (
  register: (app: App) => void,
  options: Partial<SandboxOptions> = {},
): Promise<Connected> => {
  const sandbox = await startSandbox({ botToken: BOT_TOKEN, appToken: APP_TOKEN, ...options });
  const app = new App({
    token: BOT_TOKEN,
    appToken: APP_TOKEN,
    socketMode: true,
    logger: quietLogger,
    clientOptions: { slackApiUrl: sandbox.apiUrl, retryConfig: { retries: 0 } },
  });
  register(app);
  await app.start();
  return {
    sandbox,
    app,
    stop: async () => {
      await app.stop();
      await sandbox.close();
    },
  };
};

/** The same over signed HTTP. */
export const connectHttp = async (
  register: (app: App) => void,
  options: Partial<SandboxOptions> = {},
): Promise<Connected> => {
  const sandbox = await startSandbox({ botToken: BOT_TOKEN, signingSecret: SIGNING_SECRET, ...options });
  const app = new App({
    token: BOT_TOKEN,
    signingSecret: SIGNING_SECRET,
    logger: quietLogger,
    clientOptions: { slackApiUrl: sandbox.apiUrl, retryConfig: { retries: 0 } },
  });
  register(app);
  const server = await app.start(0);
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The app listens on no port.');
  sandbox.setRequestUrl(`http://127.0.0.1:${address.port}/slack/events`);
  return {
    sandbox,
    app,
    stop: async () => {
      await app.stop();
      await sandbox.close();
    },
  };
};

/** A Web API client of the workspace that neither retries nor waits, so that every refusal is seen. */
export const webClient = (
  sandbox: Sandbox,
  { token = BOT_TOKEN, timeout = 0 }: { token?: string; timeout?: number } = {},
): WebClient =>
  new WebClient(token, {
    slackApiUrl: sandbox.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: quietLogger,
    timeout,
  });

/** The platform error of a call that must fail. */
export const refusal = async (call: Promise<unknown>): Promise<Record<string, unknown>> => {
  const error: unknown = await call.then(
    () => new Error('The call went through.'),
    (reason: unknown) => reason,
  );
  if (error instanceof Error && 'data' in error) return error.data as Record<string, unknown>;
  throw error;
};
