import { stated } from '../../lib/stated.ts';

/**
 * One thing the doctor says. `fine`: looked at and in order; `problem`: somebody must act, and the exit code is 1;
 * `unknown`: could not be looked at; `hint`: in order, and worth knowing.
 */
export type Line = {
  readonly kind: 'fine' | 'problem' | 'unknown' | 'hint';
  readonly text: string;
  /** What to do about it; absent: the text says it. */
  readonly remedy?: string;
};

/** What was seen in one area. */
export type Sight = { readonly area: string; readonly lines: readonly Line[] };

export const fine = (text: string): Line => ({ kind: 'fine', text });
export const problem = (text: string, remedy?: string): Line => ({
  kind: 'problem',
  text,
  ...stated({ remedy }),
});
export const unknown = (text: string): Line => ({ kind: 'unknown', text });
export const hint = (text: string): Line => ({ kind: 'hint', text });

const MARKS = { fine: 'ok     ', problem: 'PROBLEM', unknown: 'unseen ', hint: 'note   ' } as const;

const indented = (text: string, by: number): string => text.replaceAll('\n', `\n${' '.repeat(by)}`);

/** A heading and a line each, as text for a terminal. */
export const drawSight = ({ area, lines }: Sight): string =>
  [
    area,
    ...lines.flatMap(({ kind, text, remedy }) => [
      `  ${MARKS[kind]}  ${indented(text, 11)}`,
      ...(remedy === undefined ? [] : [`           -> ${indented(remedy, 14)}`]),
    ]),
  ].join('\n');

export const countProblems = (sights: readonly Sight[]): number =>
  sights.flatMap(({ lines }) => lines).filter(({ kind }) => kind === 'problem').length;
