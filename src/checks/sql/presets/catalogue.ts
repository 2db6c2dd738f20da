import { z } from 'zod';
import type { Expectations } from '../../../domain/check.ts';
import type { JsonObject } from '../../../lib/json.ts';
import type { Incomplete, Measured } from '../../check.ts';
import { nameParam, namesParam, schemaParam } from './names.ts';
import { counted, definePreset, oneRow, textsOf, textOf } from './preset.ts';

const MAX_NAMES = 200;

const wanted = (what: string) => ({
  names: namesParam(MAX_NAMES).optional().describe(`${what} that have to be there.`),
  at_least: z.int().min(1).optional().describe(`How many ${what} there have to be at least.`),
  schema: schemaParam,
});

const demandsOf = (given: {
  names?: readonly string[] | undefined;
  at_least?: number | undefined;
}): Expectations => ({
  ...(given.names && { missing: [] }),
  count: { gte: given.at_least ?? 1 },
});

const observation = (what: string) => ({
  count: `how many ${what} there are`,
  names: `their names, the first ${MAX_NAMES}`,
  missing: 'those of names that are not there',
});

const namesCut = ({ count }: JsonObject): readonly Incomplete[] =>
  typeof count === 'number' && count > MAX_NAMES
    ? [{ key: 'names', reason: `are more than ${MAX_NAMES}` }]
    : [];

// What every catalogue is asked: found(name, ...) is the list, $1 the schema and $2 the names that are wanted.
const COUNTED = `
  (SELECT count(*)::int FROM found) AS count,
  ARRAY(SELECT name FROM found ORDER BY name LIMIT ${MAX_NAMES}) AS names,
  ARRAY(SELECT wanted FROM unnest($2::text[]) AS wanted
        WHERE NOT EXISTS (SELECT 1 FROM found WHERE name = wanted)) AS missing`;

const measured = (row: JsonObject): Measured => ({ observation: row, incomplete: namesCut(row) });

const TABLES = `
WITH found AS (
  SELECT c.relname::text AS name
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'f'))
SELECT ${COUNTED}`;

export const tables = definePreset({
  title: 'Tables are there, by name or by number.',
  params: z.strictObject(wanted('tables')),
  observation: observation('tables'),
  demands: demandsOf,
  measure: async ({ schema, names = [] }, session) =>
    measured(await oneRow(session, TABLES, [schema, names])),
  say: ({ count }) => counted(count, 'table'),
});

// information_schema.views never lists materialized views; they have a catalogue of their own.
const VIEWS = `
WITH found AS (
  SELECT viewname::text AS name, false AS is_materialized, true AS is_populated
  FROM pg_catalog.pg_views WHERE schemaname = $1 AND $3 <> 'materialized'
  UNION ALL
  SELECT matviewname::text, true, ispopulated
  FROM pg_catalog.pg_matviews WHERE schemaname = $1 AND $3 <> 'plain')
SELECT ${COUNTED},
  ARRAY(SELECT name FROM found WHERE is_materialized ORDER BY name LIMIT ${MAX_NAMES}) AS materialized,
  ARRAY(SELECT name FROM found WHERE NOT is_populated ORDER BY name LIMIT ${MAX_NAMES}) AS unpopulated`;

export const views = definePreset({
  title: 'Views and materialized views are there, and the latter are filled.',
  params: z.strictObject({
    ...wanted('views'),
    of: z
      .enum(['any', 'plain', 'materialized'])
      .default('any')
      .describe('Which views count: any (default), plain or materialized.'),
  }),
  observation: {
    ...observation('views'),
    materialized: 'which of them are materialized',
    unpopulated: 'materialized views without data: they were never refreshed',
  },
  demands: (given) => ({ ...demandsOf(given), unpopulated: [] }),
  measure: async ({ schema, names = [], of }, session) =>
    measured(await oneRow(session, VIEWS, [schema, names, of])),
  say: ({ count, materialized }) =>
    `${counted(count, 'view')}, ${textsOf(materialized).length} of them materialized`,
});

const INDEXES = `
WITH found AS (
  SELECT c.relname::text AS name, i.indisvalid AND i.indisready AS is_usable
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
  JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
  WHERE n.nspname = $1 AND ($3::text IS NULL OR t.relname = $3::text))
SELECT ${COUNTED},
  ARRAY(SELECT name FROM found WHERE NOT is_usable ORDER BY name LIMIT ${MAX_NAMES}) AS invalid`;

export const indexes = definePreset({
  title: 'Indexes are there and can be used.',
  params: z.strictObject({
    ...wanted('indexes'),
    table: nameParam.optional().describe('Only the indexes of this table; absent: of the whole schema.'),
  }),
  observation: {
    ...observation('indexes'),
    invalid: 'indexes no query can use, as after a failed CREATE INDEX',
  },
  demands: (given) => ({ ...demandsOf(given), invalid: [] }),
  measure: async ({ schema, names = [], table = null }, session) =>
    measured(await oneRow(session, INDEXES, [schema, names, table])),
  say: ({ count }) => (count === 1 ? '1 index, valid' : `${textOf(count)} indexes, all valid`),
});
