import { z } from 'zod';
import { isJsonObject, type Json, type JsonObject } from '../../lib/json.ts';
import { show } from '../../lib/matching/rule.ts';
import { formatDuration } from '../../lib/matching/units.ts';
import { placeholdersIn } from '../../lib/placeholders.ts';
import {
  defineCheck,
  missingHost,
  numberOf,
  type CheckContext,
  type Incomplete,
  type Measured,
  type NeedsContext,
} from '../check.ts';
import { portOf } from '../guard/hosts.ts';
import { ourFault } from '../problem.ts';
import { nameDatabase, parseLogin } from '../sql/connection.ts';
import { judgeQuery } from '../sql/policy.ts';
import { measurePreset, presetObservation, presetOf, presetParam } from '../sql/presets.ts';
import { MAX_ROWS, withDatabase, type SqlAnswer } from '../sql/session.ts';
import { startTimer } from '../timer.ts';

const params = z
  .strictObject({
    connection: z
      .string()
      .min(1)
      .describe('postgres:// connection string of a role that can only read, as a rule ${secret}.'),
    query: z
      .string()
      .min(1)
      .optional()
      .describe('One SELECT, SHOW or EXPLAIN; $1, $2 stand for params. Not together with preset.'),
    params: z
      .array(z.union([z.string(), z.number(), z.boolean(), z.null()]))
      .default([])
      .describe('Values of $1, $2 and so on.'),
    preset: presetParam
      .optional()
      .describe('A ready question, by its name with its parameters: {tables: {names: [users]}}.'),
    dialect: z
      .enum(['postgres', 'cockroachdb'])
      .optional()
      .describe('Which catalogues a preset asks; absent: the server says what it is.'),
  })
  .refine(
    ({ query, preset }) => (query === undefined) !== (preset === undefined),
    'needs exactly one of query and preset',
  )
  .refine(
    ({ preset, params: values }) => preset === undefined || values.length === 0,
    'params belong to query; a preset has its own',
  );

type Params = z.output<typeof params>;

const incompleteOf = (isCut: boolean): readonly Incomplete[] =>
  isCut
    ? [
        { key: 'rows', reason: `are more than ${MAX_ROWS}` },
        { key: 'count', reason: `is more than ${MAX_ROWS}: let the query count` },
      ]
    : [];

const observe = ({ rows, columns, isCut }: SqlAnswer, duration: number): Measured => ({
  observation: { rows, count: rows.length, columns, duration },
  incomplete: incompleteOf(isCut),
});

const needs = ({ connection }: Params, context: NeedsContext): readonly string[] => {
  // A secret's own host is permitted by being there; a connection string among the values is looked at.
  if (placeholdersIn(connection).length > 0 || !URL.canParse(connection)) return [];
  const url = new URL(connection);
  const port = portOf(url);
  return url.hostname === ''
    ? []
    : missingHost({ host: url.hostname, ...(port !== undefined && { port }) }, context);
};

const sayRows = ({ rows, count }: JsonObject): string => {
  const first = Array.isArray(rows) ? (rows as readonly Json[])[0] : undefined;
  if (count !== 1 || !isJsonObject(first)) return `${numberOf(count)} rows`;
  const cells = Object.entries(first).slice(0, 3);
  return cells.map(([name, value]) => `${name} = ${show(value)}`).join(', ');
};

const runQuery = async (
  { connection, params: values }: Params,
  query: string,
  context: CheckContext,
): Promise<Measured> => {
  const verdict = await judgeQuery(query);
  if (!verdict.ok) throw ourFault(`the query may not run: ${verdict.reason}`, 'query_refused');
  const elapsed = startTimer();
  const statement = { text: query, values, shape: verdict.shape };
  const answer = await withDatabase({ login: parseLogin(connection) }, context, (ask) => ask(statement));
  return observe(answer, elapsed());
};

const runPreset = async (given: Params, context: CheckContext): Promise<Measured> => {
  const preset = given.preset && presetOf(given.preset);
  if (!preset) throw ourFault('there is neither a query nor a preset', 'query_refused');
  const elapsed = startTimer();
  const asked = { login: parseLogin(given.connection), preset, dialect: given.dialect };
  const { observation, incomplete = [] } = await measurePreset(asked, context);
  return { observation: { ...observation, duration: elapsed() }, incomplete };
};

/** One read-only query and its rows, or one of the ready questions about a database. */
export const sql = defineCheck({
  kind: 'sql',
  title: 'A query of a PostgreSQL database finds what it should.',
  params,
  defaultTimeoutMs: 10_000,
  defaultRetries: 2,
  observation: {
    'rows[i].<column>':
      'the first 200 rows; numbers as numbers where no digit is lost, intervals in milliseconds, times in ISO form',
    columns: 'names of the columns',
    duration: 'milliseconds, the connection included',
    ...presetObservation(),
    count: `rows that came back; more than 200 are not counted. ${presetObservation()['count'] ?? ''}`,
  },
  passes: { duration: { gte: 0 } },
  demands: ({ preset }) => (preset && presetOf(preset)?.demands) ?? {},
  // A login for checks is given few connections, and production has others to serve.
  width: 2,
  target: ({ connection }) => nameDatabase(connection),
  needs,
  run: (given, context) =>
    given.query === undefined ? runPreset(given, context) : runQuery(given, given.query, context),
  say: (observation, { preset }) =>
    `${(preset && presetOf(preset)?.say(observation)) ?? sayRows(observation)} (${formatDuration(numberOf(observation['duration']))})`,
});
