import type { LoadedChecklists } from '../../checklists/load-checklists.ts';
import type { Sight } from './line.ts';
import { fine, problem } from './line.ts';

const named = (what: string, names: readonly string[]): string =>
  names.length === 0 ? `no ${what}` : `${what}${names.length === 1 ? '' : 's'} ${names.join(', ')}`;

/** What was loaded, and every problem with its place. */
export const lookAtChecklists = (
  { checklists, environments, problems }: LoadedChecklists,
  folder: string,
): Sight => ({
  area: 'Checklists',
  lines: [
    ...(checklists.size === 0 && problems.length === 0
      ? [
          problem(
            `${folder} holds no checklist`,
            'Set CHECKLISTS_DIR, or put a file as in docs/checklists.md there',
          ),
        ]
      : [
          fine(
            `${named('system', [...checklists.keys()])}; ${named('environment', [...environments.keys()])} (${folder})`,
          ),
        ]),
    ...problems.map(({ file, line, column, message }) =>
      problem(
        line === 0 ? `${file}: ${message}` : `${file}:${line}:${column}: ${message}`,
        'docs/checklists.md describes the format; the bot reads it when it starts',
      ),
    ),
  ],
});
