import type { Standing } from '../domain/standing.ts';

/** Shapes instead of colours: each differs in form, and a word stands beside it. */
export const SHAPE = {
  open: '☐',
  done: '☑',
  leftOut: '⊘',
  red: '✖',
  notYet: '◌',
  unclear: '?',
  running: '…',
  notReached: '○',
  inProgress: '◐',
  finished: '●',
  next: '▶',
  well: '✓',
  missed: '–',
} as const;

/** Of a settled line: what nobody did must not look done. */
export const settledShape = (standing: Standing): string =>
  standing === 'skipped' || standing === 'not_applicable' ? SHAPE.leftOut : SHAPE.done;
