import { ConfigError, readConfig } from '../../config.ts';
import type { Config } from '../../config.ts';
import type { Sight } from './line.ts';
import { fine, hint, problem } from './line.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export type ConfigurationSight = Sight & {
  /** The configuration as far as it can be read: without Slack, and without the variables that have problems. */
  readonly readable: Config;
  /** Whether one of these variables has a problem: what it would lead to cannot be looked at. */
  readonly isBroken: (...names: readonly string[]) => boolean;
};

const problemsOf = (env: Environment): readonly string[] => {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

const inWords = ({ roles, database, queue, slack }: Config): string =>
  [
    `roles ${[...roles].join(', ')}`,
    slack === undefined
      ? 'no Slack'
      : slack.connection.kind === 'socket'
        ? 'Slack over Socket Mode'
        : 'Slack over HTTP',
    database.kind === 'url' ? 'DATABASE_URL' : `embedded Postgres in ${database.dataDir}`,
    queue.kind === 'redis' ? 'queue on Redis' : 'queue on the same Postgres',
  ].join(' · ');

/** Every problem of the environment variables at once, and what is left when those with problems are taken out. */
export const lookAtConfiguration = (env: Environment): ConfigurationSight => {
  const problems = problemsOf(env);
  // Every problem begins with the name of its variable.
  const broken = new Set(problems.map((text) => text.split(' ')[0] ?? ''));
  const rest = Object.fromEntries(Object.entries(env).filter(([name]) => !broken.has(name)));
  const readable = readConfig({ ...rest, TMINUS_CONTAINER: '0' }, { roles: new Set() });
  return {
    area: 'Configuration',
    lines:
      problems.length === 0
        ? [fine(inWords(readConfig(env)))]
        : [...problems.map((text) => problem(text)), hint('docs/operations.md explains every variable')],
    readable,
    isBroken: (...names) => names.some((name) => broken.has(name)),
  };
};
