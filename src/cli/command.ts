import { parseArgs } from 'node:util';
import { didYouMean } from '../lib/nearest.ts';
import type { Terminal } from './terminal.ts';

/** What was typed behind the name of a command. */
export type Given = {
  readonly words: readonly string[];
  /** Option -> its value, without the dashes; options that were not typed are absent. */
  readonly options: Readonly<Record<string, string>>;
  /** Those without a value that were typed. */
  readonly flags: ReadonlySet<string>;
};

/** 0: fine, 1: problems were found or something failed, 2: the command or the configuration was not understood. */
export type ExitCode = number;

/** One command of `tminus`. */
export type Command = {
  readonly name: string;
  /** What is typed behind the name, e.g. `verify [chain]`; empty: nothing. */
  readonly usage: string;
  /** One line of `tminus help`. */
  readonly summary: string;
  /** More for `tminus help <command>`; may have several lines. */
  readonly details?: string;
  /** Option -> what it does; each takes a value. */
  readonly options?: Readonly<Record<string, string>>;
  /** Option without a value -> what it does. */
  readonly flags?: Readonly<Record<string, string>>;
  /** Most words the command takes. Default 0. */
  readonly mostWords?: number;
  readonly run: (given: Given, terminal: Terminal) => Promise<ExitCode>;
};

/** What was typed makes no sense. The message says what to type instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const howTo = ({ name, usage }: Command): string => `Usage: tminus ${name} ${usage}`.trimEnd();

/**
 * Reads what stands behind the name of a command.
 * @throws UsageError for options it does not have, options without a value, and too many words.
 */
export const parseGiven = (command: Command, typed: readonly string[]): Given => {
  const flags = Object.keys(command.flags ?? {});
  const known = [...Object.keys(command.options ?? {}), ...flags];
  const { values, positionals, tokens } = parseArgs({
    args: [...typed],
    options: Object.fromEntries(
      known.map((name) => [
        name,
        { type: flags.includes(name) ? ('boolean' as const) : ('string' as const) },
      ]),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    if (!known.includes(token.name)) {
      const hint = didYouMean(
        token.rawName,
        known.map((name) => `--${name}`),
      );
      throw new UsageError(`tminus ${command.name} has no option ${token.rawName}${hint}. ${howTo(command)}`);
    }
    if (flags.includes(token.name)) {
      if (token.value !== undefined)
        throw new UsageError(`${token.rawName} takes no value. ${howTo(command)}`);
      continue;
    }
    if (token.value === undefined || token.value === '')
      throw new UsageError(`${token.rawName} needs a value. ${howTo(command)}`);
  }
  const surplus = positionals[command.mostWords ?? 0];
  if (surplus !== undefined)
    throw new UsageError(
      `tminus ${command.name} does not know what to do with "${surplus}". ${howTo(command)}`,
    );
  const typedFlags = Object.keys(values).filter((name) => flags.includes(name));
  return {
    words: positionals,
    options: Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
    ),
    flags: new Set(typedFlags),
  };
};
