import type { Command } from './command.ts';

/** Two columns, the left as wide as it needs. */
export const columns = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`).join('\n');
};

/** Every command with one line. */
export const overview = (commands: readonly Command[]): string =>
  [
    'tminus runs deployments as a countdown around T-0, from Slack.',
    '',
    'Usage: tminus <command>',
    '',
    columns([
      ...commands.map(({ name, summary }) => [name, summary] as const),
      ['help', 'This list; "tminus help <command>" says more about one command'],
      ['--version', 'The version that is installed'],
    ]),
    '',
    'Exit codes: 0 fine, 1 problems or failures, 2 the command or the configuration was not understood.',
  ].join('\n');

/** All about one command. */
export const helpOf = ({ name, usage, summary, details, options, flags }: Command): string =>
  [
    `Usage: tminus ${name} ${usage}`.trimEnd(),
    '',
    summary,
    ...(details === undefined ? [] : ['', details]),
    ...(options === undefined && flags === undefined
      ? []
      : [
          '',
          columns(
            Object.entries({ ...options, ...flags }).map(([option, what]) => [`--${option}`, what] as const),
          ),
        ]),
  ].join('\n');
