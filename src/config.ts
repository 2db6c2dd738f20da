import { z } from 'zod';
import { ZONE_NAME } from './domain/check.ts';
import { Secret } from './lib/secret.ts';

/** What a process does: bot = Slack edge, renders and notices; worker = checks; scheduler = due rows and the sweeper. */
export type Role = 'bot' | 'worker' | 'scheduler';

const ROLES: readonly Role[] = ['bot', 'worker', 'scheduler'];

export type SlackConfig = {
  readonly botToken: Secret;
  /** Where Web API calls go; always ends in a slash. */
  readonly apiUrl: string;
  /** How Slack reaches us: over a socket we open, or over signed requests to POST /slack/events. */
  readonly connection:
    | { readonly kind: 'socket'; readonly appToken: Secret }
    | { readonly kind: 'http'; readonly signingSecret: Secret };
};

/** How other systems report results to us. */
export type InboundConfig = {
  /** Signs the addresses that are given out. */
  readonly secret: Secret;
  /** Where other systems reach this server; without a slash at the end. */
  readonly publicUrl: string;
};

export type DatabaseConfig =
  | { readonly kind: 'url'; readonly url: Secret }
  /** Our own server; `dataDir` may be relative to the working directory. */
  | { readonly kind: 'embedded'; readonly dataDir: string };

export type QueueConfig =
  | { readonly kind: 'redis'; readonly url: Secret }
  /** BullMQ on the database above. */
  | { readonly kind: 'postgres' };

/** How this process runs. Safe to print: secrets are wrapped. */
export type Config = {
  readonly roles: ReadonlySet<Role>;
  /** Zone this process does the checks of, and nothing else; absent: it belongs to the core. */
  readonly runner?: string;
  /** Present exactly when the roles include `bot`. */
  readonly slack?: SlackConfig;
  readonly database: DatabaseConfig;
  readonly queue: QueueConfig;
  /** Absent: nothing is taken in. */
  readonly inbound?: InboundConfig;
  readonly checklistsDir: string;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug' | 'silent';
};

/** The environment does not say how to run. Each problem is one sentence that names the variable and no value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n- ${problems.join('\n- ')}`,
    );
    this.problems = problems;
  }
}

const address = (schemes: readonly string[], what: string) =>
  z
    .string()
    .refine((text) => URL.canParse(text) && schemes.includes(new URL(text).protocol), { error: what });

const secretAddress = (...parameters: Parameters<typeof address>) =>
  address(...parameters).transform((text) => new Secret(text));

const token = (prefix: string) =>
  z
    .string()
    .startsWith(prefix, { error: `must begin with ${prefix}` })
    .transform((text) => new Secret(text));

const roleList = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .pipe(z.array(z.enum(ROLES, { error: 'must be a comma list of bot, worker and scheduler' })))
  .transform((roles) => new Set(roles));

const schema = z.object({
  ROLES: roleList.optional(),
  RUNNER: z
    .string()
    .regex(ZONE_NAME, { error: 'must be lower-case letters, digits and dashes, such as prod-vpc' })
    .optional(),
  SLACK_BOT_TOKEN: token('xoxb-').optional(),
  SLACK_APP_TOKEN: token('xapp-').optional(),
  SLACK_SIGNING_SECRET: z
    .string()
    .transform((text) => new Secret(text))
    .optional(),
  SLACK_API_URL: address(['https:', 'http:'], 'must be an https:// or http:// address')
    .transform((url) => (url.endsWith('/') ? url : `${url}/`))
    .default('https://slack.com/api/'),
  DATABASE_URL: secretAddress(
    ['postgres:', 'postgresql:'],
    'must be a postgres:// address (special characters of a password are percent-encoded)',
  ).optional(),
  REDIS_URL: secretAddress(['redis:', 'rediss:'], 'must be a redis:// or rediss:// address').optional(),
  DATA_DIR: z.string().default('.data'),
  CHECKLISTS_DIR: z.string().default('checklists'),
  INBOUND_SECRET: z
    .string()
    .min(32, { error: 'must have at least 32 characters' })
    .transform((text) => new Secret(text))
    .optional(),
  PUBLIC_URL: address(['https:', 'http:'], 'must be an https:// or http:// address')
    .refine((url) => url.length <= 100, { error: 'must have at most 100 characters' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  HOST: z.string().default('127.0.0.1'),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, { error: 'must be a port number' })
    .transform(Number)
    .refine((port) => port <= 65535, { error: 'must be a port number' })
    .default(3000),
  LOG_LEVEL: z
    .enum(['error', 'warn', 'info', 'debug', 'silent'], {
      error: 'must be one of error, warn, info, debug and silent',
    })
    .default('info'),
  TMINUS_CONTAINER: z
    .enum(['0', '1'], { error: 'must be 1 in the container image, else absent' })
    .default('0'),
});

type Environment = Readonly<Record<string, string | undefined>>;
type Values = z.output<typeof schema>;
type Name = keyof Values;

/** Compose and systemd files hand over `NAME=` for "not set", and secrets with the line end of their file. */
const withoutBlanks = (env: Environment): Partial<Record<Name, string>> => {
  const filled: Partial<Record<Name, string>> = {};
  for (const name of schema.keyof().options) {
    const value = env[name]?.trim();
    if (value !== undefined && value !== '') filled[name] = value;
  }
  return filled;
};

/** A zone runner is a worker and nothing else, whether that is said or not. */
const rolesOf = (named: ReadonlySet<Role> | undefined, runner: string | undefined): ReadonlySet<Role> =>
  named ?? new Set(runner === undefined ? ROLES : (['worker'] as const));

const isWorkerAlone = (roles: ReadonlySet<Role>): boolean => roles.size === 1 && roles.has('worker');

/** What the roles need and is absent. Judged on what was given, so that it is listed together with malformed values. */
const listMissing = (given: Partial<Record<Name, string>>, roles: ReadonlySet<Role>): string[] => {
  const has = (...names: Name[]): boolean => names.some((name) => given[name] !== undefined);
  const rules: readonly (readonly [boolean, string])[] = [
    [roles.has('bot') && !has('SLACK_BOT_TOKEN'), 'SLACK_BOT_TOKEN (begins with xoxb-) is not set'],
    [
      roles.has('bot') && !has('SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET'),
      'SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) is not set',
    ],
    [
      has('INBOUND_SECRET') && !has('PUBLIC_URL'),
      'PUBLIC_URL, where other systems reach this server, is not set; INBOUND_SECRET needs it',
    ],
    [
      given.RUNNER !== undefined && roles.size > 0 && !isWorkerAlone(roles),
      'RUNNER makes this process the worker of a zone: set ROLES=worker, or leave one of them empty',
    ],
    [
      given.RUNNER !== undefined && !has('REDIS_URL', 'DATABASE_URL'),
      'REDIS_URL is not set: a zone runner needs the queue of the others (DATABASE_URL where their queue is on Postgres)',
    ],
    [
      given.RUNNER === undefined && given.TMINUS_CONTAINER === '1' && !has('DATABASE_URL', 'DATA_DIR'),
      'DATABASE_URL is not set; to keep the data in this container, set DATA_DIR to a mounted volume instead',
    ],
  ];
  return rules.flatMap(([isBroken, problem]) => (isBroken ? [problem] : []));
};

const slackConfig = (values: Values): SlackConfig | undefined => {
  const {
    SLACK_BOT_TOKEN: botToken,
    SLACK_APP_TOKEN: appToken,
    SLACK_SIGNING_SECRET: signingSecret,
  } = values;
  if (botToken === undefined) return undefined;
  const apiUrl = values.SLACK_API_URL;
  if (appToken !== undefined) return { botToken, apiUrl, connection: { kind: 'socket', appToken } };
  if (signingSecret !== undefined) return { botToken, apiUrl, connection: { kind: 'http', signingSecret } };
  return undefined;
};

const inboundConfig = ({
  INBOUND_SECRET: secret,
  PUBLIC_URL: publicUrl,
}: Values): InboundConfig | undefined =>
  secret === undefined || publicUrl === undefined ? undefined : { secret, publicUrl };

const databaseConfig = ({ DATABASE_URL: url, DATA_DIR: dataDir }: Values): DatabaseConfig =>
  url === undefined ? { kind: 'embedded', dataDir } : { kind: 'url', url };

const problemOf = (issue: z.core.$ZodIssue): string => `${String(issue.path[0])} ${issue.message}`;

/**
 * The configuration in these environment variables; other variables are ignored, blank ones count as absent.
 * `roles` overrules ROLES, for a command that is none of the roles (an empty set needs no Slack).
 * @throws ConfigError with every problem.
 */
export const readConfig = (env: Environment, { roles }: { roles?: ReadonlySet<Role> } = {}): Config => {
  const given = withoutBlanks(env);
  const parsed = schema.safeParse(given);
  const named = schema.shape.ROLES.safeParse(given.ROLES);
  const asked = roles ?? (named.success ? rolesOf(named.data, given.RUNNER) : new Set<Role>());
  const malformed = parsed.success ? [] : parsed.error.issues.map(problemOf);
  const problems = [...new Set([...malformed, ...listMissing(given, asked)])];
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  const values = parsed.data;
  const slack = asked.has('bot') ? slackConfig(values) : undefined;
  const inbound = inboundConfig(values);
  return {
    roles: asked,
    ...(values.RUNNER === undefined ? {} : { runner: values.RUNNER }),
    ...(slack === undefined ? {} : { slack }),
    ...(inbound === undefined ? {} : { inbound }),
    database: databaseConfig(values),
    queue: values.REDIS_URL === undefined ? { kind: 'postgres' } : { kind: 'redis', url: values.REDIS_URL },
    checklistsDir: values.CHECKLISTS_DIR,
    host: values.HOST,
    port: values.PORT,
    logLevel: values.LOG_LEVEL,
  };
};
