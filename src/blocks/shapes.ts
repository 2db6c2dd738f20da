/** Shapes instead of colours: each differs in form, and a word stands beside it. */
export const SHAPE = {
  open: '☐',
  done: '☑',
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
