import type { NamedCommand } from '../domain/check.ts';
import type { CheckContext } from './check.ts';
import { isSecretName } from './redact.ts';

/** The variables of the worker that a named command may see. Throws a problem when one is not set. */
export const commandEnv = (
  { env = [] }: NamedCommand,
  context: CheckContext,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    env.map((name) => {
      const value = context.env(name);
      const isPlain = value !== undefined && !isSecretName(name) && !value.includes('@');
      return [name, isPlain ? value : context.secret(name)];
    }),
  );
