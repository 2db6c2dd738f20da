import type { NamedCommand } from '../../domain/check.ts';
import { commandEnv } from '../command-env.ts';
import type { CheckContext, NeedsContext } from '../check.ts';
import { ourFault } from '../problem.ts';
import { runProcess, type ProcessEnd } from '../process.ts';
import { assertHostAccess, missingHostAccess } from './machine.ts';

const NAME = 'systemctl';
const USUAL: NamedCommand = { argv: ['/usr/bin/systemctl'] };

const named = ({ connections }: Pick<NeedsContext, 'connections'>): NamedCommand | undefined =>
  Object.hasOwn(connections.commands, NAME) ? connections.commands[NAME] : undefined;

/** What an environment still has to give before systemd can be asked: the machine, or a command named systemctl. */
export const missingSystemd = (context: NeedsContext): readonly string[] => {
  const command = named(context);
  if (!command) return missingHostAccess(context);
  return (command.env ?? []).filter((name) => !context.hasEnv(name)).map((name) => `${name} not set`);
};

const noSystemd = (words: string) =>
  ourFault(`there is no systemd here: ${words}`, 'no_systemd', { scope: 'worker' });

const NOT_RUNNING = /not been booted with systemd|failed to connect to bus|no such file or directory/i;

const firstLine = ({ stderr, stdout }: ProcessEnd): string =>
  (stderr.text.trim() || stdout.text.trim()).split('\n')[0]?.slice(0, 200) ?? '';

const call = async (args: readonly string[], context: CheckContext): Promise<ProcessEnd> => {
  const command = named(context);
  if (!command) assertHostAccess(context);
  const { argv, cwd } = command ?? USUAL;
  const [program = '', ...fixed] = argv;
  // Times come in UTC and words in English, whatever the worker is set to.
  const env = { ...commandEnv(command ?? USUAL, context), TZ: 'UTC', LC_ALL: 'C', SYSTEMD_COLORS: '0' };
  try {
    return await runProcess(
      { program, args: [...fixed, ...args], env, ...(cwd !== undefined && { cwd }) },
      context,
    );
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'spawn_enoent')
      throw noSystemd(`${program} is not installed`);
    throw error;
  }
};

/** A full name of a unit: `nginx` is `nginx.service`. */
export const unitName = (name: string, suffix: 'service' | 'timer'): string =>
  /\.[a-z]+$/.test(name) ? name : `${name}.${suffix}`;

/** Names of units hold no blank, and none begins with a dash: it would be read as an option. */
export const UNIT_NAME = /^[A-Za-z0-9_:\\@.][A-Za-z0-9_:\\@.-]{0,250}$/;

export type Properties = Readonly<Record<string, string>>;

const parseProperties = (text: string): Properties =>
  Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const end = line.indexOf('=');
      return end > 0 ? [[line.slice(0, end), line.slice(end + 1)]] : [];
    }),
  );

/** Properties of a unit; one that is not there has `LoadState: not-found`. Rejects with a problem without systemd. */
export const showUnit = async (
  unit: string,
  properties: readonly string[],
  context: CheckContext,
): Promise<Properties> => {
  const end = await call(['show', '--no-pager', `--property=${properties.join(',')}`, '--', unit], context);
  if (end.exit !== 0) {
    const words = firstLine(end);
    if (NOT_RUNNING.test(`${end.stderr.text}${end.stdout.text}`)) throw noSystemd(words);
    throw ourFault(`systemctl ends with ${end.exit}: ${words}`, 'systemctl_failed');
  }
  const found = parseProperties(end.stdout.text);
  if (end.stdout.isCut || found['LoadState'] === undefined)
    throw ourFault('systemctl does not say what it was asked', 'systemctl_failed');
  return found;
};

/**
 * Milliseconds since 1970 of a time as systemctl prints it. Undefined: it never happened (`n/a`). NaN: it cannot be read,
 * as it is in another zone than was asked for.
 */
export const systemdTime = (text: string | undefined): number | undefined => {
  if (text === undefined || ['', 'n/a', '0'].includes(text)) return undefined;
  const [, day, time] =
    /^[A-Z][a-z]{2} (\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.\d+)? UTC$/.exec(text) ?? [];
  if (day !== undefined && time !== undefined) return Date.parse(`${day}T${time}Z`);
  return Number(/^@(\d{1,12})(?:\.\d+)?$/.exec(text)?.[1] ?? NaN) * 1000;
};

/** A number of a property; undefined for `[not set]`, and for what stands for infinity. */
export const systemdNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
