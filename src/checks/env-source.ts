import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { Connections } from '../domain/check.ts';
import type { CheckContext } from './check.ts';
import { locate, readBytes, withFile } from './host/files.ts';
import { RESERVED } from './http/auth.ts';
import { ourFault } from './problem.ts';

const MAX_BYTES = 1024 * 1024;

/** Where variables may come from, in the order they are listed to people. */
export const ENV_SOURCES = ['dotenv', 'secrets', 'process'] as const;
export type EnvSource = (typeof ENV_SOURCES)[number];

/** The sources that the environment file names. */
export const envSourcesOf = ({
  envSource,
  secretsFolder,
  envNames,
}: Pick<Connections, 'envSource' | 'secretsFolder' | 'envNames'>): readonly EnvSource[] => {
  const given = { dotenv: envSource, secrets: secretsFolder, process: envNames };
  return ENV_SOURCES.filter((source) => given[source] !== undefined);
};

type Asked = { readonly name: string; readonly source?: EnvSource | undefined };

/** What an environment still has to give before a variable can be looked at. */
export const missingEnvSource = (
  { name, source }: Asked,
  connections: Pick<Connections, 'envSource' | 'secretsFolder' | 'envNames'>,
): readonly string[] => {
  const given = envSourcesOf(connections);
  if (given.length === 0) return ['no source for env'];
  if (source !== undefined && !given.includes(source)) return [`no source ${source} for env`];
  if (source === undefined && given.length > 1) return [`source of ${name}: ${given.join(' or ')}`];
  if ((source ?? given[0]) !== 'process') return [];
  if (RESERVED.has(name)) return [`another variable than ${name}, which belongs to tminus`];
  return connections.envNames?.includes(name) ? [] : [`variable ${name} not named`];
};

const unreadable = (reason: string, code: string) =>
  ourFault(`the env source cannot be read (${reason})`, code, { scope: 'worker' });

const readText = async (path: string, roots: readonly string[]): Promise<string | undefined> => {
  const real = await locate(path, roots);
  if (real === undefined) return undefined;
  const read = await withFile(real, async (file) => ({ bytes: await readBytes(file, 0, MAX_BYTES + 1) }));
  if (typeof read === 'string') throw unreadable(read, 'env_source_unreadable');
  if (read.bytes.length > MAX_BYTES)
    throw ourFault('the env source is larger than 1 MiB', 'env_source_too_large', { scope: 'worker' });
  return read.bytes.toString('utf8');
};

const fromDotenv = async (path: string, name: string): Promise<string | undefined> => {
  // The environment file names it, so where it leads is its author's business.
  const absolute = resolve(path);
  const text = await readText(absolute, ['/']);
  if (text === undefined) throw unreadable('ENOENT', 'env_source_enoent');
  const variables = parseEnv(text);
  return Object.hasOwn(variables, name) ? variables[name] : undefined;
};

const fromFolder = async (folder: string, name: string): Promise<string | undefined> => {
  if ((await locate(folder, ['/'])) === undefined) throw unreadable('ENOENT', 'env_source_enoent');
  const text = await readText(`${folder.replace(/\/+$/, '')}/${name}`, [folder]);
  // Editors and `echo` end a file with a line break that is no part of the secret.
  return text?.replace(/\r?\n$/, '');
};

const fromProcess = (name: string, { connections, env }: EnvContext): string | undefined => {
  if (RESERVED.has(name))
    throw ourFault(`env may not look at ${name}, which belongs to tminus`, 'reserved_secret');
  if (!connections.envNames?.includes(name))
    throw ourFault(
      `env may not look at ${name}, which the environment file does not name`,
      'secret_not_named',
    );
  return env(name);
};

type EnvContext = Pick<CheckContext, 'connections' | 'env'>;

/**
 * Value of a variable of the deployed system; undefined when the source does not have it. Rejects with a problem when
 * there is no such source, nothing says which of several, it cannot be read, or it is larger than 1 MiB.
 */
export const readVariable = async (
  { name, source }: Asked,
  context: EnvContext,
): Promise<string | undefined> => {
  const { envSource, secretsFolder } = context.connections;
  const given = envSourcesOf(context.connections);
  if (source === undefined && given.length > 1)
    throw ourFault(`which source is meant, ${given.join(' or ')}?`, 'which_env_source');
  const chosen = source ?? given[0];
  if (chosen === undefined || !given.includes(chosen))
    throw ourFault('there is no env source here', 'no_env_source', { scope: 'worker' });
  if (chosen === 'process') return fromProcess(name, context);
  return chosen === 'dotenv'
    ? fromDotenv(envSource?.path ?? '', name)
    : fromFolder(secretsFolder ?? '', name);
};
