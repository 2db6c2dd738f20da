import type { Connections, NamedCommand } from '../domain/check.ts';
import type { Environment, SystemInEnvironment } from '../domain/checklist.ts';
import type { Json } from '../lib/json.ts';
import { stated } from '../lib/stated.ts';
import type { RawEnvironment, RawSystem } from './schema/environment.ts';
import { isEnvReference } from './schema/environment.ts';
import { toLadder } from './to-checklist.ts';

const WORK_DAYS: readonly number[] = [1, 2, 3, 4, 5];
const FROM = 9 * 60;
const TO = 17 * 60;

/** The rules of an environment nobody wrote a file for. */
export const environmentNamed = (name: string): Environment => toEnvironment({ environment: name });

/** The environment a file describes. A system named without anything is there with nothing connected. */
export const toEnvironment = (raw: RawEnvironment): Environment => ({
  environment: raw.environment,
  timeZone: raw.time_zone ?? 'UTC',
  workHours: {
    days: raw.work_hours?.days ?? WORK_DAYS,
    from: raw.work_hours?.from ?? FROM,
    to: raw.work_hours?.to ?? TO,
  },
  fourEyes: raw.four_eyes ?? raw.environment === 'production',
  people: raw.people ?? {},
  systems: Object.fromEntries(
    Object.entries(raw.systems ?? {}).map(([name, system]) => [name, toSystem(system ?? {}, raw.runner)]),
  ),
  ...stated({ channel: raw.channel, runner: raw.runner }),
});

const toSystem = (raw: RawSystem, runner: string | undefined): SystemInEnvironment => ({
  connections: toConnections(raw, runner),
  ...stated({
    lockFrom: raw.lock_from,
    ladder: raw.ladder ? toLadder(raw.ladder) : undefined,
    secondLookMs: raw.second_look,
    channel: raw.channel,
  }),
});

const toConnections = (raw: RawSystem, runner: string | undefined): Connections => ({
  ...splitValues({ ...raw.connections, ...raw.values }),
  allow: raw.allow ?? [],
  commands: Object.fromEntries(
    Object.entries(raw.commands ?? {}).map(([name, command]) => [name, toCommand(command)]),
  ),
  fileRoots: raw.files ?? [],
  ...stated({
    ...toEnvSources(raw.env_source),
    env: raw.env ?? undefined,
    host: raw.host,
    runner: raw.runner ?? runner,
  }),
});

const toEnvSources = (
  raw: RawSystem['env_source'],
): Pick<Partial<Connections>, 'envSource' | 'secretsFolder' | 'envNames'> =>
  stated({
    envSource: raw?.dotenv === undefined ? undefined : ({ kind: 'dotenv', path: raw.dotenv } as const),
    secretsFolder: raw?.secrets,
    envNames: raw?.process,
  });

/** References to the worker's environment apart from plain values; a key without a value is not set. */
const splitValues = (given: Readonly<Record<string, Json>>): Pick<Connections, 'values' | 'secrets'> => {
  const values: Record<string, Json> = {};
  const secrets: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'string' && isEnvReference(value)) secrets[name] = value;
    else if (value !== null) values[name] = value;
  }
  return { values, secrets };
};

const toCommand = (raw: NonNullable<RawSystem['commands']>[string]): NamedCommand =>
  Array.isArray(raw) ? { argv: raw } : { argv: raw.argv, ...stated({ cwd: raw.cwd, env: raw.env }) };
