import { z } from 'zod';
import type { Json, JsonObject } from '../../lib/json.ts';
import { readPath } from '../../lib/matching/path.ts';
import { plain } from '../../lib/matching/rule.ts';
import { exactVersion, formatVersion, parseRange, parseVersion } from '../../lib/matching/versions.ts';
import { placeholdersIn } from '../../lib/placeholders.ts';
import {
  defineCheck,
  type CheckContext,
  type CheckKind,
  type Measured,
  type PreparedCheck,
} from '../check.ts';
import { CheckProblem, ourFault } from '../problem.ts';
import { assertAnswered } from '../source.ts';
import { command } from './command.ts';
import { http } from './http.ts';
import { redis } from './redis.ts';
import { sql } from './sql.ts';

const pathParam = (usual: string) =>
  z
    .string()
    .min(1)
    .default(usual)
    .describe(`Where the version stands in what is measured; default ${usual}.`);

const connectionParam = z.string().min(1).describe('Connection string, as a rule ${secret}.');

const isRange = (text: string): boolean => placeholdersIn(text).length > 0 || parseRange(text) !== undefined;

const params = z
  .strictObject({
    http: z
      .strictObject({
        url: z.string().min(1).describe('Absolute http or https URL.'),
        auth: z.string().min(1).optional().describe('env:NAME or ${secret}, as for http.'),
        path: pathParam('body.version'),
      })
      .optional()
      .describe('Read it from an answer: body.version, headers.server.'),
    command: z
      .strictObject({
        name: z.string().min(1).describe('Name of a command in the environment file.'),
        args: z
          .array(z.union([z.string(), z.number()]))
          .max(20)
          .default([])
          .describe('Values for ${1}, ${2} and so on.'),
        path: pathParam('stdout'),
      })
      .optional()
      .describe('Read it from what a named command prints.'),
    sql: z
      .strictObject({
        connection: connectionParam,
        query: z
          .string()
          .min(1)
          .default('SELECT version() AS version')
          .describe("Query that gives it; default: the server's own."),
        path: pathParam('rows[0].version'),
      })
      .optional()
      .describe('Read it from a PostgreSQL database, as a rule the version of the server.'),
    redis: z
      .strictObject({ connection: connectionParam, path: pathParam('info.redis_version') })
      .optional()
      .describe('Read it from what a Redis server says of itself.'),
    range: z
      .string()
      .refine(isRange, 'needs a range such as ">=1.2 <2", ^1.2 or 15.x')
      .optional()
      .describe('Versions that are accepted, as npm writes them: ">=15 <17", ^1.2, 20.x.'),
    coerce: z
      .boolean()
      .default(true)
      .describe(
        'Take the first version in the text, "PostgreSQL 15.7 (Debian)" as 15.7.0; false: only 1.2.3 as it stands.',
      ),
  })
  .refine(
    ({ http: a, command: b, sql: c, redis: d }) =>
      [a, b, c, d].filter((one) => one !== undefined).length === 1,
    'needs exactly one of http, command, sql and redis',
  );

type Params = z.output<typeof params>;

type Source = { readonly kind: CheckKind; readonly path: string; readonly prepared: PreparedCheck };

const chosen = (given: Params): { kind: CheckKind; path: string; params: JsonObject } => {
  const one = [
    { kind: http, given: given.http },
    { kind: command, given: given.command },
    { kind: sql, given: given.sql },
    { kind: redis, given: given.redis },
  ].find((source) => source.given !== undefined);
  if (!one?.given) throw ourFault('there is no source of a version', 'bad_parameters');
  const { path, ...rest } = one.given;
  // The way through text drops what was not given: undefined is no JSON.
  const own = JSON.parse(JSON.stringify(rest)) as JsonObject;
  return { kind: one.kind, path, params: own };
};

const sourceOf = (given: Params): Source => {
  const { kind, path, params: own } = chosen(given);
  const prepared = kind.prepare(own);
  if (!prepared.ok) throw ourFault(`${kind.kind}: ${prepared.error.join(' · ')}`, 'bad_parameters');
  return { kind, path, prepared: prepared.value };
};

const rawOf = ({ path }: Source, { observation }: Measured): string => {
  const read = readPath(observation, path);
  const isText = (value: Json): value is string | number =>
    typeof value === 'string' || typeof value === 'number';
  if (read.found && isText(read.value)) return plain(read.value).trim();
  throw new CheckProblem(`no version: there is no text at ${path}`, {
    outcome: 'inconclusive',
    code: 'no_version',
    scope: 'check',
  });
};

const MAX_RAW = 500;

const observe = (text: string, isCoerced: boolean): Measured => {
  const raw = text.slice(0, MAX_RAW);
  const version = isCoerced ? parseVersion(raw) : exactVersion(raw);
  if (!version) {
    const reason = isCoerced
      ? 'cannot be told: the text names none'
      : 'cannot be told: the text is not one as it stands';
    return {
      observation: { raw },
      incomplete: ['version', 'major', 'minor', 'patch'].map((key) => ({ key, reason })),
    };
  }
  const { major, minor, patch } = version;
  return { observation: { raw, version: formatVersion(version), major, minor, patch } };
};

const measure = async (given: Params, context: CheckContext): Promise<Measured> => {
  const source = sourceOf(given);
  const measured = await source.prepared.run(context);
  assertAnswered(source, measured, context.now());
  return observe(rawOf(source, measured), given.coerce);
};

/** The version of something, wherever it says so, and whether that is one of those wanted. */
export const version = defineCheck({
  kind: 'version',
  title: 'What runs is one of the versions wanted.',
  params,
  defaultTimeoutMs: 15_000,
  defaultRetries: ({ command: named }) => (named ? 0 : 2),
  observation: {
    raw: `the text it was read from, at most ${MAX_RAW} characters`,
    version: 'the version in full: "15.7.0"; absent when the text names none',
    major: 'its first number',
    minor: 'its second number',
    patch: 'its third number',
  },
  passes: { version: { exists: true } },
  demands: ({ range }) => (range === undefined ? {} : { version: { semver: range } }),
  target: (given) => {
    const { kind } = chosen(given);
    return `${kind.kind} ${sourceOf(given).prepared.target}`;
  },
  needs: (given, context) => sourceOf(given).prepared.needs(context),
  run: measure,
  say: ({ version: read = null, raw = null }) =>
    read === raw ? plain(read) : `${plain(read)} (read from ${JSON.stringify(plain(raw).slice(0, 60))})`,
});
