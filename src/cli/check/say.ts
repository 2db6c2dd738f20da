import { SHAPE } from '../../blocks/shapes.ts';
import type { Outcome } from '../../domain/check.ts';
import { isBad, isGood } from '../../domain/check.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { ExitCode } from '../command.ts';
import type { ChosenCheck } from './choose-checks.ts';
import type { DoneCheck } from './run-checks.ts';

/** Everything there is to say about one look. */
export type Look = {
  readonly system: string;
  readonly environment: string;
  readonly done: readonly DoneCheck[];
  /** Checks that were not run: not connected, or by click. */
  readonly left: readonly ChosenCheck[];
  readonly durationMs: number;
};

// The shapes of the card; the word beside them says it again.
const SHAPES: Readonly<Record<Outcome, string>> = {
  pass: SHAPE.well,
  warn: '!',
  fail: SHAPE.red,
  error: SHAPE.red,
  timed_out: SHAPE.red,
  inconclusive: SHAPE.unclear,
  skipped: SHAPE.leftOut,
};

const WORDS: Readonly<Record<Outcome, string>> = {
  pass: 'pass',
  warn: 'warn',
  fail: 'fail',
  error: 'error',
  timed_out: 'timed out',
  inconclusive: 'inconclusive',
  skipped: 'skipped',
};

/** One line as it ends, with the text that the card shows. */
export const lineOf = ({ entry, result }: DoneCheck): string => {
  const tries = result.tries > 1 ? `, ${result.tries} tries` : '';
  return `${SHAPES[result.outcome]} ${WORDS[result.outcome].padEnd(12)} ${entry.item.title} · ${result.line} · ${result.durationMs} ms${tries}  [${entry.item.id}]`;
};

const counted = (done: readonly DoneCheck[]): string => {
  const words = [...new Set(done.map(({ result }) => result.outcome))].map((outcome) => {
    const number = done.filter(({ result }) => result.outcome === outcome).length;
    return `${number} ${WORDS[outcome]}`;
  });
  return words.length === 0 ? 'no check is connected' : words.join(', ');
};

/** What is missing -> how many checks wait for it, the most wanted first. */
const missing = (left: readonly ChosenCheck[]): readonly string[] => {
  const counts = new Map<string, number>();
  for (const { readiness } of left)
    if (readiness.kind === 'not_connected')
      for (const what of readiness.missing) counts.set(what, (counts.get(what) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([what, number]) => `  ${number} × ${what}`);
};

export const summaryOf = ({ done, left, durationMs }: Look): string => {
  const byClick = left.filter(({ readiness }) => readiness.kind === 'by_click').length;
  const waiting = left.length - byClick;
  return [
    `${counted(done)} in ${(durationMs / 1000).toFixed(1)} s`,
    ...(byClick === 0 ? [] : [`${byClick} only by click: they write, load or cost`]),
    ...(waiting === 0 ? [] : [`${waiting} not connected:`, ...missing(left)]),
  ].join('\n');
};

/** 0: all good · 1: something failed · 3: nothing failed, but something could not be measured, or nothing was. */
export const exitCodeOf = ({ done }: Look): ExitCode => {
  if (done.some(({ result }) => isBad(result.outcome))) return 1;
  return done.length > 0 && done.every(({ result }) => isGood(result.outcome)) ? 0 : 3;
};

export const jsonOf = (look: Look): JsonObject => ({
  system: look.system,
  environment: look.environment,
  durationMs: look.durationMs,
  exitCode: exitCodeOf(look),
  checks: look.done.map(({ entry, definition, result }) => ({
    id: entry.item.id,
    title: entry.item.title,
    phase: entry.phaseId,
    stage: entry.section,
    kind: definition.kind,
    outcome: result.outcome,
    line: result.line,
    findings: result.findings.map(({ path, verdict, line }) => ({ path, verdict, line })),
    observation: result.observation,
    durationMs: result.durationMs,
    tries: result.tries,
  })),
  notRun: look.left.map(({ entry, definition, readiness }) => ({
    id: entry.item.id,
    title: entry.item.title,
    kind: definition.kind,
    why: readiness.kind === 'not_connected' ? readiness.missing : ['by click'],
  })),
});
