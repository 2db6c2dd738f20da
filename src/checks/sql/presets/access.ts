import { z } from 'zod';
import type { Expectations } from '../../../domain/check.ts';
import type { JsonObject } from '../../../lib/json.ts';
import { entryPath, nameParam, namesParam, schemaParam } from './names.ts';
import { counted, definePreset, notAvailable, textsOf, textOf } from './preset.ts';

const RLS = `
SELECT c.relname::text AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
  ARRAY(SELECT p.polname::text FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid ORDER BY 1) AS policies
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND c.relname = ANY ($2::text[])
ORDER BY 1`;

const namesWhere = (rows: readonly JsonObject[], accepts: (row: JsonObject) => boolean): readonly string[] =>
  textsOf(rows.filter((row) => accepts(row)).map(({ name = null }) => name));

const policyDemands = (
  tables: readonly string[],
  policies: number | readonly string[] | undefined,
): Expectations => {
  if (policies === undefined) return {};
  const one = (table: string) =>
    typeof policies === 'number'
      ? [entryPath('tables', table, 'count'), policies]
      : [entryPath('tables', table, 'policies'), { contains: policies }];
  return Object.fromEntries(tables.map(one)) as Expectations;
};

export const rls = definePreset({
  title: 'Row level security is on, with its policies.',
  params: z.strictObject({
    tables: namesParam(100).describe('Tables whose rows have to be secured.'),
    forced: z
      .boolean()
      .default(false)
      .describe('Whether it has to hold for the owner of the table too (FORCE); default no.'),
    policies: z
      .union([z.int().min(0).max(1000), z.array(z.string().min(1).max(63)).min(1).max(50)])
      .optional()
      .describe('How many policies each table has exactly, or names of policies that each must have.'),
    schema: schemaParam,
  }),
  observation: {
    'tables.<table>.enabled': 'whether row level security is on',
    'tables.<table>.forced': 'whether it holds for the owner of the table too',
    'tables.<table>.policies': 'names of its policies',
    'tables.<table>.count': 'how many policies it has',
    missing: 'tables that are not there',
    disabled: 'tables whose row level security is off',
    unforced: 'tables where it does not hold for the owner',
  },
  demands: ({ tables, forced, policies }) => ({
    missing: [],
    disabled: [],
    ...(forced && { unforced: [] }),
    ...policyDemands(tables, policies),
  }),
  measure: async ({ tables, schema }, { ask, dialect }) => {
    if (dialect === 'cockroachdb')
      throw notAvailable('row level security of CockroachDB is not read: ask SHOW POLICIES by hand');
    const rows = await ask(RLS, [schema, tables]);
    const found = new Set(namesWhere(rows, () => true));
    const entries = rows.map(({ name, ...rest }) => [
      textOf(name),
      { ...rest, count: textsOf(rest['policies']).length },
    ]);
    return {
      observation: {
        tables: Object.fromEntries(entries) as JsonObject,
        missing: tables.filter((name) => !found.has(name)),
        disabled: namesWhere(rows, ({ enabled }) => enabled !== true),
        unforced: namesWhere(rows, ({ forced }) => forced !== true),
      },
    };
  },
  say: ({ tables = {} }) => `on for ${counted(Object.keys(tables as JsonObject).length, 'table')}`,
});

const PRIVILEGES = ['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger'] as const;

// A privilege on one column counts as having it where it must not be there, and not where it must.
const GRANTS = `
SELECT t.name AS "table", p.name AS privilege, c.oid IS NOT NULL AS there, r.oid IS NOT NULL AS has_role,
  coalesce(r.rolsuper, false) AS superuser,
  CASE WHEN c.oid IS NULL OR r.oid IS NULL THEN false ELSE has_table_privilege(r.oid, c.oid, p.name) END AS whole,
  CASE WHEN c.oid IS NULL OR r.oid IS NULL OR p.name IN ('delete', 'truncate', 'trigger') THEN false
       ELSE has_any_column_privilege(r.oid, c.oid, p.name) END AS part
FROM unnest($2::text[]) AS t(name) CROSS JOIN unnest($3::text[]) AS p(name)
LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = $1
LEFT JOIN pg_catalog.pg_class c
  ON c.relname = t.name AND c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
LEFT JOIN pg_catalog.pg_roles r ON r.rolname = coalesce($4::text, current_user::text)
ORDER BY 1, 2`;

const listed = (rows: readonly JsonObject[]): readonly string[] =>
  rows.map(({ table, privilege }) => `${textOf(privilege)} on ${textOf(table)}`);

export const privileges = definePreset({
  title: 'A role can do what it has to, and nothing it must not.',
  params: z
    .strictObject({
      tables: namesParam(25).describe('Tables or views.'),
      role: nameParam.optional().describe('Role; absent: the one the check signs in with.'),
      can: z.array(z.enum(PRIVILEGES)).default([]).describe('Privileges the role has to have on each.'),
      cannot: z.array(z.enum(PRIVILEGES)).default([]).describe('Privileges it must not have on any.'),
      schema: schemaParam,
    })
    .refine(({ can, cannot }) => can.length + cannot.length > 0, 'needs can or cannot'),
  observation: {
    lacking: 'what it should be able to do and cannot: "insert on users"',
    excess: 'what it can do and must not',
    missing: 'tables that are not there',
    has_role: 'whether there is such a role',
    superuser: 'whether it is a superuser, who can do everything',
  },
  demands: () => ({ has_role: true, missing: [], lacking: [], excess: [] }),
  measure: async ({ tables, role = null, can, cannot, schema }, { ask }) => {
    const rows = await ask(GRANTS, [schema, tables, [...new Set([...can, ...cannot])], role]);
    const asked = (names: readonly string[]) =>
      rows.filter(({ privilege, there }) => there === true && names.includes(textOf(privilege)));
    return {
      observation: {
        lacking: listed(asked(can).filter(({ whole }) => whole !== true)),
        excess: listed(asked(cannot).filter(({ whole, part }) => whole === true || part === true)),
        missing: [...new Set(rows.filter(({ there }) => there !== true).map(({ table }) => textOf(table)))],
        has_role: rows[0]?.['has_role'] === true,
        superuser: rows[0]?.['superuser'] === true,
      },
    };
  },
  say: () => 'the role can do what it has to, and no more',
});
