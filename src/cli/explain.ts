import { ConfigError } from '../config.ts';
import { EmbeddedPostgresError } from '../services/embedded-postgres-error.ts';
import type { ExitCode } from './command.ts';
import { UsageError } from './command.ts';
import { NoDatabaseError } from './database.ts';

/** A failure in words for the person at the terminal. */
export type Explained = {
  readonly problem: string;
  /** Absent: the problem says it. */
  readonly remedy?: string;
  readonly code: ExitCode;
};

/** What can be wrong outside of tminus, by the code of the error that says so: the problem and what to do. */
type Meaning = { readonly problem: (error: Failure) => string; readonly remedy: string };

type Failure = Error & { readonly code?: unknown; readonly address?: unknown; readonly port?: unknown };

const place = ({ address, port }: Failure): string =>
  typeof address === 'string' && typeof port === 'number' ? `${address}:${port}` : 'the given address';

const silent: Meaning = {
  problem: (error) => `Nothing answers at ${place(error)} (${String(error.code)}).`,
  remedy: 'Check DATABASE_URL, REDIS_URL and SLACK_API_URL, and that those services run.',
};

const slackAway: Meaning = {
  problem: (error) => `Slack does not answer: ${chainOf(error).at(-1)?.message ?? error.message}.`,
  remedy: 'Check the way from this machine to Slack (SLACK_API_URL when it is set), and status.slack.com.',
};

const login: Meaning = {
  problem: () => 'The database refuses the login.',
  remedy: 'Check user and password in DATABASE_URL; special characters of a password are percent-encoded.',
};

const MEANINGS: Readonly<Record<string, Meaning>> = {
  ECONNREFUSED: silent,
  ENOTFOUND: silent,
  EAI_AGAIN: silent,
  ETIMEDOUT: silent,
  EHOSTUNREACH: silent,
  EADDRINUSE: {
    problem: (error) => `${place(error)} is in use by another program.`,
    remedy: 'Choose another port (PORT for the bot, --port for sandbox and demo); 0 takes any free one.',
  },
  EACCES: {
    problem: (error) => error.message,
    remedy: 'Ports below 1024 and the files of other users need more rights than this user has.',
  },
  '28P01': login,
  '28000': login,
  '3D000': {
    problem: (error) => `The database is not there: ${error.message}.`,
    remedy: 'Create it (createdb), or check the name at the end of DATABASE_URL.',
  },
  '42501': {
    problem: (error) => `The database login may not do that: ${error.message}.`,
    remedy:
      'The login of DATABASE_URL must own its database, or may at least create tables and a schema in it.',
  },
  '42P01': {
    problem: () => 'The database has no tables of tminus yet.',
    remedy: 'Run "tminus migrate", or start the bot once.',
  },
  schema_too_new: {
    problem: (error) => `The database was migrated by a newer tminus: ${error.message}.`,
    remedy: 'Install the newer version again, or restore the backup made before the upgrade.',
  },
  slack_webapi_request_error: slackAway,
  slack_webapi_http_error: slackAway,
  slack_webapi_platform_error: {
    problem: (error) => `Slack refuses: ${error.message}.`,
    remedy: 'Check SLACK_BOT_TOKEN and SLACK_APP_TOKEN; "tminus doctor" says what is wrong with them.',
  },
};

/** The error, its causes, and the first of several errors: outermost first. */
const chainOf = (error: unknown): readonly Failure[] => {
  if (!(error instanceof Error)) return [];
  const inner: unknown = error instanceof AggregateError ? (error.errors as unknown[])[0] : error.cause;
  return inner === error ? [error] : [error, ...chainOf(inner)];
};

/** Codes of other people's errors that are explained; each has a row in docs/errors.md. */
export const EXPLAINED_CODES: readonly string[] = Object.keys(MEANINGS);

const known = (error: unknown): Explained | undefined => {
  for (const link of chainOf(error)) {
    const code = typeof link.code === 'string' ? link.code : '';
    const meaning = Object.hasOwn(MEANINGS, code) ? MEANINGS[code] : undefined;
    if (meaning !== undefined) return { problem: meaning.problem(link), remedy: meaning.remedy, code: 1 };
  }
  return undefined;
};

/** Undefined: nobody foresaw it, so it is a bug, or something that deserves a row above. */
export const explain = (error: unknown): Explained | undefined => {
  if (error instanceof UsageError) return { problem: error.message, code: 2 };
  if (error instanceof ConfigError)
    return { problem: error.message, remedy: 'Every variable is explained in docs/operations.md.', code: 2 };
  if (error instanceof EmbeddedPostgresError)
    return { problem: `${error.message} (${error.code})`, remedy: error.remedy, code: 1 };
  if (error instanceof NoDatabaseError) return { problem: error.message, code: 1 };
  return known(error);
};
