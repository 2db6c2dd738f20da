import { z } from 'zod';
import type { JsonObject } from '../../../lib/json.ts';
import type { Measured } from '../../check.ts';
import { nameParam, quoted, quotedTable, schemaParam } from './names.ts';
import { counted, definePreset, oneRow, textsOf, textOf } from './preset.ts';

/** How a migration tool keeps what it has applied. */
type Ledger = {
  readonly table: string;
  readonly column: string;
  /** SQL that puts the newest one first. */
  readonly newest: string;
  /** The table holds only where the database stands, not how it came there. */
  readonly isHeadOnly?: boolean;
  /** SQL condition of a row that stands for a migration. */
  readonly counts?: string;
  /** SQL condition of a migration that broke off. */
  readonly broken?: string;
};

// What one tool has and another lacks is read through the row as JSON: a column that is not there is null, not an error.
const LEDGERS = {
  alembic: {
    table: 'alembic_version',
    column: 'version_num',
    newest: '"version_num" DESC',
    isHeadOnly: true,
  },
  schema_migrations: {
    table: 'schema_migrations',
    column: 'version',
    newest: 'length("version"::text) DESC, "version"::text DESC',
    broken: "to_jsonb(m) ->> 'dirty' = 'true'",
  },
  django: { table: 'django_migrations', column: 'name', newest: '"id" DESC' },
  knex: { table: 'knex_migrations', column: 'name', newest: '"id" DESC' },
  kysely: { table: 'kysely_migration', column: 'name', newest: '"timestamp" DESC, "name" DESC' },
  flyway: {
    table: 'flyway_schema_history',
    column: 'version',
    newest: '"installed_rank" DESC',
    counts: '"version" IS NOT NULL',
    broken: 'NOT "success"',
  },
  prisma: {
    table: '_prisma_migrations',
    column: 'migration_name',
    newest: '"started_at" DESC',
    counts: '"rolled_back_at" IS NULL',
    broken: '"finished_at" IS NULL',
  },
} as const satisfies Record<string, Ledger>;

const TOOLS = [
  'alembic',
  'schema_migrations',
  'django',
  'knex',
  'kysely',
  'flyway',
  'prisma',
  'custom',
] as const;

const MAX_MIGRATIONS = 1000;

const params = z
  .strictObject({
    tool: z.enum(TOOLS).describe('Who applied them; custom names its table and column.'),
    head: z.string().min(1).max(255).optional().describe('The migration the database has to stand at.'),
    all: z
      .array(z.string().min(1).max(255))
      .min(1)
      .max(MAX_MIGRATIONS)
      .optional()
      .describe('Every migration there is, oldest first: none of them may be pending.'),
    app: z.string().min(1).max(255).optional().describe('Only those of this app (django).'),
    table: nameParam.optional().describe('Table, where it is not the usual one of the tool.'),
    column: nameParam.optional().describe('Column with the name or version (custom).'),
    order_by: nameParam
      .optional()
      .describe('Column that grows with every migration (custom); absent: column.'),
    schema: schemaParam,
  })
  .refine(
    ({ tool, table, column }) => tool !== 'custom' || (table !== undefined && column !== undefined),
    'custom needs table and column',
  )
  .refine(({ tool, app }) => tool === 'django' || app === undefined, 'app is for django only');

type Params = z.output<typeof params>;

const ledgerOf = (given: Params): Ledger => {
  const { tool, table, column, order_by: orderBy } = given;
  if (tool === 'custom') {
    const name = column ?? '';
    return { table: table ?? '', column: name, newest: `${quoted(orderBy ?? name)} DESC` };
  }
  return { ...LEDGERS[tool], ...(table !== undefined && { table }) };
};

const statementOf = (given: Params): string => {
  const { table, column, newest, counts = 'true', broken = 'false' } = ledgerOf(given);
  const from = `${quotedTable(given.schema, table)} AS m`;
  const where = `${counts} AND ${given.tool === 'django' ? '($2::text IS NULL OR "app" = $2::text)' : '$2::text IS NULL'}`;
  const name = `m.${quoted(column)}::text`;
  return `
SELECT count(*)::int AS applied,
  (SELECT count(*)::int FROM ${from} WHERE ${where} AND ${broken}) AS broken,
  ARRAY(SELECT ${name} FROM ${from} WHERE ${where} ORDER BY ${newest} LIMIT 10) AS newest,
  ARRAY(SELECT wanted FROM unnest($1::text[]) AS wanted
        WHERE NOT EXISTS (SELECT 1 FROM ${from} WHERE ${where} AND NOT (${broken}) AND ${name} = wanted)) AS pending
FROM ${from} WHERE ${where}`;
};

/** Of a table that holds only the head: what the list has after it. Undefined: the list does not know the head. */
const after = (all: readonly string[], heads: readonly string[]): readonly string[] | undefined => {
  if (heads.length === 0) return all;
  const positions = heads.map((head) => all.indexOf(head));
  return positions.includes(-1) ? undefined : all.slice(Math.max(...positions) + 1);
};

const pendingOf = (given: Params, row: JsonObject, isHeadOnly: boolean): readonly string[] | undefined => {
  if (given.all === undefined) return undefined;
  return isHeadOnly ? after(given.all, textsOf(row['newest'])) : textsOf(row['pending']);
};

const observe = (given: Params, row: JsonObject): Measured => {
  const { isHeadOnly = false } = ledgerOf(given);
  const newest = textsOf(row['newest']);
  const pending = pendingOf(given, row, isHeadOnly);
  const heads = isHeadOnly ? [...newest].sort() : newest.slice(0, 1);
  const isUnknown = given.all !== undefined && pending === undefined;
  return {
    observation: {
      current: heads.length === 0 ? null : heads.join(', '),
      applied: row['applied'] ?? null,
      broken: row['broken'] ?? null,
      ...(pending && { pending }),
    },
    ...(isUnknown && {
      incomplete: [{ key: 'pending', reason: `cannot be told: all does not list ${heads.join(', ')}` }],
    }),
  };
};

export const migrations = definePreset({
  title: 'Migrations are applied, none is pending and none broke off.',
  params,
  observation: {
    current: 'the newest migration, several heads of alembic joined by ", "; null when none is applied',
    applied: 'how many rows the table of the tool has; alembic keeps only its heads',
    broken: 'migrations that broke off (schema_migrations, flyway, prisma)',
    pending: 'those of all that are not applied; absent without all',
  },
  demands: ({ head, all }) => ({
    applied: { gte: 1 },
    broken: 0,
    ...(head !== undefined && { current: head }),
    ...(all && { pending: [] }),
  }),
  measure: async (given, session) =>
    observe(given, await oneRow(session, statementOf(given), [given.all ?? [], given.app ?? null])),
  say: ({ current, applied }) => `at ${textOf(current)}, ${counted(applied, 'row')}`,
});
