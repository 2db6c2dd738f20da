import type { Figure } from './figures.ts';
import { keepsBound } from './figures.ts';

const HEAD = ['benchmark', 'figure', 'value', 'bound', ''] as const;

/** The figures as aligned columns. */
export const tableOf = (figures: readonly Figure[]): string => {
  const rows = [HEAD, ...figures.map(cellsOf)];
  const widths = HEAD.map((_head, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

const cellsOf = (figure: Figure): readonly string[] => [
  figure.benchmark,
  figure.name,
  `${rounded(figure.value)} ${figure.unit}`,
  boundText(figure),
  figure.bound === undefined ? '' : keepsBound(figure) ? 'ok' : 'BROKEN',
];

const boundText = ({ bound }: Figure): string => {
  if (bound === undefined) return '';
  return 'atLeast' in bound ? `≥ ${bound.atLeast}` : `≤ ${bound.atMost}`;
};

const rounded = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(2));
