import { z } from 'zod';
import type { Expectations } from '../../domain/check.ts';
import type { JsonObject } from '../../lib/json.ts';
import { defineCheck, numberOf } from '../check.ts';
import { entropyBits, looksLikePlaceholder, numberIn, urlFacts } from '../env-facts.ts';
import { ENV_SOURCES, envSourcesOf, missingEnvSource, readVariable, type EnvSource } from '../env-source.ts';
import { compileParam, patternParam } from '../params.ts';
import { createRedactor, isSecretName } from '../redact.ts';

const params = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,252}$/, 'not a name of a variable')
    .describe('Name of the environment variable, or of its file in the folder of secrets.'),
  source: z
    .enum(ENV_SOURCES)
    .optional()
    .describe('Which source of the environment file is read; absent: the one it names.'),
  pattern: patternParam
    .optional()
    .describe('Pattern (RE2) that the value has to match; ^ and $ tie it down.'),
  between: z
    .tuple([z.number(), z.number()])
    .optional()
    .describe('Lowest and highest number that the value may be.'),
});

type Params = z.output<typeof params>;

// A switch under a name like CORS_ALLOW_CREDENTIALS. A number may be a PIN.
const PLAIN = /^(?:true|false|yes|no|on|off)$/i;
// Nothing that a person chose by hand: a key under a harmless name.
const RANDOM = /^(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9+/=_-]{20,}$/;

const isShowable = (name: string, value: string): boolean =>
  PLAIN.test(value) ||
  (!isSecretName(name) && !RANDOM.test(value) && createRedactor([]).text(value) === value);

/** A variable that is not there matches nothing and is no number. */
const asked = (value: string | undefined, { pattern, between }: Params): JsonObject => {
  const number = value === undefined ? undefined : numberIn(value);
  const search = pattern === undefined ? undefined : compileParam(pattern, 'pattern');
  return {
    ...(search && { matches: value !== undefined && search(value) }),
    ...(between && { in_range: number !== undefined && number >= between[0] && number <= between[1] }),
  };
};

const measure = (value: string | undefined, given: Params, isShown: boolean): JsonObject => {
  if (value === undefined) return { set: false, ...asked(value, given) };
  return {
    set: value !== '',
    length: Array.from(value).length,
    entropy: entropyBits(value),
    placeholder: looksLikePlaceholder(value),
    url: urlFacts(value),
    ...asked(value, given),
    ...(isShown && { value }),
  };
};

const sourceOf = (given: Params, sources: readonly EnvSource[]): EnvSource | undefined =>
  given.source ?? sources[0];

const passesFor = ({ name }: Params): Expectations | undefined =>
  isSecretName(name) ? { set: true, placeholder: false } : undefined;

/** A variable of the deployed system's environment, read from a source that the environment file names. */
export const env = defineCheck({
  kind: 'env',
  title: 'An environment variable of the system is set as it has to be.',
  params,
  defaultTimeoutMs: 5000,
  defaultRetries: 0,
  observation: {
    set: 'true when the variable is there and not empty; the rest is absent when it is not there',
    length: 'characters',
    entropy: 'Shannon entropy in bits: 32 random hex digits have about 115, "aaaa" has 0',
    placeholder: 'true when it looks like a template (changeme, your-key, <…>) or a password everyone knows',
    'url.valid': 'whether it is a URL with a host',
    'url.scheme': 'https, postgresql and the like; other when it is not known, none without a URL',
    'url.host': 'whether a host is named; port: its number when it stands there; password: whether one does',
    matches: 'whether pattern matches; absent without one',
    in_range: 'whether it is a number within between; absent without one',
    value:
      'the value, kept only when the check names it; of variables whose name sounds secret only true, false and the like, and never of the folder of secrets',
  },
  keptIfNamed: ['value'],
  passes: { set: true },
  passesFor,
  demands: ({ pattern, between }) => ({
    ...(pattern !== undefined && { matches: true }),
    ...(between && { in_range: true }),
  }),
  target: ({ name }) => name,
  needs: (given, { connections }) => missingEnvSource(given, connections),
  run: async (given, context) => {
    const value = await readVariable(given, context);
    const isOpen = sourceOf(given, envSourcesOf(context.connections)) !== 'secrets';
    const isShown = value !== undefined && isOpen && isShowable(given.name, value);
    if (value !== undefined && !isShown) context.conceal(value);
    return { observation: measure(value, given, isShown) };
  },
  say: (observation, { name }) => `${name} is set, ${numberOf(observation['length'])} characters`,
});
