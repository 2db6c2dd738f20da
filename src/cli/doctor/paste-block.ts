import { stringify } from 'yaml';
import type { Parameter } from '../../domain/checklist.ts';
import type { Remedy, Step } from './steps.ts';

export type BlockPlace = {
  readonly system: string;
  readonly environment: string;
  /** The environment has no file yet: the block is a whole one. */
  readonly isNewFile: boolean;
  readonly parameters: Readonly<Record<string, Parameter>>;
};

/** What goes into the environment file and into the worker's environment for one step. */
export type PasteBlock = {
  /** Absent: nothing of this step belongs into the file. */
  readonly yaml?: string;
  /** Variables the worker has to hold. */
  readonly variables: readonly string[];
};

const parameterNamed = ({ parameters }: BlockPlace, name: string): Parameter =>
  Object.hasOwn(parameters, name) && parameters[name] !== undefined
    ? parameters[name]
    : { describe: name, secret: false, ask: false };

const variableFor = ({ system }: BlockPlace, name: string): string =>
  `${system}_${name}`.toUpperCase().replaceAll('-', '_');

/** A value in the form the parameter wants, for a person to replace; names and addresses are those kept for examples. */
const exampleOf = (place: BlockPlace, name: string): string => {
  const { describe, secret } = parameterNamed(place, name);
  if (secret) return `env:${variableFor(place, name)}`;
  const given = /e\.g\. (\S*[^\s.,;)])/.exec(describe)?.[1];
  if (given !== undefined) return given;
  const [, subject = '', form = ''] = /^(.*?)-?(url|host|address|port|root|dir|path)$/.exec(name) ?? [];
  const host = `${subject === '' ? place.system : subject}.example.com`;
  const folder = `/srv/${place.system}`;
  const forms: Readonly<Record<string, string>> = {
    url: `https://${host}`,
    host,
    address: '192.0.2.10',
    port: '443',
    root: folder,
    dir: folder,
    path: folder,
  };
  return forms[form] ?? 'your-value';
};

const scalar = (value: string): string =>
  stringify(/^\d+$/.test(value) ? Number(value) : value, { lineWidth: 0 }).trimEnd();

const plus = (checks: number): string => `+${checks} ${checks === 1 ? 'check' : 'checks'}`;

type Of<K> = Remedy & { readonly need: Extract<Remedy['need'], { kind: K }> };

const pick = <K extends Remedy['need']['kind']>({ remedies }: Step, kind: K): readonly Of<K>[] =>
  remedies.filter((remedy): remedy is Of<K> => remedy.need.kind === kind);

/** The key with its lines below it, or nothing when there are none. */
const under = (key: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [`${key}:`, ...lines.map((line) => `  ${line}`)];

const systemLines = (step: Step, place: BlockPlace): readonly string[] => {
  const values = pick(step, 'value').map(
    ({ need: { name }, checks }) =>
      `${name}: ${scalar(exampleOf(place, name))}   # ${plus(checks)}: ${parameterNamed(place, name).describe}`,
  );
  const hosts = pick(step, 'host').map(
    ({ need: { host }, checks }) => `- ${scalar(host)}   # ${plus(checks)}`,
  );
  const commands = pick(step, 'command').map(
    ({ need: { name }, checks }) => `${name}: [/usr/bin/your-program, your-argument]   # ${plus(checks)}`,
  );
  // What is missing of sources has several wordings and one key.
  const sources = pick(step, 'env_source')
    .slice(0, 1)
    .map(({ checks }) => `env_source: {dotenv: /srv/${place.system}/.env}   # ${plus(checks)} of settings`);
  const files = pick(step, 'files').map(
    ({ checks }) => `files: [/srv/${place.system}]   # ${plus(checks)} of files`,
  );
  const machine = pick(step, 'machine').map(({ checks }) => `host: true   # ${plus(checks)} of the machine`);
  const named = pick(step, 'named_variable').map(({ need }) => need.variable);
  return [
    ...under('values', values),
    ...(named.length > 0 ? [`env: [${named.join(', ')}]   # variables that auth names`] : []),
    ...under('allow', hosts),
    ...sources,
    ...files,
    ...machine,
    ...under('commands', commands),
  ];
};

/** One block to paste and edit per step. It is valid as it stands; its values are examples. */
export const pasteBlock = (step: Step, place: BlockPlace): PasteBlock => {
  const lines = systemLines(step, place);
  const secrets = pick(step, 'value').filter(({ need }) => parameterNamed(place, need.name).secret);
  const variables = [
    ...pick(step, 'variable').map(({ need }) => need.variable),
    ...pick(step, 'named_variable').map(({ need }) => need.variable),
    ...secrets.map(({ need }) => variableFor(place, need.name)),
  ];
  if (lines.length === 0) return { variables };
  const head = place.isNewFile ? [`environment: ${place.environment}`] : [];
  return { yaml: [...head, ...under('systems', under(place.system, lines))].join('\n'), variables };
};
