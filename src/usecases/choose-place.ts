import type { Checklist, Choices, Environment, FileProblem, Item, Parameter } from '../domain/checklist.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { Refusal } from '../domain/refusal.ts';
import { quoted, refusal } from '../domain/refusal.ts';
import { versionProblem } from '../domain/decide/set-version.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { placeholdersIn } from '../lib/placeholders.ts';
import { nameIn } from '../lib/name-in.ts';
import { nearest } from '../lib/nearest.ts';
import type { Result } from '../lib/result.ts';
import { err, ok } from '../lib/result.ts';
import { environmentCalled, hasEnvironmentFiles, problemLines, systemCalled } from './files.ts';
import type { Files } from './world.ts';

/** What `/deploy start <environment> [system] [version]` says, word by word. */
export type StartWords = { readonly environment: string; readonly rest: readonly string[] };

export type Place = {
  readonly environment: string;
  readonly system: string;
  readonly version: string | null;
};

/** Where no system could be told from the words: the start dialog asks. */
export const ASK = 'ask';

/**
 * Reads the words of a start. System: the argument, else the only one loaded, else the one bound to the channel, else the
 * channel's last, else `ask`. A second word that is no loaded system is the version when the system is known otherwise, or when nothing but a version looks like it.
 */
export const choosePlace = (
  words: StartWords,
  seen: { files: Files; channelNames: readonly string[]; last: Deployment | undefined },
): Result<Place | typeof ASK, Refusal> => {
  const { files } = seen;
  const environment = knownEnvironment(words.environment, files);
  if (!environment.ok) return environment;
  if (words.rest.length > 2) {
    return err(refusal('usage', 'Type /deploy start <environment> [system] [version].'));
  }
  return readWords(words.rest, {
    files,
    environment: environment.value,
    implied: impliedSystem(seen, environment.value),
  });
};

const readWords = (
  [first, second]: readonly string[],
  { files, environment, implied }: { files: Files; environment: string; implied: string | undefined },
): Result<Place | typeof ASK, Refusal> => {
  const named = first === undefined ? undefined : systemCalled(files, first);
  const known = [...files.checklists.keys()];
  if (first !== undefined && named === undefined && !isMeantAsVersion({ first, second, implied, known })) {
    return err(refusal('unknown_system', `There is no system ${quoted(first)}. ${hintFor(first, known)}`));
  }
  const system = named ?? implied;
  if (system === undefined) return ok(ASK);
  const place = { environment, system, version: (named === undefined ? first : second) ?? null };
  const problem = twoSystems(files, place) ?? placeProblem(files, place);
  return problem === undefined ? ok(place) : err(problem);
};

/** The last word, no system: where the system is not known yet, only one that no system's name is like. */
const isMeantAsVersion = (said: {
  readonly first: string;
  readonly second: string | undefined;
  readonly implied: string | undefined;
  readonly known: readonly string[];
}): boolean => {
  if (said.second !== undefined) return false;
  if (said.implied !== undefined) return true;
  const isVersion = /\d/.test(said.first) && versionProblem(said.first) === undefined;
  return isVersion && nearest(said.first, said.known).length === 0;
};

/** A loaded system's name is no version: whoever types two systems means one of them. */
const twoSystems = ({ checklists }: Files, { environment, system, version }: Place): Refusal | undefined => {
  const other = version === null ? undefined : nameIn(version, checklists.keys());
  if (version === null || other === undefined) return undefined;
  const typed = [...new Set([system, other])].map((name) => `/deploy start ${environment} ${name} <version>`);
  const ways = typed.length === 1 ? 'Type' : 'One of them:';
  return refusal(
    'version_invalid',
    `${quoted(version)} is a system too, where the version is read. ${ways} ${typed.join(' or ')}.`,
  );
};

const placeProblem = (files: Files, { system, version }: Place): Refusal | undefined => {
  const broken = files.broken.get(system);
  if (broken !== undefined) return brokenRefusal(system, broken);
  return version === null ? undefined : versionProblem(version);
};

const knownEnvironment = (typed: string, files: Files): Result<string, Refusal> => {
  const { environments, broken } = files;
  const name = environmentCalled(files, typed);
  const problems = broken.get(`environments/${name}`) ?? broken.get('environments/');
  if (problems !== undefined) return err(brokenRefusal(`environments/${name}`, problems));
  const isPlain = /^[a-z0-9][a-z0-9-]{0,62}$/.test(name);
  if (environments.has(name) || (!hasEnvironmentFiles(files) && isPlain)) return ok(name);
  const known = [...environments.keys()];
  const isSystem = systemCalled(files, name) !== undefined;
  const what = isSystem ? ': it is a system, which stands after the environment.' : '.';
  return err(
    refusal('unknown_environment', `There is no environment ${quoted(name)}${what} ${hintFor(name, known)}`),
  );
};

const impliedSystem = (
  {
    files,
    channelNames,
    last,
  }: { files: Files; channelNames: readonly string[]; last: Deployment | undefined },
  environment: string,
): string | undefined => {
  const loaded = [
    ...files.checklists.keys(),
    ...[...files.broken.keys()].filter((name) => !name.includes('/')),
  ];
  if (loaded.length === 1) return loaded[0];
  const systems = Object.entries(files.environments.get(environment)?.systems ?? {});
  const bound = systems.find(([, { channel }]) => channel !== undefined && channelNames.includes(channel));
  return bound?.[0] ?? (last !== undefined && files.checklists.has(last.system) ? last.system : undefined);
};

const hintFor = (name: string, known: readonly string[]): string => {
  const near = nearest(name, known);
  if (near.length > 0) return `Did you mean ${near.join(' or ')}?`;
  return known.length === 0 ? 'None is loaded.' : `Loaded: ${known.join(', ')}.`;
};

const brokenRefusal = (name: string, problems: readonly FileProblem[]): Refusal =>
  refusal('checklist_broken', `${name} could not be read, so it cannot start:\n${problemLines(problems)}`);

/** Everything the start dialog, or the defaults, choose. Unknown options are refused, never guessed. */
export const choicesFor = (
  checklist: Checklist,
  environment: Environment,
  chosen: Partial<Choices>,
): Result<Choices, Refusal> => {
  const variants: Record<string, string> = {};
  for (const [group, { options, default: usual }] of Object.entries(checklist.variants)) {
    const option = chosen.variants?.[group] ?? usual;
    if (options[option] === undefined) {
      return err(
        refusal(
          'choice_invalid',
          `${group} has no option ${quoted(option)}. Options: ${Object.keys(options).join(', ')}.`,
        ),
      );
    }
    variants[group] = option;
  }
  const parameters = parametersFor(checklist, environment, chosen);
  const problem = commandProblem(checklist, parameters);
  return problem === undefined ? ok({ variants, parameters }) : err(problem);
};

/** What a shell takes as it stands. People copy commands with these values in them. */
const PLAIN = /^[A-Za-z0-9_./][A-Za-z0-9._+/:@=,%-]{0,199}$/;

/** Typed at start and put into a command that is shown to copy: nothing may mean more there than it says. */
const commandProblem = (checklist: Checklist, values: JsonObject): Refusal | undefined => {
  const inCommands = new Set(placeholdersIn(commandsOf(checklist)));
  const unfit = Object.entries(checklist.parameters).find(([name, { ask, secret, default: usual }]) => {
    const value = values[name];
    const isTyped = ask && !secret && typeof value === 'string' && value !== usual;
    return isTyped && inCommands.has(name) && !PLAIN.test(value);
  });
  return unfit === undefined
    ? undefined
    : refusal(
        'choice_invalid',
        `${unfit[0]} is put into commands to copy: it holds letters, digits and . _ + / : @ = , % - only, at most 200.`,
      );
};

const commandsOf = ({ stages, criteria, rollback }: Checklist): string[] => {
  const commandsIn = (items: readonly Item[]): string[] =>
    items.flatMap(({ command, body }) => [
      ...(command === undefined ? [] : [command]),
      ...(body.kind === 'parent' ? commandsIn(body.items) : []),
    ]);
  return [
    ...Object.values(stages).flatMap((phases) => phases.flatMap(({ items }) => commandsIn(items))),
    ...commandsIn(criteria?.items ?? []),
    ...Object.values(rollback.plans).flatMap(({ items }) => commandsIn(items)),
    ...commandsIn(rollback.after),
  ];
};

const parametersFor = (
  { parameters, system }: Checklist,
  { systems }: Environment,
  chosen: Partial<Choices>,
): JsonObject => {
  const given = systems[system]?.connections.values ?? {};
  const known: Record<string, Json> = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    if (parameter.secret) continue;
    const value = answerOf(chosen, name, parameter) ?? given[name] ?? parameter.default;
    if (value !== undefined) known[name] = value;
  }
  return known;
};

/** What was answered in the start dialog, in the type of the default. There, a box without a tick is a no. */
const answerOf = (
  { parameters }: Partial<Choices>,
  name: string,
  { ask, default: usual }: Parameter,
): Json | undefined => {
  if (!ask || parameters === undefined) return undefined;
  const answer = parameters[name];
  if (typeof usual === 'boolean') return answer ?? false;
  const isNumber = typeof usual === 'number' && typeof answer === 'string' && answer.trim() !== '';
  return isNumber && Number.isFinite(Number(answer)) ? Number(answer) : answer;
};
