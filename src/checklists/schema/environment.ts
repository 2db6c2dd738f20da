import { ZONE_NAME } from '../../domain/check.ts';
import { z } from 'zod';
import { isTimeZone, minutesOfDay, workDays } from '../words.ts';
import { ladderSchema } from './checklist.ts';
import { duration, id, json, line, name, roleName } from './values.ts';

const timeOfDay = z.string().transform((text, context) => {
  const minutes = minutesOfDay(text);
  if (minutes !== undefined) return minutes;
  context.addIssue({ code: 'custom', message: 'expected a time of day such as "09:00"' });
  return z.NEVER;
});

const workHours = z.strictObject({
  days: z
    .union([z.string(), z.array(z.string())], { error: 'expected days such as mon-fri or [mon, wed]' })
    .transform((days, context) => {
      const found = workDays(typeof days === 'string' ? [days] : days);
      if (found !== undefined && found.length > 0) return found;
      context.addIssue({ code: 'custom', message: 'expected days such as mon-fri or [mon, wed]' });
      return z.NEVER;
    })
    .describe('mon-fri (default) or [mon, wed]')
    .optional(),
  from: timeOfDay.describe('"09:00" (default)').optional(),
  to: timeOfDay.describe('"17:00" (default)').optional(),
});

const envReference = /^env:[A-Za-z_][A-Za-z0-9_]*$/;

/** `env:NAME` of the worker's environment. */
export const isEnvReference = (text: string): boolean => envReference.test(text);

const value = json.refine(
  (given) => typeof given !== 'string' || !given.startsWith('env:') || isEnvReference(given),
  {
    error: 'expected env:NAME with the name of an environment variable',
  },
);

const values = z.record(name, value);

const argv = z
  .array(z.string())
  .min(1, { error: 'expected a program and its arguments' })
  .refine((words) => words[0]?.startsWith('/') ?? true, {
    error: 'expected the absolute path of the program first',
  });

const command = z.union(
  [
    argv,
    z.strictObject({
      argv: argv.describe('Absolute program and fixed arguments; ${1}, ${2} take arguments of the check'),
      cwd: z
        .string()
        .startsWith('/', { error: 'expected an absolute path' })
        .describe('Folder it runs in')
        .optional(),
      env: z.array(z.string()).describe("Names of the worker's variables it may see").optional(),
    }),
  ],
  { error: 'expected [program, argument, ...] or {argv, cwd, env}' },
);

const allowed = z.string().regex(/^(?!.*:\/\/)[^\s@]+$/, {
  error: 'expected host, host:port or CIDR:port, such as api.example.com:443',
});

const runner = z
  .string()
  .regex(ZONE_NAME, { error: 'expected lower-case letters, digits and dashes, such as prod-vpc' })
  .describe('Zone whose runner does the checks (a worker started with RUNNER); absent: any core worker');
const channel = line.describe('Slack channel, name or id; absent: where the command was typed');

const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'expected the name of a variable' });

const envSource = z
  .strictObject({
    dotenv: z.string().min(1).describe('Path of the dotenv file on the worker').optional(),
    secrets: z
      .string()
      .startsWith('/', { error: 'expected an absolute path' })
      .describe('Folder with one file per variable, such as /run/secrets')
      .optional(),
    process: z
      .array(variableName)
      .min(1)
      .describe("Variables of the worker's own environment that checks may look at")
      .optional(),
  })
  .refine((given) => Object.values(given).some((source) => source !== undefined), {
    error: 'expected dotenv, secrets or process',
  });

const systemSchema = z
  .strictObject({
    values: values.describe('Parameter -> value, or env:NAME of the worker for what is secret').nullish(),
    connections: values.describe('The same as values, for those who like to keep addresses apart').nullish(),
    allow: z
      .array(allowed)
      .describe('Hosts a check may reach besides those that values name. [api.example.com:443]')
      .nullish(),
    commands: z
      .record(name, command)
      .describe('Commands that command checks may name. {disk: [/usr/bin/df, -h]}')
      .nullish(),
    env_source: envSource.describe('Where env checks read. {dotenv: /srv/app/.env}').nullish(),
    env: z
      .array(variableName)
      .describe("Variables of the worker that a check's auth may name as env:NAME. [SHOP_API_TOKEN]")
      .nullish(),
    files: z.array(z.string().min(1)).describe('Folders that file checks may read below').nullish(),
    host: z
      .boolean()
      .describe(
        'Whether workers run on the machine of the system: system, process and service checks look there; default false',
      )
      .optional(),
    runner: runner.optional(),
    lock_from: z
      .enum(['start', 'go'])
      .describe('When the lock is taken; default start, or go when Go is planned more than a day ahead')
      .optional(),
    ladder: ladderSchema.describe("Replaces the checklist's").nullish(),
    second_look: duration
      .describe('How long after a first bad result in the watch a second one raises the alert; default 60s')
      .optional(),
    channel: channel.optional(),
  })
  .meta({ id: 'system' });

const people = z.union([line.transform((one) => [one]), z.array(line)], {
  error: 'expected a list of Slack users or user groups, such as ["@alice"]',
});

/** An environment file as it is written. */
export const environmentSchema = z
  .strictObject({
    environment: id.describe('Equal to the file name, typed in commands'),
    time_zone: z
      .string()
      .refine(isTimeZone, { error: 'expected a time zone such as Europe/Berlin' })
      .describe('IANA name; default UTC')
      .optional(),
    work_hours: workHours
      .describe('When people are asked. {days: mon-fri, from: "09:00", to: "17:30"}')
      .nullish(),
    channel: channel.optional(),
    four_eyes: z
      .boolean()
      .describe('Go by a second person; default true in production, false elsewhere')
      .optional(),
    people: z
      .record(roleName, people)
      .describe(
        'Role -> Slack user ids, @names, user group ids or @handles; absent: any full member of the channel',
      )
      .nullish(),
    runner: runner.optional(),
    systems: z
      .record(id, systemSchema.nullable())
      .describe('What this environment gives each system')
      .nullish(),
  })
  .meta({ id: 'environment', title: 'Environment' });

export type RawEnvironment = z.output<typeof environmentSchema>;
export type RawSystem = NonNullable<NonNullable<RawEnvironment['systems']>[string]>;
