import type { CheckKind } from './check.ts';
import type { JsonObject } from '../lib/json.ts';

/** One parameter of a kind, for people. */
export type ParameterText = {
  readonly name: string;
  /** `text`, `number`, `true or false`, `list`, `map`, or the words that may stand there. */
  readonly type: string;
  readonly isRequired: boolean;
  readonly description: string;
};

/** A kind in words, taken from its definition alone: what the schema and the engine use is what is written down. */
export type KindText = {
  readonly kind: string;
  readonly title: string;
  readonly effect: string;
  readonly timeoutMs: number;
  readonly parameters: readonly ParameterText[];
  /** Path -> what stands there. */
  readonly observation: Readonly<Record<string, string>>;
  /** Path -> matcher that has to hold when a definition expects nothing; empty: it has to be carried out. */
  readonly passes: JsonObject;
};

export const describeKind = (kind: CheckKind): KindText => {
  const { properties = {}, required = [] } = kind.schema() as Schema;
  return {
    kind: kind.kind,
    title: kind.title,
    effect: kind.effect,
    timeoutMs: kind.timeoutMs,
    parameters: Object.entries(properties).map(([name, schema]) => ({
      name,
      type: typeText(schema),
      isRequired: required.includes(name),
      description: schema.description ?? '',
    })),
    observation: kind.observation,
    passes: kind.passes,
  };
};

type Schema = {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
};

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'number',
  number: 'number',
  boolean: 'true or false',
  object: 'map',
  null: 'null',
};

const typeText = (schema: Schema): string => {
  const { type, anyOf, oneOf, items } = schema;
  if (schema.enum !== undefined) return schema.enum.map(String).join(', ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const choices = anyOf ?? oneOf;
  if (choices !== undefined) return [...new Set(choices.map(typeText))].join(' or ');
  if (type === 'array') return items === undefined ? 'list' : `list of ${typeText(items)}`;
  if (typeof type === 'string') return TYPES[type] ?? type;
  return 'anything';
};
