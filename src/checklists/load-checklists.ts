import { join } from 'node:path';
import type { Checklist, Environment, FileProblem } from '../domain/checklist.ts';
import { err } from '../lib/result.ts';
import type { Result } from '../lib/result.ts';
import { fitEnvironment } from './fit-environment.ts';
import { parseChecklist } from './parse-checklist.ts';
import { parseEnvironment } from './parse-environment.ts';
import type { ParsedEnvironment } from './parse-environment.ts';
import type { YamlFile } from './read-folder.ts';
import { readYamlFolder } from './read-folder.ts';
import type { KindRules } from './rules/checks.ts';
import type { Located } from './source.ts';

/** Folder of the environment files below the checklists' own. */
const ENVIRONMENTS = 'environments';

/** Everything a folder of checklists holds. */
export type LoadedChecklists = {
  /** System -> its checklist; only files without any problem. */
  readonly checklists: ReadonlyMap<string, Checklist>;
  /** Environment -> its rules; a file may load although single values of it are problems. */
  readonly environments: ReadonlyMap<string, Environment>;
  /** All problems of all files by file, line and column; files are named relative to the folder. */
  readonly problems: readonly FileProblem[];
  /**
   * Files that did not load, as `tiny` or `environments/production`, with their problems. `environments/`: nobody knows
   * which environments there are, because a folder could not be read.
   */
  readonly broken: ReadonlyMap<string, readonly FileProblem[]>;
};

export type LoadOptions = {
  /** Rules for the parameters of check kinds that are known; absent: any parameters are taken. */
  readonly kinds?: KindRules;
};

/**
 * Reads `<dir>/*.yaml` and `<dir>/environments/*.yaml` (`.yml` too). Never throws for what a file holds: a bad file is
 * reported and stops no other. A missing folder is a problem; a missing `environments` folder is not.
 */
export const loadChecklists = async (
  dir: string,
  { kinds = {} }: LoadOptions = {},
): Promise<LoadedChecklists> => {
  const files = await readYamlFolder(dir);
  const environmentFiles = await readYamlFolder(join(dir, ENVIRONMENTS));
  const systems = parseAll(files.ok ? files.value : [], '', (text, name) =>
    parseChecklist(text, { name, kinds }),
  );
  const environments = parseAll(
    environmentFiles.ok ? environmentFiles.value : [],
    `${ENVIRONMENTS}/`,
    parseEnvironment,
  );
  const checklists = new Map([...systems.loaded].map(([name, { value }]) => [name, value]));
  const fitted = fitAll(environments.loaded, {
    loaded: checklists,
    unreadable: new Set(systems.broken.keys()),
  });
  const unreadable = [
    ...(files.ok ? [] : [folderProblem(dir, files.error)]),
    ...(environmentFiles.ok || environmentFiles.error === 'ENOENT'
      ? []
      : [folderProblem(`${ENVIRONMENTS}/`, environmentFiles.error)]),
  ];
  const broken = new Map([
    ...systems.broken,
    ...environments.broken,
    // A folder that cannot be looked into may hold rules: that is not the same as having none.
    ...(unreadable.length === 0 ? [] : [[`${ENVIRONMENTS}/`, unreadable] as const]),
  ]);
  const problems = [...systems.broken.values(), ...environments.broken.values(), unreadable].flat();
  return {
    checklists,
    environments: fitted.environments,
    problems: inOrder([...problems, ...fitted.problems]),
    broken,
  };
};

const folderProblem = (file: string, code: string): FileProblem => ({
  file,
  line: 0,
  column: 0,
  message: code === 'ENOENT' ? 'no such folder' : `the folder cannot be read: ${code}`,
});

type Loaded<T> = ReadonlyMap<string, { readonly file: string; readonly value: T }>;
type Parse<T> = (text: string, name: string) => Result<T, readonly Located[]>;

const parseAll = <T>(files: readonly YamlFile[], prefix: string, parse: Parse<T>) => {
  const loaded = new Map<string, { readonly file: string; readonly value: T }>();
  const broken = new Map<string, readonly FileProblem[]>();
  for (const file of files) {
    const path = `${prefix}${file.file}`;
    const parsed = loaded.has(file.name) ? twice(file.name) : parseOne(file, parse);
    if (parsed.ok) loaded.set(file.name, { file: path, value: parsed.value });
    else
      broken.set(
        `${prefix}${file.name}`,
        inOrder(parsed.error.map((problem) => ({ file: path, ...problem }))),
      );
  }
  return { loaded, broken };
};

const twice = (name: string): Result<never, readonly Located[]> =>
  err([{ line: 0, column: 0, message: `${name}.yaml stands beside ${name}.yml: expected one of them` }]);

const parseOne = <T>(file: YamlFile, parse: Parse<T>): Result<T, readonly Located[]> =>
  file.kind === 'text' ? parse(file.text, file.name) : err([{ line: 0, column: 0, message: file.message }]);

const fitAll = (
  parsed: Loaded<ParsedEnvironment>,
  systems: Parameters<typeof fitEnvironment>[1],
): { readonly environments: ReadonlyMap<string, Environment>; readonly problems: readonly FileProblem[] } => {
  const environments = new Map<string, Environment>();
  const problems: FileProblem[] = [];
  for (const [name, { file, value }] of parsed) {
    const fitted = fitEnvironment(value, systems);
    environments.set(name, fitted.environment);
    problems.push(...[...value.problems, ...fitted.problems].map((problem) => ({ file, ...problem })));
  }
  return { environments, problems };
};

const inOrder = (problems: readonly FileProblem[]): readonly FileProblem[] =>
  [...problems].sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column);
