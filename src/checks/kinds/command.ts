import { z } from 'zod';
import type { NamedCommand } from '../../domain/check.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { plain } from '../../lib/matching/rule.ts';
import { formatDuration } from '../../lib/matching/units.ts';
import { defineCheck, numberOf, type CheckContext, type Incomplete, type Measured } from '../check.ts';
import { commandEnv } from '../command-env.ts';
import { MAX_OUTPUT_BYTES, runProcess, type ProcessEnd } from '../process.ts';
import { ourFault } from '../problem.ts';

const params = z.strictObject({
  name: z
    .string()
    .min(1)
    .describe('Name of a command in the environment file; commands themselves are never written here.'),
  args: z
    .array(z.union([z.string(), z.number()]))
    .max(20)
    .default([])
    .describe('Values for ${1}, ${2} and so on in the command; none may begin with a dash.'),
});

type Params = z.output<typeof params>;

const MAX_ARG_LENGTH = 1000;
const SLOT = /\$\{(\d{1,2})\}/g;

const assertArgument = (arg: string, position: number): void => {
  const name = `argument ${position + 1}`;
  if (arg === '' || arg.length > MAX_ARG_LENGTH)
    throw ourFault(`${name} is empty or too long`, 'bad_argument');
  if (arg.startsWith('-'))
    throw ourFault(`${name} begins with a dash: it would be read as an option`, 'bad_argument');
  if (/[\u0000-\u001f\u007f]/.test(arg)) throw ourFault(`${name} holds a control character`, 'bad_argument');
};

const slotsOf = (argv: readonly string[]): ReadonlySet<number> =>
  new Set(argv.flatMap((part) => Array.from(part.matchAll(SLOT), (match) => Number(match[1]))));

/** The command with its arguments in place. Throws a problem unless every slot has a checked argument and the reverse. */
export const fillCommand = ({ argv }: NamedCommand, given: Params): readonly string[] => {
  const args = given.args.map(String);
  args.forEach(assertArgument);
  const slots = slotsOf(argv);
  if (slots.size !== args.length || args.some((_, position) => !slots.has(position + 1))) {
    throw ourFault(`${given.name} takes ${slots.size} arguments, ${args.length} are given`, 'bad_argument');
  }
  const program = argv[0] ?? '';
  if (!program.startsWith('/') || program.includes('${')) {
    throw ourFault(`${given.name}: its program has to be an absolute path`, 'bad_command');
  }
  return argv.map((part) => part.replace(SLOT, (_, slot: string) => args[Number(slot) - 1] ?? ''));
};

const jsonOf = (text: string): Json | undefined => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined; // most commands do not print JSON
  }
};

const cutOff = (key: string): Incomplete => ({
  key,
  reason: `is longer than ${MAX_OUTPUT_BYTES / 1024} KiB`,
});

const observe = ({ exit, stdout, stderr, durationMs }: ProcessEnd): Measured => {
  const json = stdout.isCut ? undefined : jsonOf(stdout.text);
  const incomplete = [
    ...(stdout.isCut ? [cutOff('stdout'), cutOff('json')] : []),
    ...(stderr.isCut ? [cutOff('stderr')] : []),
  ];
  const observation: JsonObject = {
    exit,
    stdout: stdout.text,
    stderr: stderr.text,
    ...(json !== undefined && { json }),
    duration: durationMs,
  };
  return { observation, incomplete };
};

const findCommand = (
  { name }: Params,
  { connections }: Pick<CheckContext, 'connections'>,
): NamedCommand | undefined =>
  Object.hasOwn(connections.commands, name) ? connections.commands[name] : undefined;

/** A command that the environment file names, with checked arguments. No shell ever sees it. */
export const command = defineCheck({
  kind: 'command',
  title: 'A named command on the host ends as it should.',
  params,
  defaultTimeoutMs: 30_000,
  defaultRetries: 0,
  observation: {
    exit: 'exit code; 128 plus the number of a signal that ended it',
    stdout: 'what it printed, at most 64 KiB',
    stderr: 'what it complained about, at most 64 KiB',
    json: 'its output when that is JSON',
    duration: 'milliseconds',
  },
  passes: { exit: 0 },
  target: ({ name }) => name,
  needs: (given, context) => {
    const named = findCommand(given, context);
    if (!named) return [`command ${given.name} not named`];
    return (named.env ?? []).filter((name) => !context.hasEnv(name)).map((name) => `${name} not set`);
  },
  run: async (given, context) => {
    const named = findCommand(given, context);
    if (!named) throw ourFault(`the environment file names no command ${given.name}`, 'command_not_named');
    const [program = '', ...args] = fillCommand(named, given);
    const env = commandEnv(named, context);
    const end = await runProcess(
      { program, args, env, ...(named.cwd !== undefined && { cwd: named.cwd }) },
      context,
    );
    return observe(end);
  },
  say: ({ exit = null, duration }) => `exit ${plain(exit)} in ${formatDuration(numberOf(duration))}`,
});
