import { describeKind } from '../../checks/describe.ts';
import type { KindText } from '../../checks/describe.ts';
import { listKinds } from '../../checks/registry.ts';
import { didYouMean } from '../../lib/nearest.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../command.ts';
import { columns } from '../help.ts';

const overview = (kinds: readonly KindText[]): string =>
  [
    columns(kinds.map(({ kind, title }) => [kind, title] as const)),
    '',
    '"tminus checks <kind>" shows its parameters and what it observes.',
  ].join('\n');

const rows = (entries: Readonly<Record<string, string>>): string => columns(Object.entries(entries));

const all = ({ kind, title, effect, timeoutMs, parameters, observation, passes }: KindText): string =>
  [
    `${kind}: ${title}`,
    `Effect ${effect}, deadline ${timeoutMs / 1000} s.`,
    '',
    'Parameters',
    columns(
      parameters.map(
        ({ name, type, isRequired, description }) =>
          [`${name}${isRequired ? '' : '?'}`, `${description} (${type})`] as const,
      ),
    ),
    '',
    'Observes',
    rows(observation),
    '',
    `Passes without expect: ${Object.keys(passes).length === 0 ? 'when it could be carried out' : JSON.stringify(passes)}`,
  ].join('\n');

export const checks: Command = {
  name: 'checks',
  usage: '[kind]',
  summary: 'The kinds of checks a checklist can use, with their parameters',
  mostWords: 1,
  run: ({ words: [name] }, { print }) => {
    const kinds = listKinds().map(describeKind);
    const found = kinds.find(({ kind }) => kind === name);
    if (name !== undefined && found === undefined)
      throw new UsageError(
        `There is no kind "${name}"${didYouMean(
          name,
          kinds.map(({ kind }) => kind),
        )}. "tminus checks" lists them.`,
      );
    print(found === undefined ? overview(kinds) : all(found));
    return Promise.resolve(0);
  },
};
