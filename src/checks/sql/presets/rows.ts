import { z } from 'zod';
import type { Json, JsonObject } from '../../../lib/json.ts';
import { CLOCK_SKEW_MS } from '../../../lib/matching/order-rules.ts';
import { formatDuration } from '../../../lib/matching/units.ts';
import { numberOf, type Incomplete, type Measured } from '../../check.ts';
import { durationParam } from '../../params.ts';
import { nameParam, namesParam, quoted, quotedTable, schemaParam } from './names.ts';
import { counted, definePreset, oneRow, textsOf, type PresetSession, textOf } from './preset.ts';

const HIDDEN = `
SELECT ARRAY(
  SELECT c.relname::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relname = ANY ($2::text[]) AND c.relkind IN ('r', 'p') AND row_security_active(c.oid)
  ORDER BY 1) AS hidden`;

/** What a login sees of a table with row level security is not the table. */
const hiddenRows = async (
  session: PresetSession,
  { schema, tables, keys }: { schema: string; tables: readonly string[]; keys: readonly string[] },
): Promise<readonly Incomplete[]> => {
  if (session.dialect === 'cockroachdb') return [];
  const hidden = textsOf((await oneRow(session, HIDDEN, [schema, tables]))['hidden']);
  if (hidden.length === 0) return [];
  const reason = `may lack rows: row level security hides some of ${hidden.join(', ')} from this login`;
  // Not the first part of the whole but another one: nothing holds on it.
  return keys.map((key) => ({ key, reason, isOtherwise: true }));
};

const ESTIMATE = `
SELECT c.relname::text AS name, c.reltuples::float8 AS n
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = ANY ($2::text[]) AND c.relkind IN ('r', 'p', 'm')`;

const COCKROACH_ESTIMATE = `
SELECT s.table_name AS name, s.estimated_row_count::float8 AS n
FROM crdb_internal.table_row_statistics s
JOIN pg_catalog.pg_class c ON c.oid = s.table_id JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND s.table_name = ANY ($2::text[])`;

type Counts = ReadonlyMap<string, Json>;

const exactCounts = async (
  session: PresetSession,
  schema: string,
  tables: readonly string[],
): Promise<Counts> => {
  const parts = tables.map((name, i) => `(SELECT count(*) FROM ${quotedTable(schema, name)}) AS n${i}`);
  const row = await oneRow(session, `SELECT ${parts.join(', ')}`);
  return new Map(tables.map((name, i) => [name, row[`n${i}`] ?? null]));
};

const estimates = async (
  { ask, dialect }: PresetSession,
  schema: string,
  tables: readonly string[],
): Promise<Counts> => {
  const rows = await ask(dialect === 'cockroachdb' ? COCKROACH_ESTIMATE : ESTIMATE, [schema, tables]);
  return new Map(rows.map(({ name, n = null }) => [textOf(name), n]));
};

/** -1: never analysed, so nobody has an idea. */
const isKnown = (value: Json | undefined): boolean =>
  value !== undefined && !(typeof value === 'number' && value < 0);

const countsObserved = (tables: readonly string[], counts: Counts): Measured => {
  const known = tables.filter((name) => isKnown(counts.get(name)));
  const unknown = tables.filter((name) => counts.has(name) && !isKnown(counts.get(name)));
  const numbers = known.map((name) => Number(counts.get(name)));
  const reason = `cannot be told: ${unknown.join(', ')} was never analysed (ANALYZE, or no estimate)`;
  return {
    observation: {
      tables: Object.fromEntries(known.map((name) => [name, counts.get(name) ?? null])),
      missing: tables.filter((name) => !counts.has(name)),
      ...(numbers.length > 0 && {
        least: Math.min(...numbers),
        total: numbers.reduce((sum, one) => sum + one, 0),
      }),
    },
    incomplete:
      unknown.length === 0
        ? []
        : ['tables', 'least', 'total'].map((key) => ({ key, reason, isOtherwise: key !== 'total' })),
  };
};

export const rowCounts = definePreset({
  title: 'Tables have rows.',
  params: z.strictObject({
    tables: namesParam(50).describe('Tables to count.'),
    at_least: z.int().min(0).optional().describe('How many rows each of them has at least.'),
    estimate: z
      .boolean()
      .default(false)
      .describe("Take the planner's estimate instead of counting; for tables that are too large to count."),
    schema: schemaParam,
  }),
  observation: {
    'tables.<table>': 'rows of the table; absent when an estimate does not know',
    least: 'rows of the smallest table',
    total: 'rows of all of them',
    missing: 'tables that are not there (with estimate; counting fails on them)',
  },
  demands: ({ at_least: atLeast }) => ({
    missing: [],
    ...(atLeast !== undefined && { least: { gte: atLeast } }),
  }),
  measure: async ({ tables, schema, estimate }, session) => {
    const counts = await (estimate ? estimates : exactCounts)(session, schema, tables);
    const { observation, incomplete = [] } = countsObserved(tables, counts);
    const hidden = estimate
      ? []
      : await hiddenRows(session, { schema, tables, keys: ['tables', 'least', 'total'] });
    return { observation, incomplete: [...incomplete, ...hidden] };
  },
  say: ({ total, tables = {} }) =>
    `${counted(total, 'row')} in ${counted(Object.keys(tables as JsonObject).length, 'table')}`,
});

/** SQL of how long ago a time was, in milliseconds. */
const ageOf = (time: string): string => `(extract(epoch FROM clock_timestamp() - ${time}) * 1000)::bigint`;

type Ages = { readonly observation: JsonObject; readonly incomplete: readonly Incomplete[] };

/** Ages by key; one of a time in the future is left out and said to be so. */
const agesObserved = (ages: Readonly<Record<string, Json | undefined>>): Ages => {
  const known = Object.entries(ages).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number',
  );
  const isFuture = (age: number): boolean => age < -CLOCK_SKEW_MS;
  return {
    observation: Object.fromEntries(
      known.filter(([, age]) => !isFuture(age)).map(([key, age]) => [key, Math.max(0, age)]),
    ),
    incomplete: known
      .filter(([, age]) => isFuture(age))
      .map(([key, age]) => ({
        key,
        reason: `cannot be told: it is dated ${formatDuration(-age)} in the future`,
      })),
  };
};

export const queue = definePreset({
  title: 'A queue in a table is not piling up.',
  params: z.strictObject({
    table: nameParam.describe('Table of the jobs.'),
    status: nameParam.default('status').describe('Column with the state of a job; default status.'),
    waiting: z
      .array(z.string().max(100))
      .min(1)
      .max(20)
      .describe('States in which a job waits to be done, such as pending.'),
    since: nameParam.default('created_at').describe('Column since when it waits; default created_at.'),
    at_most: z.int().min(0).optional().describe('How many may wait.'),
    within: durationParam.optional().describe('How long the oldest may have waited, such as 5m.'),
    schema: schemaParam,
  }),
  observation: {
    waiting: 'jobs that wait',
    oldest: 'milliseconds the oldest of them has waited; 0 when none waits',
    'states.<state>': 'jobs in each state, of the 50 most frequent ones',
  },
  demands: ({ at_most: atMost, within }) => ({
    ...(atMost !== undefined && { waiting: { lte: atMost } }),
    ...(within !== undefined && { oldest: { lte: `${within}ms` } }),
  }),
  measure: async ({ table, status, waiting, since, schema }, session) => {
    const [from, state] = [quotedTable(schema, table), `${quoted(status)}::text`];
    const row = await oneRow(
      session,
      `SELECT count(*)::int AS waiting, count(${quoted(since)})::int AS dated, ${ageOf(`min(${quoted(since)})`)} AS oldest,
       (SELECT coalesce(jsonb_object_agg(coalesce(state, 'none'), n), '{}') FROM
         (SELECT ${state} AS state, count(*) AS n FROM ${from} GROUP BY 1 ORDER BY 2 DESC LIMIT 50) AS by_state) AS states
       FROM ${from} WHERE ${state} = ANY ($1::text[])`,
      [waiting],
    );
    const ages = agesObserved({ oldest: row['waiting'] === 0 ? 0 : row['oldest'] });
    const undated: readonly Incomplete[] =
      row['dated'] === row['waiting']
        ? []
        : [{ key: 'oldest', reason: `cannot be told: ${since} is empty in some` }];
    const hidden = await hiddenRows(session, {
      schema,
      tables: [table],
      keys: ['waiting', 'oldest', 'states'],
    });
    return {
      observation: { waiting: row['waiting'] ?? null, ...ages.observation, states: row['states'] ?? {} },
      incomplete: [...ages.incomplete, ...undated, ...hidden],
    };
  },
  say: ({ waiting, oldest }) =>
    waiting === 0
      ? 'none waits'
      : `${textOf(waiting)} wait, the oldest for ${formatDuration(numberOf(oldest))}`,
});

export const freshness = definePreset({
  title: 'The times in a column are recent enough, or old enough.',
  params: z.strictObject({
    table: nameParam.describe('Table.'),
    column: nameParam.describe('Column with a time; without a zone it is read as UTC.'),
    newest: durationParam.optional().describe('How old the newest may be at most, such as 1h.'),
    oldest: durationParam.optional().describe('How old the oldest may be at most, such as 90d.'),
    schema: schemaParam,
  }),
  observation: {
    newest: 'milliseconds since the newest time; absent when the column is empty or it lies in the future',
    oldest: 'milliseconds since the oldest time; absent as above',
    count: 'rows that have a time',
  },
  demands: ({ newest, oldest }) => ({
    ...(newest !== undefined && { newest: { lte: `${newest}ms` } }),
    ...(oldest !== undefined && { oldest: { lte: `${oldest}ms` } }),
    ...(newest === undefined && oldest === undefined && { newest: { exists: true } }),
  }),
  measure: async ({ table, column, schema }, session) => {
    const time = quoted(column);
    const row = await oneRow(
      session,
      `SELECT count(${time}) AS count, ${ageOf(`max(${time})`)} AS newest, ${ageOf(`min(${time})`)} AS oldest
       FROM ${quotedTable(schema, table)}`,
    );
    const ages = agesObserved({ newest: row['newest'], oldest: row['oldest'] });
    const hidden = await hiddenRows(session, {
      schema,
      tables: [table],
      keys: ['newest', 'oldest', 'count'],
    });
    return {
      observation: { ...ages.observation, count: row['count'] ?? null },
      incomplete: [...ages.incomplete, ...hidden],
    };
  },
  say: ({ newest, count }) => `newest is ${formatDuration(numberOf(newest))} old, ${counted(count, 'row')}`,
});
