import { readConfig } from '../config.ts';
import type { Config } from '../config.ts';
import { createLog } from '../log.ts';
import { backendFor, startTminus } from '../main.ts';
import { startRunner } from '../start-runner.ts';
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

/** The queue of the others; the configuration of a runner names one. */
const sharedBackend = (config: Config) =>
  backendFor(config, config.database.kind === 'url' ? config.database.url.reveal() : '');

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
    const zone = config.runner;
    const start = () =>
      zone === undefined
        ? startTminus({ config, env: (name) => env[name], log, now })
        : startRunner({ config, zone, backend: sharedBackend(config), env, log, now });
    return runService({ start, log });
  },
};
