import { readiness } from '../../checks/readiness.ts';
import { holds } from '../../checklists/conditions.ts';
import { effectiveChecklist } from '../../checklists/effective.ts';
import type { LoadedChecklists } from '../../checklists/load-checklists.ts';
import { environmentNamed } from '../../checklists/to-environment.ts';
import type { Checklist, Environment } from '../../domain/checklist.ts';
import { planOf } from '../../domain/plan.ts';
import { silentLog } from '../../lib/log.ts';
import { didYouMean } from '../../lib/nearest.ts';
import { loadFiles } from '../../main.ts';
import { choicesFor } from '../../usecases/choose-place.ts';
import { holdsIn, readinessOf, requestFor } from '../../usecases/situate.ts';
import type { Command, ExitCode, Given } from '../command.ts';
import { UsageError } from '../command.ts';
import { lookAtConfiguration } from '../doctor/look-at-configuration.ts';
import type { Terminal } from '../terminal.ts';
import { chooseChecks, phaseNames } from './choose-checks.ts';
import { junitOf } from './junit.ts';
import { runChecks } from './run-checks.ts';
import type { Look } from './say.ts';
import { exitCodeOf, jsonOf, lineOf, summaryOf } from './say.ts';

const checklistNamed = ({ checklists, broken, problems }: LoadedChecklists, name: string): Checklist => {
  const found = checklists.get(name);
  if (found !== undefined) return found;
  if (broken.has(name)) {
    const lines = problems.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`);
    throw new UsageError(`The checklist of ${name} could not be read:\n${lines.join('\n')}`);
  }
  throw new UsageError(`There is no system "${name}"${didYouMean(name, [...checklists.keys()])}.`);
};

const environmentOf = ({ environments, broken }: LoadedChecklists, name: string): Environment => {
  const found = environments.get(name);
  if (found !== undefined) return found;
  if (broken.has(`environments/${name}`))
    throw new UsageError(`The environment file of ${name} could not be read: "tminus doctor" says where.`);
  if (environments.size === 0) return environmentNamed(name);
  throw new UsageError(`There is no environment "${name}"${didYouMean(name, [...environments.keys()])}.`);
};

/** Names of variables with a value, of this process alone: whoever calls it is the runner. */
const holder = (env: Terminal['env']) => (name: string) => (env[name] ?? '') !== '';

const look = async ({ words, options }: Given, terminal: Terminal, signal: AbortSignal): Promise<Look> => {
  const [system, environmentName] = words;
  if (system === undefined || environmentName === undefined)
    throw new UsageError(
      'Say which system and which environment. Usage: tminus check <system> <environment>',
    );
  const files = await loadFiles(lookAtConfiguration(terminal.env).readable, silentLog);
  const checklist = checklistNamed(files, system);
  const environment = environmentOf(files, environmentName);
  const chosenOptions = choicesFor(checklist, environment, {});
  if (!chosenOptions.ok) throw new UsageError(chosenOptions.error.message);
  const { checklist: effective } = effectiveChecklist(checklist, environment, system);
  const hasEnv = holder(terminal.env);
  const deployment = {
    version: options['version'] ?? null,
    previousVersion: options['previous'] ?? null,
    captured: {},
    choices: chosenOptions.value,
  };
  // Run where this process runs: a zone has no say here, and the person chose the place.
  const { runner: _zone, ...connections } = effective.connections;
  const here = { ...effective, connections };
  const { items } = planOf(here, deployment.choices, holdsIn({ holds }, environment.environment));
  const { phase } = options;
  if (phase !== undefined && !phaseNames(items).includes(phase))
    throw new UsageError(`There is no phase "${phase}"${didYouMean(phase, phaseNames(items))}.`);
  const chosen = chooseChecks(
    items,
    (entry) =>
      readinessOf({ readiness, hasEnv, hasRunner: () => true }, { deployment, checklist: here, entry }),
    phase,
  );
  const began = performance.now();
  const done = await runChecks(
    chosen.filter((one) => one.readiness.kind === 'connected'),
    {
      check: { env: (name) => terminal.env[name], now: terminal.now, signal, log: silentLog },
      requestFor: ({ definition }, captured) =>
        requestFor({ deployment: { ...deployment, captured }, checklist: here }, definition),
      onDone: (one) => terminal.complain(lineOf(one)),
    },
  );
  return {
    system,
    environment: environmentName,
    done,
    left: chosen.filter((one) => one.readiness.kind !== 'connected'),
    durationMs: Math.round(performance.now() - began),
  };
};

const checkAll = async (given: Given, terminal: Terminal): Promise<ExitCode> => {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const found = await look(given, terminal, stopping.signal);
    if (given.flags.has('json')) terminal.print(JSON.stringify(jsonOf(found), null, 2));
    else if (given.flags.has('junit')) terminal.print(junitOf(found));
    else terminal.print(summaryOf(found));
    return exitCodeOf(found);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
};

export const check: Command = {
  name: 'check',
  usage: '<system> <environment> [--phase <id>] [--version <v>] [--json | --junit]',
  summary: 'Runs the connected checks of a system from here, without Slack and without a deployment',
  details:
    'Runs what only reads and is connected, with the variables of this terminal as secrets, and writes every result to\n' +
    'standard error as it comes: the same line as on the card. The summary goes to standard output. Nothing is stored.\n' +
    'Exit code 0: all good; 1: something failed; 3: nothing failed, but something could not be measured, or nothing was.',
  options: {
    phase: 'Only this phase or stage, by id; rollback plans are run only when named here',
    version: 'The version that is meant to run, where a check compares with it',
    previous: 'The version before, where a check compares with it',
  },
  flags: {
    json: 'Standard output is one JSON object with every result',
    junit: 'Standard output is JUnit XML, for CI servers',
  },
  mostWords: 2,
  run: checkAll,
};
