import { z } from 'zod';
import type { Json, JsonObject } from '../lib/json.ts';
import { isJsonObject } from '../lib/json.ts';
import { checklistSchema } from './schema/checklist.ts';
import { environmentSchema } from './schema/environment.ts';

/** Definitions in which a kind of check is a key. */
const CHECKS = ['check', 'check-entry'];

/**
 * One JSON Schema for checklist and environment files, for completion and help in editors. `kinds` gives the schema of
 * each known kind's parameters; an unknown kind stays allowed. Which form a file has is told by its key `environment`.
 */
export const fileSchema = (kinds: Readonly<Record<string, JsonObject>>): JsonObject => {
  const definitions = { ...definitionsOf(checklistSchema), ...definitionsOf(environmentSchema) };
  const withKinds = CHECKS.map(
    (name) => [name, withProperties(definitions[name], propertiesOf(kinds))] as const,
  );
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'tminus: checklist of a system, or an environment',
    if: { type: 'object', required: ['environment'] },
    then: { $ref: '#/$defs/environment' },
    else: { $ref: '#/$defs/checklist' },
    $defs: { ...definitions, ...Object.fromEntries(withKinds), ...innerDefinitions(kinds) },
  };
};

/** What stands in the file `schema.json`; the same schema always gives the same text. */
export const schemaText = (schema: JsonObject): string => `${JSON.stringify(schema, null, 2)}\n`;

const objectIn = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});

const definitionsOf = (schema: z.ZodType): JsonObject => {
  const written = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  // The library's type is wider than JSON; through text it becomes what an editor will read.
  return objectIn((JSON.parse(JSON.stringify(written)) as JsonObject)['$defs']);
};

const withProperties = (definition: Json | undefined, properties: JsonObject): JsonObject => {
  const known = objectIn(definition);
  return { ...known, properties: { ...objectIn(known['properties']), ...properties } };
};

const propertiesOf = (kinds: Readonly<Record<string, JsonObject>>): JsonObject =>
  Object.fromEntries(Object.entries(kinds).map(([kind, schema]) => [kind, opened(renamed(kind, schema))]));

/** Definitions inside a kind's schema move to the top, under a name of their own. */
const innerDefinitions = (kinds: Readonly<Record<string, JsonObject>>): JsonObject =>
  Object.fromEntries(
    Object.entries(kinds).flatMap(([kind, schema]) =>
      Object.entries(objectIn(renamed(kind, schema)['$defs'])).map(([name, inner]) => [
        `${kind}.${name}`,
        inner,
      ]),
    ),
  );

const renamed = (kind: string, schema: JsonObject): JsonObject =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', `"#/$defs/${kind}.`)) as JsonObject;

const PLACEHOLDER: JsonObject = { type: 'string', pattern: '\\$\\{.+\\}' };

/** Any parameter may be a placeholder, whatever type its value has in the end. */
const opened = ({ $defs: _moved, $schema: _said, ...schema }: JsonObject): JsonObject => {
  const properties = Object.entries(objectIn(schema['properties'])).map(([name, given]) => {
    const { description, ...rule } = objectIn(given);
    const help: JsonObject = description === undefined ? {} : { description };
    return [name, { ...help, anyOf: [rule, PLACEHOLDER] }] as const;
  });
  return properties.length === 0 ? schema : { ...schema, properties: Object.fromEntries(properties) };
};
