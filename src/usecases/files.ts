import type { FileProblem } from '../domain/checklist.ts';
import type { Refusal } from '../domain/refusal.ts';
import { refusal } from '../domain/refusal.ts';
import { nameIn } from '../lib/name-in.ts';
import type { Files } from './world.ts';

/** Where the environment files stand; as a name among the broken files, the folder itself. */
const FOLDER = 'environments/';
const MOST_PROBLEMS = 5;

/** Whether people wrote environment files at all. Without any the common rules hold everywhere. */
export const hasEnvironmentFiles = ({ environments, broken }: Files): boolean =>
  environments.size > 0 || [...broken.keys()].some((name) => name.startsWith(FOLDER));

/** The environment that was typed, as its file is called; without any files each is written small. As typed where there is none. */
export const environmentCalled = (files: Files, typed: string): string => {
  const broken = [...files.broken.keys()].flatMap((name) =>
    name.startsWith(FOLDER) ? [name.slice(FOLDER.length)] : [],
  );
  if (!hasEnvironmentFiles(files)) return typed.toLowerCase();
  return nameIn(typed, [...files.environments.keys(), ...broken]) ?? typed;
};

/** The system that was typed, as its file is called; undefined: there is none, not even a broken one. */
export const systemCalled = ({ checklists, broken }: Files, typed: string): string | undefined =>
  nameIn(typed, [...checklists.keys(), ...[...broken.keys()].filter((name) => !name.includes('/'))]);

/** Problems of a file, one a line with its place, as far as an answer has room. */
export const problemLines = (problems: readonly FileProblem[]): string =>
  problems
    .slice(0, MOST_PROBLEMS)
    .map(({ file, line, column, message }) =>
      line === 0 ? `${file} ${message}` : `${file}:${line}:${column} ${message}`,
    )
    .join('\n');

/** Why the rules of an environment cannot be told: its file is broken, or gone while others are there. Undefined: they can. */
export const environmentProblem = (files: Files, name: string): Refusal | undefined => {
  const { environments, broken } = files;
  const problems = broken.get(`${FOLDER}${name}`) ?? broken.get(FOLDER);
  if (problems === undefined && (environments.has(name) || !hasEnvironmentFiles(files))) return undefined;
  const what =
    problems === undefined
      ? `There is no ${FOLDER}${name}.yaml any more`
      : `The file of ${name} could not be read:\n${problemLines(problems)}\n`;
  const remedy = problems === undefined ? 'Put it back' : 'Correct it';
  return refusal(
    'checklist_broken',
    `${what}${problems === undefined ? ', so' : 'So'} nobody knows who may decide this in ${name}. ${remedy}, then restart the bot. Roll back and Abort need no role and stay possible.`,
  );
};
