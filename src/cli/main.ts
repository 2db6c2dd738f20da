import { didYouMean } from '../lib/nearest.ts';
import { createLog } from '../log.ts';
import type { Command, ExitCode } from './command.ts';
import { parseGiven, UsageError } from './command.ts';
import { audit } from './audit/audit.ts';
import { check } from './check/check.ts';
import { checks } from './checks/checks.ts';
import { demo } from './demo.ts';
import { doctor } from './doctor/doctor.ts';
import { explain } from './explain.ts';
import { helpOf, overview } from './help.ts';
import { installedVersion } from './installation.ts';
import { newErrorId } from './service.ts';
import { migrate } from './migrate.ts';
import { sandbox } from './sandbox.ts';
import { start } from './start.ts';
import { ownTerminal } from './terminal.ts';
import type { Terminal } from './terminal.ts';

const COMMANDS: readonly Command[] = [start, migrate, doctor, check, checks, audit, sandbox, demo];

const NAMES = [...COMMANDS.map(({ name }) => name), 'help'];

const commandNamed = (name: string): Command => {
  const command = COMMANDS.find((known) => known.name === name);
  if (command !== undefined) return command;
  throw new UsageError(`There is no command "${name}"${didYouMean(name, NAMES)}. "tminus help" lists them.`);
};

const dispatch = async (typed: readonly string[], terminal: Terminal): Promise<ExitCode> => {
  const [name = 'help', ...rest] = typed;
  if (['--version', '-v'].includes(name)) {
    terminal.print(await installedVersion());
    return 0;
  }
  const isHelp = ['help', '--help', '-h'].includes(name);
  const about = isHelp ? rest[0] : rest.some((word) => ['--help', '-h'].includes(word)) ? name : undefined;
  if (about !== undefined) terminal.print(helpOf(commandNamed(about)));
  else if (isHelp) terminal.print(overview(COMMANDS));
  else {
    const command = commandNamed(name);
    return command.run(parseGiven(command, rest), terminal);
  }
  return 0;
};

/** The edge of every command: what is foreseen is said with its remedy, anything else gets an id, here and in the log. */
const main = async (typed: readonly string[], terminal: Terminal): Promise<ExitCode> => {
  try {
    return await dispatch(typed, terminal);
  } catch (err) {
    const explained = explain(err);
    if (explained !== undefined) {
      terminal.complain(explained.problem);
      if (explained.remedy !== undefined) terminal.complain(explained.remedy);
      return explained.code;
    }
    const errorId = newErrorId();
    createLog('error', []).error({ err, errorId }, 'command_failed');
    terminal.complain(
      `Something went wrong that nobody foresaw. The log line above has the error id ${errorId}.`,
    );
    return 1;
  }
};

const code = await main(process.argv.slice(2), ownTerminal());
// Services have ended by now; what a library left open must not keep the terminal waiting.
process.exit(code);
