import { z } from 'zod';
import { defineCheck, numberOf, type Measured } from '../check.ts';
import { readEnvSource } from '../env-source.ts';
import { createRedactor, isSecretName } from '../redact.ts';

const params = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'not a name of a variable')
    .describe('Name of the environment variable.'),
  source: z
    .enum(['dotenv'])
    .optional()
    .describe('Which source of the environment file is read; absent: the one it names.'),
});

// A switch under a name like CORS_ALLOW_CREDENTIALS. A number may be a PIN.
const PLAIN = /^(?:true|false|yes|no|on|off)$/i;

const isShowable = (name: string, value: string): boolean =>
  PLAIN.test(value) || (!isSecretName(name) && createRedactor([]).text(value) === value);

const measure = (name: string, value: string | undefined): Measured => {
  if (value === undefined) return { observation: { set: false } };
  const observation = { set: value !== '', length: Array.from(value).length };
  return { observation: isShowable(name, value) ? { ...observation, value } : observation };
};

/** A variable of the deployed system's environment, read from the source that the environment file names. */
export const env = defineCheck({
  kind: 'env',
  title: 'An environment variable of the system is set as it has to be.',
  params,
  defaultTimeoutMs: 5000,
  defaultRetries: 0,
  observation: {
    set: 'true when the variable is there and not empty',
    length: 'characters; absent when the variable is not there',
    value: 'the value; of variables whose name sounds secret only true, false and the like',
  },
  passes: { set: true },
  target: ({ name }) => name,
  needs: (_params, { connections }) => (connections.envSource ? [] : ['no source for env']),
  run: async ({ name }, context) => {
    const variables = await readEnvSource(context);
    return measure(name, Object.hasOwn(variables, name) ? variables[name] : undefined);
  },
  say: (observation, { name }) => `${name} is set, ${numberOf(observation['length'])} characters`,
});
