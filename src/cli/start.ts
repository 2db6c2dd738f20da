import { readConfig } from '../config.ts';
import type { Config } from '../config.ts';
import { createLog } from '../log.ts';
import { startTminus } from '../main.ts';
import type { Command } from './command.ts';
import { runService } from './service.ts';

/** Values of the configuration that must not appear in any log line, however they got there. */
const secretsOf = ({ slack, database, queue }: Config): readonly string[] =>
  [
    ...(slack === undefined
      ? []
      : [
          slack.botToken,
          slack.connection.kind === 'socket' ? slack.connection.appToken : slack.connection.signingSecret,
        ]),
    ...(database.kind === 'url' ? [database.url] : []),
    ...(queue.kind === 'redis' ? [queue.url] : []),
  ].map((secret) => secret.reveal());

export const start: Command = {
  name: 'start',
  usage: '',
  summary: 'The bot, its worker and its scheduler in this process; ROLES chooses among them',
  details:
    'Runs until SIGTERM or Ctrl-C, then takes no more work and ends within 10 s; a second signal ends it at once.\n' +
    'The environment variables are listed in docs/operations.md.',
  run: (_given, { env, now }) => {
    const config = readConfig(env);
    const log = createLog(config.logLevel, secretsOf(config));
    return runService({ start: () => startTminus({ config, env: (name) => env[name], log, now }), log });
  },
};
