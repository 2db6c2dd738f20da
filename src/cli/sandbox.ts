import { randomBytes } from 'node:crypto';
import { createLog } from '../log.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Command, Given } from './command.ts';
import { UsageError } from './command.ts';
import { portIn } from './port.ts';
import { runService } from './service.ts';

const newToken = (prefix: string): string => `${prefix}${randomBytes(24).toString('hex')}`;

/** Where the bot takes requests, for HTTP mode; absent: Socket Mode. */
const requestUrlIn = ({ 'request-url': url }: Given['options']): string | undefined => {
  if (url === undefined) return undefined;
  if (!URL.canParse(url) || !['http:', 'https:'].includes(new URL(url).protocol))
    throw new UsageError(
      `--request-url must be an address such as http://127.0.0.1:3000/slack/events and is "${url}".`,
    );
  return url;
};

const instructions = (url: string, variables: Readonly<Record<string, string>>): string =>
  [
    '',
    `  ${url}`,
    '',
    '  Point a bot at this workspace with',
    ...Object.entries(variables).map(([name, value]) => `      export ${name}=${value}`),
    '',
    '  Ctrl-C ends it and forgets everything.',
    '',
  ].join('\n');

export const sandbox: Command = {
  name: 'sandbox',
  usage: '[--port <port>] [--request-url <url>]',
  summary: 'A Slack workspace on this machine, to try a bot in without an account',
  details: 'docs/sandbox.md says what it can do. Tokens are new at every start.',
  options: {
    port: 'Port of the page and the Web API; default: any free one',
    'request-url': 'Deliver signed requests there (HTTP mode) instead of over Socket Mode',
  },
  run: ({ options }, { now, print }) => {
    const port = portIn(options);
    const requestUrl = requestUrlIn(options);
    const botToken = newToken('xoxb-');
    const appToken = newToken('xapp-');
    const signingSecret = newToken('');
    return runService({
      start: async () => {
        const workspace = await startSandbox({
          botToken,
          appToken,
          port,
          now,
          ...(requestUrl === undefined ? {} : { requestUrl, signingSecret }),
        });
        const connection =
          requestUrl === undefined ? { SLACK_APP_TOKEN: appToken } : { SLACK_SIGNING_SECRET: signingSecret };
        print(
          instructions(workspace.url, {
            SLACK_API_URL: workspace.apiUrl,
            SLACK_BOT_TOKEN: botToken,
            ...connection,
          }),
        );
        return { stop: () => workspace.close() };
      },
      log: createLog('error', []),
      signals: ['SIGTERM', 'SIGINT', 'SIGHUP'],
    });
  },
};
