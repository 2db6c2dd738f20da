import type { KindText } from './describe.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] =>
  rows.length === 0
    ? []
    : [
        '',
        `| ${head.join(' | ')} |`,
        `|${head.map(() => '---').join('|')}|`,
        ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
      ];

const effectText = (effect: string): string =>
  effect === 'read' ? 'Reads only, so it runs by itself.' : `\`effect: ${effect}\`: runs by click only.`;

const section = ({ kind, title, effect, timeoutMs, parameters, observation, passes }: KindText): string[] => [
  `## ${kind}`,
  '',
  `${title} ${effectText(effect)} Deadline ${timeoutMs / 1000} s unless \`timeout\` says otherwise.`,
  ...table(
    ['parameter', 'type', ''],
    parameters.map(({ name, type, isRequired, description }) => [
      `\`${name}\`${isRequired ? '' : ' (optional)'}`,
      type,
      description,
    ]),
  ),
  ...table(
    ['observation', ''],
    Object.entries(observation).map(([path, what]) => [`\`${path}\``, what]),
  ),
  '',
  Object.keys(passes).length === 0
    ? 'Passes without `expect`: when it could be carried out.'
    : `Passes without \`expect\`: ${Object.entries(passes)
        .map(([path, matcher]) => `\`${path}: ${JSON.stringify(matcher)}\``)
        .join(', ')}.`,
  '',
];

/** `docs/checks.md`: every kind with its parameters and what it observes. */
export const kindsPage = (kinds: readonly KindText[]): string =>
  [
    '# Kinds of checks',
    '',
    'Generated from the definitions in `src/checks/kinds/` by `npm run generate`; `tminus checks` prints the same in a terminal.',
    'How a check stands in a checklist, and the matchers of `expect` and `warn`, is told in [checklists.md](checklists.md).',
    '',
    'A check ends as pass, warn, fail, error (our side is broken), inconclusive (measured too little), timed out or skipped. A path',
    'that is not there is inconclusive, never zero and never a pass.',
    '',
    ...kinds.flatMap(section),
  ]
    .join('\n')
    .trimEnd() + '\n';
