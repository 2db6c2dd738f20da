import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import type { JsonObject } from '../lib/json.ts';
import { fileSchema, schemaText } from './json-schema.ts';

const http: JsonObject = {
  type: 'object',
  properties: {
    url: { type: 'string', description: 'Address' },
    samples: { type: 'integer' },
    method: { type: 'string' },
    json: {},
    headers: { $ref: '#/$defs/headers' },
  },
  required: ['url'],
  additionalProperties: false,
  $defs: { headers: { type: 'object', additionalProperties: { type: 'string' } } },
};

const schema = fileSchema({ http });

const accepts = (definition: string, value: unknown): boolean => {
  const { $schema, $defs } = schema;
  // The library's parameter type has no room for a definition chosen at run time.
  const form = { $schema, $defs, $ref: `#/$defs/${definition}` } as Parameters<typeof z.fromJSONSchema>[0];
  return z.fromJSONSchema(form).safeParse(value).success;
};

const fixture = (name: string): unknown =>
  parse(readFileSync(new URL(`../../test/fixtures/checklists/${name}`, import.meta.url), 'utf8'));

const withCheck = (check: JsonObject) => ({
  system: 'x',
  title: 'X',
  stages: { prepare: [{ id: 'a', title: 'A', items: [{ id: 'b', title: 'B', check }] }] },
});

describe('the schema for editors', () => {
  it('accepts what the loader accepts', () => {
    expect(accepts('checklist', fixture('tiny.yaml'))).toBe(true);
    expect(accepts('environment', fixture('environments/production.yaml'))).toBe(true);
  });

  it('tells the two forms apart by the key of an environment', () => {
    expect(schema).toMatchObject({
      if: { required: ['environment'] },
      then: { $ref: '#/$defs/environment' },
      else: { $ref: '#/$defs/checklist' },
    });
  });

  it('knows the parameters of known kinds and leaves other kinds alone', () => {
    expect(accepts('checklist', withCheck({ http: { url: 'http://a', headers: { a: 'b' } } }))).toBe(true);
    expect(accepts('checklist', withCheck({ http: { samples: 5 } }))).toBe(false);
    expect(accepts('checklist', withCheck({ http: { url: 'http://a', headers: { a: 1 } } }))).toBe(false);
    expect(accepts('checklist', withCheck({ s3: { anything: [1] } }))).toBe(true);
  });

  it('lets a placeholder stand for a value of any type', () => {
    expect(accepts('checklist', withCheck({ http: { url: 'http://a', samples: '${n}' } }))).toBe(true);
    expect(accepts('checklist', withCheck({ http: { url: 'http://a', samples: 'five' } }))).toBe(false);
  });

  it('refuses unknown keys', () => {
    expect(accepts('checklist', { system: 'x', title: 'X', stages: {}, rols: {} })).toBe(false);
    expect(accepts('environment', { environment: 'x', windows: [] })).toBe(false);
  });

  it('explains every key of an item and of both files', () => {
    const definitions = schema['$defs'] as Readonly<
      Record<string, { properties: Readonly<Record<string, object>> }>
    >;
    const silent = ['checklist', 'environment', 'item', 'phase', 'rung', 'system'].flatMap((name) =>
      Object.entries(definitions[name]!.properties)
        .filter(
          ([, property]) => !JSON.stringify(property).includes('"description"') && !('$ref' in property),
        )
        .map(([key]) => `${name}.${key}`),
    );
    expect(silent).toEqual([]);
  });

  it('is the same text each time', () => {
    expect(schemaText(fileSchema({ http }))).toBe(schemaText(schema));
    expect(schemaText(schema).endsWith('}\n')).toBe(true);
  });
});
