import { z } from 'zod';

// Postgres cuts longer names silently, and would then look at another table.
const MAX_BYTES = 63;
const NAME = /^[\p{L}_][\p{L}\p{N}_$ -]*$/u;

const isName = (text: string): boolean => NAME.test(text) && Buffer.byteLength(text) <= MAX_BYTES;

/** A name in a database as it is stored: letters, digits, `_ $ -` and spaces; its schema stands in a parameter of its own. */
export const nameParam = z
  .string()
  .refine(
    isName,
    'has to be a plain name of at most 63 bytes (no quotes or dots; a schema has its own parameter)',
  );

/** Names of tables and the like, none twice. */
export const namesParam = (most: number) =>
  z
    .array(nameParam)
    .min(1)
    .max(most)
    .refine((names) => new Set(names).size === names.length, 'names something twice');

export const schemaParam = nameParam.default('public').describe('Schema; default public.');

/** A name in SQL: quoted, so that it can be nothing but a name. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A table in SQL, never looked for elsewhere. */
export const quotedTable = (schema: string, table: string): string => `${quoted(schema)}.${quoted(table)}`;

/** Path of a table's entry in an observation. */
export const entryPath = (key: string, name: string, rest = ''): string =>
  `${key}[${JSON.stringify(name)}]${rest === '' ? '' : `.${rest}`}`;
